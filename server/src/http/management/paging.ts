import Type, { type Static, type TSchema } from 'typebox';
import { DomainError } from '../../kernel/errors.ts';
import { isId } from '../../kernel/ids.ts';

/** Query of every list: an opaque cursor and a limit. */
export const pageQuery = {
  cursor: Type.Optional(Type.String({ maxLength: 1000, description: '上一页返回的 next' })),
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
};
export const PageQuery = Type.Object(pageQuery, { additionalProperties: false });
export type PageQuery = Static<typeof PageQuery>;

export const PageOf = <T extends TSchema>(item: T) => Type.Object({ items: Type.Array(item), next: Type.Union([Type.String(), Type.Null()]) });

/** The key after which the page begins; '' for the first. */
export function afterOf(cursor: string | undefined): string {
  if (cursor === undefined) return '';
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  if (text.startsWith('k:') && !text.includes('\0')) return text.slice(2);
  throw wrongCursor();
}

/** As `afterOf`, where the keys are identifiers. */
export function afterIdOf(cursor: string | undefined): string {
  const after = afterOf(cursor);
  if (after === '' || isId(after)) return after;
  throw wrongCursor();
}

/** The key of what is ordered by time, and by identifier where times are equal. */
export const positionText = (at: Date, id: string): string => `${at.toISOString()} ${id}`;

/** As `afterOf`, where the keys are those of `positionText`; undefined for the first page. */
export function positionOf(cursor: string | undefined): { at: Date; id: string } | undefined {
  const after = afterOf(cursor);
  if (after === '') return undefined;
  const [time = '', id = ''] = after.split(' ');
  const at = new Date(time);
  if (Number.isNaN(at.getTime()) || !isId(id)) throw wrongCursor();
  return { at, id };
}

/** What a key in JSON says; undefined where it is none. */
export function parseKey(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const wrongCursor = (): DomainError => new DomainError('invalid-parameter', 'page.cursor', '游标无效，请使用上一页返回的 next (use the next of the page before)');

/** A page out of `limit + 1` rows read in the order of their keys. */
export function pageOf<T>(rows: readonly T[], limit: number, keyOf: (row: T) => string): { items: T[]; next: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const next = rows.length > limit && last !== undefined ? Buffer.from(`k:${keyOf(last)}`).toString('base64url') : null;
  return { items, next };
}
