import { Readable } from 'node:stream';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Convert, Default } from 'typebox/value';
import { DomainError } from '../../kernel/errors.ts';
import { faultTexts } from '../../kernel/faults.ts';

/**
 * Checks a request against the schema that the route declares: defaults are filled in; texts of the query become the
 * numbers and booleans that are wanted, a body is taken as it stands; what is not declared is refused, never dropped.
 */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const check = Compile(schema);
  return (given: unknown) => {
    if (given instanceof Readable) return { value: given }; // a file is checked by whoever reads it
    const value = Default(schema, httpPart === 'body' ? structuredClone(given) : Convert(schema, typeof given === 'object' ? { ...given } : given));
    return check.Check(value) ? { value } : { error: invalid(faultTexts(check.Errors(value), httpPart ?? 'request')) };
  };
};

const invalid = (faults: readonly string[]): DomainError =>
  new DomainError('invalid-parameter', 'request.invalid', `请求内容有误：${faults.join('; ')} (the request does not fit its schema)`, { details: { faults } });
