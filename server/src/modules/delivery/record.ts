import { newId } from '../../kernel/ids.ts';
import type { DomainError, ErrorKind } from '../../kernel/errors.ts';
import { redactParameters, type CallEntry, type CallResult, type JournalPhase } from '../journal/index.ts';
import type { Call, Rendering } from './model.ts';
import type { LiveProduct, Right } from './access.ts';
import type { FoundCredential } from '../identity/index.ts';

/** Kinds whose cause lies inside: the caller did nothing wrong. */
const failures: ReadonlySet<ErrorKind> = new Set(['busy', 'timeout', 'source-unavailable', 'source-changed', 'interrupted', 'internal']);

/** What is known of a call so far; the journal is told from it at each end. */
export class CallRecord {
  readonly call: Call;
  readonly #status: Rendering['status'];
  credential: FoundCredential | undefined;
  live: LiveProduct | undefined;
  right: Right | undefined;
  event = 'call';

  constructor(call: Call, status: Rendering['status']) {
    this.call = call;
    this.#status = status;
  }

  done(phase: JournalPhase, rows: number, bytes: number): CallEntry {
    return this.#entry(phase, 'allowed', { reason: '', errorId: '', status: 200, rows, bytes });
  }

  /** A call that was refused or failed before its first byte. */
  refused(error: DomainError, errorId: string): CallEntry {
    const result = failures.has(error.kind) ? 'failed' : 'denied';
    return this.#entry('whole', result, { reason: error.code, errorId, status: this.#status(error.kind), rows: 0, bytes: 0 });
  }

  /** A stream that ended before its end; what was sent stays counted. */
  cut(reason: string, errorId: string, rows: number, bytes: number): CallEntry {
    return this.#entry('outcome', 'cut', { reason, errorId, status: 200, rows, bytes });
  }

  #entry(phase: JournalPhase, result: CallResult, end: Pick<CallEntry, 'reason' | 'errorId' | 'status' | 'rows' | 'bytes'>): CallEntry {
    const { call, credential, live, right } = this;
    return {
      phase,
      event: this.event,
      requestId: call.requestId,
      traceId: call.traceId,
      actor: credential?.subjectName ?? '',
      face: call.face,
      address: call.address,
      productId: live?.product.id ?? '',
      productCode: call.productCode,
      productVersion: live?.product.liveVersion ?? 0,
      subjectId: credential?.subjectId ?? '',
      grantId: right?.grant.id ?? '',
      credentialId: credential?.credentialId ?? '',
      result,
      ...end,
      durationUs: Math.round((performance.now() - call.arrived) * 1000),
      details: redactParameters(call.notes === undefined ? call.parameters : { ...call.notes, ...call.parameters }, live?.sensitive ?? none),
    };
  }
}

/** Told of every refusal and failure, with the ID that the caller gets and the cause that he does not. */
export type FailureLog = (errorId: string, error: DomainError, call: Call) => void;

const none: ReadonlySet<string> = new Set();

/** Under this the operator finds the cause in the log; the caller is told no more than this. */
export const newErrorId = (): string => newId();
