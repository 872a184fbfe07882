import type { TSchema, Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { invalid } from './errors.ts';
import type { Page, PageRequest } from './model.ts';

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** False for what can be no identifier of ours: the database would refuse the text with an error of its own. */
export const isId = (text: string): boolean => uuid.test(text);

/** A check of input against its schema; throws `code` (invalid-parameter) with the paths at fault. */
export function checker<S extends TSchema>(schema: S, code: string): (value: Static<S>) => Static<S> {
  const validator = Compile(schema);
  return (value) => {
    if (validator.Check(value)) return value;
    const errors = validator.Errors(value);
    const fields = [...new Set(errors.map((error) => error.instancePath.slice(1)))].filter((path) => path !== '');
    throw invalid(code, `输入有误：${fields.join('、')} (invalid input: ${fields.join(', ')}: ${errors[0]?.message ?? ''})`, { fields });
  };
}

const DEFAULT_LIMIT = 50;
const MOST = 200;

/** How many rows to read (one more than the page, to know whether another follows) and after which name. */
export function pageStart({ cursor, limit = DEFAULT_LIMIT }: PageRequest): { after: string | null; limit: number } {
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST) {
    throw invalid('identity.page.limit', `limit 须为 1 至 ${MOST} 的整数 (limit must be a whole number from 1 to ${MOST})`);
  }
  if (cursor === undefined) return { after: null, limit };
  const after = Buffer.from(cursor, 'base64url').toString('utf8');
  if (after === '' || after.includes('\0') || cursorAfter(after) !== cursor) {
    throw invalid('identity.page.cursor', 'cursor 无效，请使用上一页返回的 next (invalid cursor: use the `next` of the page before)');
  }
  return { after, limit };
}

/** `rows`: up to limit + 1, in the order of `name`. */
export function pageOf<T extends { readonly name: string }>(rows: readonly T[], limit: number): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? cursorAfter(last.name) : null };
}

const cursorAfter = (name: string): string => Buffer.from(name, 'utf8').toString('base64url');

/** True when the database refused a statement with this SQLSTATE. */
export const refusedWith = (error: unknown, state: string): boolean => error instanceof Error && 'code' in error && error.code === state;
export const UNIQUE_VIOLATION = '23505';
export const FOREIGN_KEY_VIOLATION = '23503';
