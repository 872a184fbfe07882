export { RetentionDays, type CallEntry, type CallResult, type EventEntry, type JournalPhase, type JournalRecord, type JournalStream } from './model.ts';
export { recordOperation, recordSystem } from './operations.ts';
export { ensurePartitions } from './partitions.ts';
export { canonicalForm, digestOf } from './record.ts';
export { redactParameters } from './redaction.ts';
export { openWriter, type JournalWriter, type WriterBounds } from './writer.ts';
