import { newId } from '../../src/kernel/ids.ts';
import type { CallEntry } from '../../src/modules/journal/index.ts';
import type { Database } from '../../src/storage/database.ts';

/** A call as delivery would tell it; a new request ID each time. */
export const callEntry = (changes: Partial<CallEntry> = {}): CallEntry => ({
  phase: 'whole',
  event: 'call',
  requestId: newId(),
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  actor: '市海洋局 潮汐应用',
  face: 'sea',
  address: '10.1.2.3',
  productId: '7d5f3a52-9a8e-4b2e-8d45-0d3c6a6a1f10',
  productCode: 'cwgcsssj',
  productVersion: 3,
  subjectId: 'c1a7c9a0-40c7-4f0f-8a52-97ad6f4bb2cf',
  grantId: '2f0d3cb5-5f5c-4b1c-9a53-3b1d0a3d8ad0',
  credentialId: '9b1b6a6e-0d52-4a77-8b8b-6a2b7f5f6c11',
  result: 'allowed',
  reason: '',
  errorId: '',
  status: 200,
  rows: 100,
  bytes: 20_480,
  durationUs: 4_321,
  details: '{"station":"香港"}',
  ...changes,
});

/** The journal as the migration left it: no record, no partition, nothing summed. */
export async function emptyJournal(database: Database): Promise<void> {
  const partitions = await database.query<{ name: string }>("SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'journal'::regclass");
  for (const { name } of partitions) await database.query(`DROP TABLE ${name}`);
  await database.query('DELETE FROM usage_days');
  await database.query('DELETE FROM usage_closed');
  await database.query('DELETE FROM journal_writers WHERE epoch > 0');
  await database.query('UPDATE journal_writers SET sequence = 0');
}
