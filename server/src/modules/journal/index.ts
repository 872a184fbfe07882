export {
  type CallEntry, type CallResult, type EventEntry, type JournalFilter, type JournalPhase, type JournalRecord, type UsageSum,
} from './model.ts';
export { recordOperation, recordSystem } from './operations.ts';
export { ensurePartitions, remakePartitions } from './partitions.ts';
export { exportJournal, queryJournal } from './query.ts';
export type { RecordPlace } from './record.ts';
export { redactParameters } from './redaction.ts';
export { dropExpired } from './retention.ts';
export { closeDays, usage } from './usage.ts';
export { subjectByName } from './subject-store.ts';
export type { UsageKey } from './usage-store.ts';
export { openWriter, type JournalWriter } from './writer.ts';
