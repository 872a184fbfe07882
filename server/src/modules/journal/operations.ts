import type { Transaction } from '../../storage/database.ts';
import type { EventEntry, JournalStream } from './model.ts';
import { monthOf } from './months.ts';
import { checkNumbers, recordOfEvent } from './record.ts';
import { insertRecord, makePartitions, nextPlace } from './store.ts';

/**
 * Journals a management action in the transaction of its change: both are there, or neither is. All replicas share one
 * writer, whose row is locked until the transaction ends, so that its sequence has no gap. Therefore call it last in
 * the transaction, after `raiseRevision`: in another order two transactions could lock each other out.
 * The time of the record is the database's.
 */
export const recordOperation = (tx: Transaction, entry: EventEntry): Promise<void> => recordWithin(tx, 'operation', entry);

/** Journals a deed of the node itself in the transaction of its change: migration, partition, retention, key. */
export const recordSystem = (tx: Transaction, entry: EventEntry): Promise<void> => recordWithin(tx, 'system', entry);

async function recordWithin(tx: Transaction, stream: JournalStream, entry: EventEntry): Promise<void> {
  checkNumbers({ productVersion: 0, status: 0, rows: 0, bytes: 0, durationUs: 0, ...entry });
  const { at, partitioned, ...place } = await nextPlace(tx);
  if (!partitioned) await makePartitions(tx, [monthOf(at)]);
  await insertRecord(tx, recordOfEvent(entry, stream, { ...place, at: at.toISOString() }));
}
