import type { Queryable, SqlValue, Transaction } from '../../storage/database.ts';
import type { UsageSum } from './model.ts';

/** GOV-time: the target of an answer, in microseconds. */
export const TARGET_US = 5_000_000;

/** The database's time, which all replicas share: what is dropped and closed is so for good, whatever a node's clock says. */
export async function databaseTime(on: Queryable): Promise<Date> {
  const [row] = await on.query<{ at: Date }>('SELECT clock_timestamp() AS at');
  if (row === undefined) throw new TypeError('the database tells no time');
  return row.at;
}

const CLOSE_LOCK = 0x636c6f73;
const dayOfTime = (time: string): string => `(${time} AT TIME ZONE 'Asia/Shanghai')::date`;
const startOfDay = (day: string): string => `((${day})::timestamp AT TIME ZONE 'Asia/Shanghai')`;

/**
 * The sums of the journal between two times. Each call counts once, and the sums of a day depend on the records of that
 * day and the next alone, so that a day may be closed when both are over:
 * - a whole answer counts on its day; a streamed one on the day of its outcome, if that is the intent's or the next;
 * - an intent without an outcome until the end of the next day (its node died) counts on its own day, as `cut`;
 * - an outcome later than that brings the rows and bytes that were handed over, but no second call.
 */
const sums = (from: string, to: string): string => `
  SELECT ${dayOfTime('j.at')} AS day, j.product_id, j.subject_id,
    CASE j.phase WHEN 'intent' THEN 'cut' ELSE j.result END AS result,
    count(*) FILTER (WHERE ${counts}) AS calls, sum(j.rows)::bigint AS rows, sum(j.bytes)::bigint AS bytes,
    count(*) FILTER (WHERE ${counts} AND j.response_us <= ${TARGET_US}) AS within_target
  FROM journal j
  WHERE j.stream = 'business' AND j.at >= ${from} AND j.at < ${to} AND (j.phase <> 'intent' OR NOT EXISTS (${outcome}))`;

const counts = `(j.phase <> 'outcome' OR ${dayOfTime('j.at')} <= ${dayOfTime('j.intent_at')} + 1)`;

/** By request ID, for its index; the lower bound of time leaves room for a clock that was set back. */
const outcome = `
  SELECT FROM journal o
  WHERE o.request_id = j.request_id AND o.phase = 'outcome' AND o.writer = j.writer
    AND o.intent_epoch = j.epoch AND o.intent_sequence = j.sequence
    AND o.at >= j.at - interval '1 day' AND o.at < ${startOfDay(`${dayOfTime('j.at')} + 2`)}`;

const grouping = 'GROUP BY 1, 2, 3, 4';

export interface UsageFilter {
  readonly productId?: string | undefined;
  readonly subjectId?: string | undefined;
  /** Only what is of one of these products, or of one of these subjects. */
  readonly among?: { readonly products: readonly string[]; readonly subjects: readonly string[] } | undefined;
}

/** A sum's place in the order of all. */
export type UsageKey = Pick<UsageSum, 'day' | 'productId' | 'subjectId' | 'result'>;

export interface UsagePage {
  /** Only what comes after this place. */
  readonly after?: UsageKey | undefined;
  readonly limit: number;
}

/** Closed days as they were closed, open ones from the journal, in one statement: a closing meanwhile changes nothing. */
export async function readUsage(on: Queryable, from: string, to: string, { productId, subjectId, among }: UsageFilter, { after, limit }: UsagePage): Promise<UsageSum[]> {
  const values: SqlValue[] = [after?.day ?? from, to];
  const bound = (value: SqlValue): string => `$${values.push(value)}`;
  const conditions: string[] = [];
  if (productId !== undefined) conditions.push(` AND product_id = ${bound(productId)}`);
  if (subjectId !== undefined) conditions.push(` AND subject_id = ${bound(subjectId)}`);
  if (among !== undefined) conditions.push(` AND (product_id = ANY(${bound(among.products)}::text[]) OR subject_id = ANY(${bound(among.subjects)}::text[]))`);
  const chosen = conditions.join('');
  const behind = after === undefined ? '' : ` AND (day, product_id, subject_id, result) > ($1::date, ${bound(after.productId)}, ${bound(after.subjectId)}, ${bound(after.result)})`;
  const window = `ORDER BY day, product_id, subject_id, result LIMIT ${bound(limit)}::int8`;
  const open = startOfDay('greatest($1::date, (SELECT through + 1 FROM usage_closed))');
  return on.query<UsageSum>(
    `SELECT to_char(day, 'YYYY-MM-DD') AS "day", product_id AS "productId", subject_id AS "subjectId", result AS "result",
       calls AS "calls", rows AS "rows", bytes AS "bytes", within_target AS "withinTarget"
     FROM (
       (SELECT day, product_id, subject_id, result, calls, rows, bytes, within_target FROM usage_days
        WHERE day BETWEEN $1::date AND $2::date AND day <= (SELECT through FROM usage_closed)${chosen}${behind} ${window})
       UNION ALL ${sums(open, startOfDay('$2::date + 1'))}${chosen} ${grouping}
     ) AS days
     WHERE true${behind} ${window}`,
    values,
  );
}

/** Sums the days of a range anew from the journal. */
export async function sumDays(tx: Transaction, from: string, to: string): Promise<void> {
  await tx.query('DELETE FROM usage_days WHERE day BETWEEN $1::date AND $2::date', [from, to]);
  await tx.query(
    `INSERT INTO usage_days (day, product_id, subject_id, result, calls, rows, bytes, within_target)
     ${sums(startOfDay('$1::date'), startOfDay('$2::date + 1'))} ${grouping}`,
    [from, to],
  );
}

/** One replica closes days at a time; the last closed day, undefined before the first. */
export async function lockClosing(tx: Transaction): Promise<string | undefined> {
  await tx.query('SELECT pg_advisory_xact_lock($1)', [CLOSE_LOCK]);
  const [row] = await tx.query<{ through: string }>("SELECT to_char(through, 'YYYY-MM-DD') AS through FROM usage_closed");
  return row?.through;
}

export async function closeThrough(tx: Transaction, day: string): Promise<void> {
  await tx.query('INSERT INTO usage_closed (through) VALUES ($1::date) ON CONFLICT (singleton) DO UPDATE SET through = excluded.through', [day]);
}

/** The day of the oldest record, undefined while there is none. */
export async function oldestDay(tx: Transaction): Promise<string | undefined> {
  const [row] = await tx.query<{ day: string }>(`SELECT to_char(${dayOfTime('at')}, 'YYYY-MM-DD') AS day FROM journal ORDER BY at LIMIT 1`);
  return row?.day;
}
