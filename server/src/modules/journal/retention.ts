import { Compile } from 'typebox/compile';
import { DomainError } from '../../kernel/errors.ts';
import type { Database, Transaction } from '../../storage/database.ts';
import { RetentionDays, retentionBounds } from './model.ts';
import { addDays, dayOf, monthOfPartition, startOfDay } from './months.ts';
import { recordSystem } from './operations.ts';
import { countPartition, dropPartition, lockPartitions, lockSharedWriter } from './store.ts';
import { closeDays } from './usage.ts';
import { databaseTime, lockClosing, sumDays } from './usage-store.ts';

const retentionForm = Compile(RetentionDays);

/** Refuses a term under 180 days, `journal.retention.range`. */
export function checkRetention(days: number): void {
  if (retentionForm.Check(days)) return;
  const { minimum, maximum } = retentionBounds;
  const message = `日志保存期限须为 ${minimum} 至 ${maximum} 天的整数 (the journal is kept a whole number of days, ${minimum} to ${maximum}: NDI 6.2.5 c)`;
  throw new DomainError('invalid-definition', 'journal.retention.range', message, { details: { minimum, maximum } });
}

export interface DroppedPartition {
  readonly partition: string;
  readonly records: number;
}

/**
 * Drops the partitions whose last day is older than `days`, after the usage of their days is closed; each drop is
 * journalled in its own transaction. Whole months only: a record stays until the last of its month may go. Replicas may
 * do it at once.
 */
export async function dropExpired(database: Database, days: number, timeOf = databaseTime): Promise<DroppedPartition[]> {
  checkRetention(days);
  await closeDays(database, timeOf);
  const dropped: DroppedPartition[] = [];
  for (;;) {
    const drop = await database.transaction((tx) => dropOldest(tx, days, timeOf));
    if (drop === undefined) return dropped;
    dropped.push(drop);
  }
}

async function dropOldest(tx: Transaction, days: number, timeOf: typeof databaseTime): Promise<DroppedPartition | undefined> {
  const through = await lockClosing(tx);
  await lockSharedWriter(tx);
  const boundary = startOfDay(addDays(dayOf(await timeOf(tx)), -days));
  const [month] = (await lockPartitions(tx)).map(monthOfPartition).filter((found) => found !== undefined);
  if (month === undefined || month.to > boundary) return undefined;
  const { partition } = month;
  const [from, to] = [dayOf(month.from), addDays(dayOf(month.to), -1)];
  const records = await countPartition(tx, partition);
  const closed = through !== undefined && through >= to;
  if (records > 0 && !closed) throw new DomainError('conflict', 'journal.retention.open', `统计尚未结账，${partition} 暂不删除 (usage of ${partition} is not closed yet)`);
  if (closed) await sumDays(tx, from, to); // once more: a record of a closed day that came late is counted now
  const details = JSON.stringify({ partition, from, to, records, retentionDays: days });
  await recordSystem(tx, { event: 'journal.partition.drop', actor: 'node', result: 'done', rows: records, details });
  await dropPartition(tx, partition);
  return { partition, records };
}
