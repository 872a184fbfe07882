import Type, { type Static } from 'typebox';

/** Calls, management actions, and what the node itself does. */
export type JournalStream = 'business' | 'operation' | 'system';

/**
 * A buffered answer is one record, `whole`. A streamed one commits an `intent` before its first byte and an `outcome`
 * at its end, so that a cut is a record and not a gap (design: Journal).
 */
export type JournalPhase = 'whole' | 'intent' | 'outcome';

export type CallResult = 'allowed' | 'denied' | 'failed' | 'cut';

/** One call of a product, as delivery tells it. Texts that do not apply are ''. */
export interface CallEntry {
  readonly phase: JournalPhase;
  /** What was done: `call`, `verify` … */
  readonly event: string;
  readonly requestId: string;
  readonly traceId: string;
  /** The subject's name, '' while it is unknown. */
  readonly actor: string;
  /** The standard's face: `sea`, `gov` … */
  readonly face: string;
  /** The caller's address. */
  readonly address: string;
  readonly productId: string;
  readonly productCode: string;
  readonly productVersion: number;
  readonly subjectId: string;
  readonly grantId: string;
  readonly credentialId: string;
  readonly result: CallResult;
  /** The code of the error, '' if there was none. */
  readonly reason: string;
  /** What the operator finds the cause by, '' if there was no error. */
  readonly errorId: string;
  /** HTTP status. */
  readonly status: number;
  readonly rows: number;
  readonly bytes: number;
  /** Microseconds since the call arrived: of an intent until its first byte, of an outcome until its last. */
  readonly durationUs: number;
  /** JSON text, redacted already: see `redactParameters`. */
  readonly details: string;
}

/** A management action or a deed of the node itself. What is left out is '' or 0. */
export interface EventEntry extends Partial<Omit<CallEntry, 'phase' | 'event' | 'result'>> {
  /** `product.publish`, `node.start`, `journal.partition.drop` … */
  readonly event: string;
  /** The user's name, or `node`, `operator-token` … */
  readonly actor: string;
  readonly result: 'done' | 'denied' | 'failed';
}

/** A record of the journal, as the table holds it. */
export interface JournalRecord {
  /** RFC 3339, UTC, milliseconds. */
  readonly at: string;
  readonly writer: string;
  readonly epoch: number;
  /** From 1 without gaps in one epoch of one writer. */
  readonly sequence: number;
  readonly stream: JournalStream;
  readonly phase: JournalPhase;
  readonly event: string;
  readonly requestId: string;
  readonly traceId: string;
  readonly actor: string;
  readonly face: string;
  readonly address: string;
  readonly productId: string;
  readonly productCode: string;
  readonly productVersion: number;
  readonly subjectId: string;
  readonly grantId: string;
  readonly credentialId: string;
  readonly result: string;
  readonly reason: string;
  readonly errorId: string;
  readonly status: number;
  readonly rows: number;
  readonly bytes: number;
  readonly durationUs: number;
  /** Microseconds until the first byte: what GOV-time's target is held against. */
  readonly responseUs: number;
  /** The intent that an outcome ends, of the same writer; null, 0 and 0 in other phases. */
  readonly intentAt: string | null;
  readonly intentEpoch: number;
  readonly intentSequence: number;
  readonly details: string;
  /** SHA-256 of the canonical form, 64 hexadecimal digits. */
  readonly digest: string;
}

/** What of the journal is asked for; what is left out is not asked. */
export interface JournalFilter {
  /** Inclusive. */
  readonly from?: Date | undefined;
  /** Exclusive. */
  readonly to?: Date | undefined;
  readonly productId?: string | undefined;
  readonly productCode?: string | undefined;
  readonly subjectId?: string | undefined;
  readonly result?: string | undefined;
  readonly requestId?: string | undefined;
  readonly stream?: JournalStream | undefined;
  readonly actor?: string | undefined;
}

/** The calls of one day, product, subject and result. */
export interface UsageSum {
  /** A day in Asia/Shanghai, `yyyy-MM-dd`. */
  readonly day: string;
  readonly productId: string;
  readonly subjectId: string;
  readonly result: CallResult;
  readonly calls: number;
  readonly rows: number;
  readonly bytes: number;
  /** Calls whose first byte left within 5 s (GOV-time). */
  readonly withinTarget: number;
}

/** NDI-6.2.5c: logs are kept at least six months. */
export const retentionBounds = { minimum: 180, maximum: 36_500 } as const;

/** Days that the journal is kept. */
export const RetentionDays = Type.Integer({ ...retentionBounds, default: 180, description: 'Days that the journal is kept; never under 180 (NDI 6.2.5 c).' });
export type RetentionDays = Static<typeof RetentionDays>;
