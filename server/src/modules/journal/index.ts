export {
  RetentionDays, type CallEntry, type CallResult, type EventEntry, type JournalFilter, type JournalPhase, type JournalRecord, type JournalStream, type UsageSum,
} from './model.ts';
export { recordOperation, recordSystem } from './operations.ts';
export { ensurePartitions, remakePartitions } from './partitions.ts';
export { exportJournal, PAGE_LIMIT, queryJournal, type JournalPage } from './query.ts';
export { canonicalForm, digestOf } from './record.ts';
export { redactParameters } from './redaction.ts';
export { checkRetention, dropExpired, type DroppedPartition } from './retention.ts';
export { closeDays, usage, type UsageQuestion } from './usage.ts';
export { openWriter, type JournalWriter, type WriterBounds } from './writer.ts';
