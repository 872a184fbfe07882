import type { Clock } from '../../kernel/clock.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { Database, Transaction } from '../../storage/database.ts';
import { monthOf, monthOfPartition } from './months.ts';
import { recordSystem } from './operations.ts';
import { lockSharedWriter, makePartitions } from './store.ts';

/**
 * Makes the partitions of this month and the next: at every start and daily. Replicas may do it at once. Returns what
 * was made, which is journalled.
 *
 * There is no DEFAULT partition: rows in it would bar the making of their own. A record whose partition is missing
 * makes it instead (JournalWriter, recordOperation), so that a node whose daily work stood still loses nothing.
 */
export function ensurePartitions(database: Database, clock: Clock): Promise<string[]> {
  const now = monthOf(clock.now());
  return database.transaction(async (tx) => {
    await lockSharedWriter(tx);
    const made = await makePartitions(tx, [now, monthOf(now.to)]);
    if (made.length > 0) {
      await recordSystem(tx, { event: 'journal.partition.make', actor: 'node', result: 'done', details: JSON.stringify({ partitions: made }) });
    }
    return made;
  });
}

/** Makes the partitions of these names, as another journal had them; throws `journal.partition.name` for one that tells no month. */
export async function remakePartitions(tx: Transaction, names: readonly string[]): Promise<void> {
  const months = names.map((name) => {
    const month = monthOfPartition(name);
    if (month === undefined) throw new DomainError('invalid-definition', 'journal.partition.name', `${name} 不是日志分区 (not a partition of the journal)`);
    return month;
  });
  await makePartitions(tx, months);
}
