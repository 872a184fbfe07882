import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Convert, Default } from 'typebox/value';
import { DomainError } from '../../kernel/errors.ts';

const MOST_FAULTS = 20;

/**
 * Checks a request against the schema that the route declares: defaults are filled in; texts of the query become the
 * numbers and booleans that are wanted, a body is taken as it stands; what is not declared is refused, never dropped.
 */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const check = Compile(schema);
  return (given: unknown) => {
    const value = Default(schema, httpPart === 'body' ? structuredClone(given) : Convert(schema, { ...(given as object) }));
    return check.Check(value) ? { value } : { error: invalid(httpPart ?? 'request', check.Errors(value)) };
  };
};

interface Fault {
  readonly instancePath: string;
  readonly message: string;
  readonly params: object;
}

function invalid(part: string, errors: Iterable<Fault>): DomainError {
  const faults = [...new Set([...errors].map((error) => faultText(part, error)))].slice(0, MOST_FAULTS);
  return new DomainError('invalid-parameter', 'request.invalid', `请求内容有误：${faults.join('; ')} (the request does not fit its schema)`, { details: { faults } });
}

function faultText(part: string, { instancePath, message, params }: Fault): string {
  const where = instancePath === '' ? part : instancePath.slice(1).replaceAll('/', '.');
  const names = 'additionalProperties' in params && Array.isArray(params.additionalProperties) ? ` (${params.additionalProperties.join(', ')})` : '';
  return `${where}: ${message}${names}`;
}
