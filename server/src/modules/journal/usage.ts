import { DomainError } from '../../kernel/errors.ts';
import type { Database, Queryable } from '../../storage/database.ts';
import { addDays, dayOf, isDay } from './months.ts';
import type { UsageSum } from './model.ts';
import { closeThrough, databaseTime, lockClosing, oldestDay, readUsage, sumDays, type UsageFilter, type UsagePage } from './usage-store.ts';

/** Days that one question may span. */
const SPAN_DAYS = 3_660;
/** Records of a day may still be on their way, and clocks of replicas differ, for so long after its end. */
const SETTLE_MS = 3_600_000;

export interface UsageQuestion extends UsageFilter {
  /** Days in Asia/Shanghai, `yyyy-MM-dd`, both inclusive. */
  readonly from: string;
  readonly to: string;
}

/**
 * A page of sums per day, product, subject and result, in this order: of closed days as they were closed, of open ones from the journal itself.
 * A call that is still streaming counts as `cut` until its outcome is there. Errors: `journal.usage.days`.
 */
export async function usage(on: Queryable, question: UsageQuestion, page: UsagePage): Promise<UsageSum[]> {
  const { from, to, ...filter } = question;
  if (!isDay(from) || !isDay(to) || from > to || addDays(from, SPAN_DAYS) < to) {
    throw new DomainError('invalid-parameter', 'journal.usage.days', `统计日期须为 yyyy-MM-dd，起不晚于止，跨度不超过 ${SPAN_DAYS} 天 (from and to are days yyyy-MM-dd, in order, at most ${SPAN_DAYS} days apart)`);
  }
  return readUsage(on, from, to, filter, page);
}

/**
 * Closes the days older than yesterday: sums that outlive the partitions they were made from. Repeating it changes
 * nothing, and replicas may do it at once. Returns the days closed now.
 */
export async function closeDays(database: Database, timeOf = databaseTime): Promise<string[]> {
  const closed: string[] = [];
  for (let day = await closeNext(database, timeOf); day !== undefined; day = await closeNext(database, timeOf)) closed.push(day);
  return closed;
}

/** A transaction a day, so that none is long. */
const closeNext = (database: Database, timeOf: typeof databaseTime): Promise<string | undefined> =>
  database.transaction(async (tx) => {
    const through = await lockClosing(tx);
    const last = addDays(dayOf(new Date((await timeOf(tx)).getTime() - SETTLE_MS)), -2);
    const next = through === undefined ? await oldestDay(tx) : addDays(through, 1);
    if (next === undefined || next > last) return undefined;
    await sumDays(tx, next, next);
    await closeThrough(tx, next);
    return next;
  });
