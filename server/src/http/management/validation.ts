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
    const size = sizeOfSound(given);
    const value = Default(schema, httpPart === 'body' ? structuredClone(given) : Convert(schema, typeof given === 'object' ? { ...given } : given));
    if (check.Check(value)) return { value };
    const part = httpPart ?? 'request';
    return { error: invalid(size > MOST_EXPLAINED ? [`${part}: ${size} 项，过多，不逐一说明 (too much of it to say where)`] : faultTexts(check.Errors(value), part, schema)) };
  };
};

/** To say where a fault lies takes up to a millisecond a value, during which the node does nothing else. */
const MOST_EXPLAINED = 5_000;

/**
 * How many values there are in it; the depth is bounded where bodies are read. Throws `request.text` where a text
 * or a name holds NUL or a lone surrogate: PostgreSQL takes neither.
 */
function sizeOfSound(value: unknown): number {
  if (typeof value === 'string') return assertSound(value);
  if (typeof value !== 'object' || value === null) return 1;
  let size = 1;
  for (const [name, each] of Object.entries(value)) size += assertSound(name) + sizeOfSound(each);
  return size;
}

function assertSound(text: string): number {
  if (text.isWellFormed() && !text.includes('\0')) return 1;
  throw new DomainError('malformed-request', 'request.text', '文本含空字符或残缺字符 (a text holds a NUL or a lone surrogate)');
}

const invalid = (faults: readonly string[]): DomainError =>
  new DomainError('invalid-parameter', 'request.invalid', `请求内容有误：${faults.join('; ')} (the request does not fit its schema)`, { details: { faults } });
