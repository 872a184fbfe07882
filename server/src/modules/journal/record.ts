import { hash } from 'node:crypto';
import { DomainError } from '../../kernel/errors.ts';
import type { Cell } from '../../storage/database.ts';
import type { CallEntry, EventEntry, JournalRecord, JournalStream } from './model.ts';

/** Where a record stands: given by its writer. */
export interface Place {
  readonly at: string;
  readonly writer: string;
  readonly epoch: number;
  readonly sequence: number;
}

/** Where a call's record stands, as the outcome of an intent tells it. */
export interface RecordPlace {
  readonly at: string;
  readonly epoch: number;
  readonly sequence: number;
  readonly durationUs: number;
}

type Unsigned = Omit<JournalRecord, 'digest'>;

const TEXT_LENGTH = 256;
const DETAILS_LENGTH = 8_192;

/**
 * The one byte form of a record, UTF-8 of this text: RFC 8785 (JSON, keys in the order of their code units, no
 * blanks). All numbers are integers below 2^53, so that ECMAScript's JSON is canonical as it stands.
 */
export function canonicalForm(record: Unsigned): string {
  return (
    `{"actor":${quoted(record.actor)},"address":${quoted(record.address)},"at":${quoted(record.at)},"bytes":${record.bytes},` +
    `"credentialId":${quoted(record.credentialId)},"details":${quoted(record.details)},"durationUs":${record.durationUs},"epoch":${record.epoch},` +
    `"errorId":${quoted(record.errorId)},"event":${quoted(record.event)},"face":${quoted(record.face)},"grantId":${quoted(record.grantId)},` +
    `"intentAt":${record.intentAt === null ? 'null' : quoted(record.intentAt)},"intentEpoch":${record.intentEpoch},` +
    `"intentSequence":${record.intentSequence},"phase":${quoted(record.phase)},"productCode":${quoted(record.productCode)},` +
    `"productId":${quoted(record.productId)},"productVersion":${record.productVersion},"reason":${quoted(record.reason)},` +
    `"requestId":${quoted(record.requestId)},"responseUs":${record.responseUs},"result":${quoted(record.result)},"rows":${record.rows},` +
    `"sequence":${record.sequence},"status":${record.status},"stream":${quoted(record.stream)},"subjectId":${quoted(record.subjectId)},` +
    `"traceId":${quoted(record.traceId)},"writer":${quoted(record.writer)}}`
  );
}

/** What JSON writes otherwise than it stands: most texts have none of it, and a test costs a third of JSON.stringify. */
const escaped = /["\\\p{Cc}\p{Cs}]/u;

const quoted = (text: string): string => (escaped.test(text) ? JSON.stringify(text) : `"${text}"`);

/** SHA-256 of the canonical form, in hexadecimal. */
export const digestOf = (record: Unsigned): string => hash('sha256', canonicalForm(record));

/** Signs a record with its digest. A text that PostgreSQL cannot hold is mended first: see `mend`. */
export function seal(record: Unsigned): JournalRecord {
  const canonical = canonicalForm(record);
  if (unstorable.test(canonical)) {
    const mended = mend(record);
    return { ...mended, digest: digestOf(mended) };
  }
  return { ...record, digest: hash('sha256', canonical) };
}

/** NUL and lone surrogates as JSON writes them. A text that merely looks so is mended in vain, which changes nothing. */
const unstorable = /\\u(?:0000|d[89a-f])/;

/**
 * PostgreSQL's text holds neither NUL nor a lone surrogate. Both become U+FFFD before the digest is taken: the record
 * is kept, and its digest can be computed again from what is stored.
 */
function mend(record: Unsigned): Unsigned {
  const mended: { -readonly [key in keyof Unsigned]: Unsigned[key] } = { ...record };
  for (const key of texts) mended[key] = record[key].replaceAll('\0', '\uFFFD').toWellFormed();
  return mended;
}

/** What a caller or an operator may have written. */
const texts = [
  'event', 'requestId', 'traceId', 'actor', 'face', 'address', 'productId', 'productCode', 'subjectId', 'grantId', 'credentialId', 'reason', 'errorId', 'details',
] as const satisfies readonly (keyof Unsigned)[];

/** The record of a call. `intent` is given for an outcome and for nothing else. */
export function recordOfCall(entry: CallEntry, place: Place, intent: RecordPlace | undefined): JournalRecord {
  return seal({
    at: place.at,
    writer: place.writer,
    epoch: place.epoch,
    sequence: place.sequence,
    stream: 'business',
    phase: entry.phase,
    event: text(entry.event),
    requestId: text(entry.requestId),
    traceId: text(entry.traceId),
    actor: text(entry.actor),
    face: text(entry.face),
    address: text(entry.address),
    productId: text(entry.productId),
    productCode: text(entry.productCode),
    productVersion: entry.productVersion,
    subjectId: text(entry.subjectId),
    grantId: text(entry.grantId),
    credentialId: text(entry.credentialId),
    result: entry.result,
    reason: text(entry.reason),
    errorId: text(entry.errorId),
    status: entry.status,
    rows: entry.rows,
    bytes: entry.bytes,
    durationUs: Math.round(entry.durationUs),
    responseUs: Math.round((intent ?? entry).durationUs),
    intentAt: intent?.at ?? null,
    intentEpoch: intent?.epoch ?? 0,
    intentSequence: intent?.sequence ?? 0,
    details: text(entry.details, DETAILS_LENGTH),
  });
}

/** The record of a management action or of a deed of the node. */
export function recordOfEvent(entry: EventEntry, stream: JournalStream, place: Place): JournalRecord {
  const { result, ...rest } = entry;
  const call = recordOfCall({ ...blank, ...rest, result: 'allowed' }, place, undefined);
  const { digest: _, ...unsigned } = call;
  return seal({ ...unsigned, stream, result });
}

const blank: Omit<CallEntry, 'event' | 'actor' | 'result'> = {
  phase: 'whole', requestId: '', traceId: '', face: '', address: '', productId: '', productCode: '', productVersion: 0, subjectId: '',
  grantId: '', credentialId: '', reason: '', errorId: '', status: 0, rows: 0, bytes: 0, durationUs: 0, details: '',
};

const text = (value: string, length = TEXT_LENGTH): string => (value.length <= length ? value : value.slice(0, length));

const INTEGER = 2 ** 31 - 1;

/** Refuses (`journal.entry.number`) what the table or the canonical form could not hold: it would fail a whole batch. */
export function checkNumbers(entry: Pick<CallEntry, 'productVersion' | 'status' | 'rows' | 'bytes' | 'durationUs'>): void {
  const { productVersion, status, rows, bytes, durationUs } = entry;
  const whole = Number.isSafeInteger(rows) && Number.isSafeInteger(bytes) && Number.isInteger(productVersion) && Number.isInteger(status);
  const bounded = rows >= 0 && bytes >= 0 && durationUs >= 0 && durationUs < 2 ** 53 && productVersion >= 0 && productVersion <= INTEGER && status >= 0 && status <= INTEGER;
  if (!whole || !bounded) {
    throw new DomainError('internal', 'journal.entry.number', '日志记录中的数值无效 (a number of the journal record is not a whole number in its range)');
  }
}

/** The columns of table `journal`, each with its key in the record. */
const columnKeys: readonly (readonly [string, keyof JournalRecord])[] = [
  ['at', 'at'], ['writer', 'writer'], ['epoch', 'epoch'], ['sequence', 'sequence'], ['stream', 'stream'], ['phase', 'phase'], ['event', 'event'],
  ['request_id', 'requestId'], ['trace_id', 'traceId'], ['actor', 'actor'], ['face', 'face'], ['address', 'address'], ['product_id', 'productId'],
  ['product_code', 'productCode'], ['product_version', 'productVersion'], ['subject_id', 'subjectId'], ['grant_id', 'grantId'],
  ['credential_id', 'credentialId'], ['result', 'result'], ['reason', 'reason'], ['error_id', 'errorId'], ['status', 'status'], ['rows', 'rows'],
  ['bytes', 'bytes'], ['duration_us', 'durationUs'], ['response_us', 'responseUs'], ['intent_at', 'intentAt'], ['intent_epoch', 'intentEpoch'],
  ['intent_sequence', 'intentSequence'], ['details', 'details'], ['digest', 'digest'],
];

export const journalColumns = columnKeys.map(([column]) => column);

/** What SELECT asks for to get a `StoredRecord`. */
export const journalSelection = columnKeys.map(([column, key]) => `${column} AS "${key}"`).join(', ');

/** A record as the engines return it: int8 as number, times as Date. */
export interface StoredRecord extends Omit<JournalRecord, 'at' | 'intentAt'> {
  readonly at: Date;
  readonly intentAt: Date | null;
}

/** The cells of a record, in the order of `journalColumns`; written out, since looking each key up costs five times as much. */
export const cellsOf = (r: JournalRecord): Cell[] => [
  r.at, r.writer, String(r.epoch), String(r.sequence), r.stream, r.phase, r.event, r.requestId, r.traceId, r.actor, r.face, r.address, r.productId,
  r.productCode, String(r.productVersion), r.subjectId, r.grantId, r.credentialId, r.result, r.reason, r.errorId, String(r.status), String(r.rows),
  String(r.bytes), String(r.durationUs), String(r.responseUs), r.intentAt, String(r.intentEpoch), String(r.intentSequence), r.details, r.digest,
];

export const recordOfRow = (row: StoredRecord): JournalRecord => ({ ...row, at: row.at.toISOString(), intentAt: row.intentAt?.toISOString() ?? null });
