import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { DomainError } from '../../kernel/errors.ts';
import type { Queryable } from '../../storage/database.ts';
import type { JournalFilter, JournalRecord } from './model.ts';
import { newestAt, readRecords, type Position } from './store.ts';

/** Records that one page may hold. */
/** @internal */
export const PAGE_LIMIT = 500;
const EXPORT_PAGE = 1_000;

export interface JournalPage {
  /** Newest first. */
  readonly records: readonly JournalRecord[];
  /** Where the next page begins; undefined on the last one. */
  readonly next: string | undefined;
}

/**
 * A page of the journal, newest first. `cursor` is the `next` of the page before. Errors: `journal.limit.range`,
 * `journal.cursor.invalid` (kind `invalid-parameter`).
 */
export async function queryJournal(on: Queryable, filter: JournalFilter, page: { limit?: number | undefined; cursor?: string | undefined } = {}): Promise<JournalPage> {
  const limit = page.limit ?? 100;
  if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_LIMIT) {
    throw new DomainError('invalid-parameter', 'journal.limit.range', `每页条数须为 1 至 ${PAGE_LIMIT} (limit must be 1 to ${PAGE_LIMIT})`);
  }
  const after = page.cursor === undefined ? undefined : readCursor(page.cursor);
  const records = await readRecords(on, filter, { order: 'newest', after, limit: limit + 1 });
  const shown = records.slice(0, limit);
  const last = shown.at(-1);
  return { records: shown, next: records.length > limit && last !== undefined ? cursorOf(last) : undefined };
}

/**
 * The journal in pages, oldest first, with memory of one page; ends with what was there when it began. A page is a
 * statement of its own, so that a slow reader holds no transaction.
 */
export async function* exportJournal(on: Queryable, filter: JournalFilter): AsyncGenerator<JournalRecord[], void, undefined> {
  const through = await newestAt(on);
  if (through === undefined) return;
  for (let after: Position | undefined; ; ) {
    const records = await readRecords(on, filter, { order: 'oldest', after, limit: EXPORT_PAGE, through });
    if (records.length > 0) yield records;
    if (records.length < EXPORT_PAGE) return;
    after = records.at(-1);
  }
}

const Cursor = Type.Tuple([
  Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$' }),
  Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' }),
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
]);
const cursorForm = Compile(Cursor);

const cursorOf = ({ at, writer, epoch, sequence }: Position): string => {
  const cursor: Static<typeof Cursor> = [at, writer, epoch, sequence];
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
};

function readCursor(text: string): Position {
  const cursor = parse(Buffer.from(text, 'base64url').toString('utf8'));
  if (!cursorForm.Check(cursor) || !isTime(cursor[0])) {
    throw new DomainError('invalid-parameter', 'journal.cursor.invalid', '分页游标无效，请从第一页重新查询 (invalid cursor: begin again at the first page)');
  }
  const [at, writer, epoch, sequence] = cursor;
  return { at, writer, epoch, sequence };
}

/** The pattern lets 31 February pass. */
const isTime = (text: string): boolean => !Number.isNaN(Date.parse(text)) && new Date(text).toISOString() === text;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
