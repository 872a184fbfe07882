import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { DomainError } from '../kernel/errors.ts';
import { endlessAnswer, lateUpstream, outboundFailure, tooLargeAnswer, tooSlowUpstream } from './failures.ts';
import { RateWatch } from './rate-watch.ts';

export interface OutboundRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: string[];
  readonly body: string | null;
}

export interface OutboundBounds {
  /** A body of a known length up to this many bytes is gathered; any other streams. */
  readonly wholeBytes: number;
  /** Nothing streams: every body is gathered, and a larger one refused. Of an error's larger body some is kept. */
  readonly wholeOnly?: boolean;
  /** The least that an upstream must send while it is waited for. */
  readonly leastBytesPerSecond: number;
  readonly idleMs: number;
  /** Nothing is wanted but the head: a body is thrown away unread, whether its end can be told or not. */
  readonly headOnly?: boolean;
}

export interface OutboundAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Undefined where the head does not tell. */
  readonly length: number | undefined;
  /** A stream throws when it ends before its end; it is to be read or returned. */
  readonly body: Buffer | AsyncIterable<Buffer>;
}

/** Who is to hear that nothing more comes: once, whatever the end. */
export interface Ending {
  ended(failure: Error | undefined): void;
}

/** Bytes that may wait for a reader before the upstream is told to wait. */
const MOST_WAITING = 128 * 1024;
const nothing = Buffer.alloc(0);

/**
 * One request and its answer, straight on undici's dispatch. Resolves with the head, and with the whole body where that
 * is small; a stream slows the upstream when its reader is slow. Throws `upstream.…`, or the signal's reason; where that is
 * a deadline which found the upstream awaited, `upstream.…` says at what.
 */
export function exchange(pool: Dispatcher, request: OutboundRequest, bounds: OutboundBounds, signal: AbortSignal, ending: Ending = nobody): Promise<OutboundAnswer> {
  return new Promise((resolve, reject) => {
    const handler = new Exchange({ bounds, signal, resolve, reject, ending });
    if (!signal.aborted) pool.dispatch(request, handler);
  });
}

interface Course {
  readonly bounds: OutboundBounds;
  readonly signal: AbortSignal;
  readonly resolve: (answer: OutboundAnswer) => void;
  readonly reject: (reason: Error) => void;
  readonly ending: Ending;
}

interface Waiting {
  resolve(result: IteratorResult<Buffer, undefined>): void;
  reject(reason: Error): void;
}

class Exchange implements Dispatcher.DispatchHandler, AsyncIterableIterator<Buffer, undefined> {
  readonly #course: Course;
  readonly #onAbort = (): void => this.#stop(this.#reasonOf(this.#course.signal.reason));
  #controller: Dispatcher.DispatchController | undefined;
  #head: Pick<OutboundAnswer, 'status' | 'headers' | 'length'> | undefined;
  /** Pieces that came and were not taken. */
  #pieces: Buffer[] = [];
  #waitingBytes = 0;
  #streams = false;
  #ended = false;
  #failure: Error | undefined;
  #reader: Waiting | undefined;
  /** All that came of the body. */
  received = 0;

  constructor(course: Course) {
    this.#course = course;
    course.signal.addEventListener('abort', this.#onAbort);
    if (course.signal.aborted) this.#stop(course.signal.reason);
  }

  // ---- what undici tells ----------------------------------------------------------------------------------------------

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#failure !== undefined) controller.abort(this.#failure);
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return;
    const length = lengthOf(headers, status);
    if (this.#course.bounds.headOnly === true) {
      this.#course.resolve({ status, headers, length, body: nothing });
      controller.abort(abandoned());
      return;
    }
    if (length === undefined && headers['transfer-encoding'] === undefined) {
      controller.abort(endlessAnswer());
      return;
    }
    this.#head = { status, headers, length };
    const { wholeBytes, wholeOnly = false } = this.#course.bounds;
    if (wholeOnly && length !== undefined && length > wholeBytes) {
      this.#overflow(this.#head);
      return;
    }
    this.#streams = !wholeOnly && (length === undefined || length > wholeBytes);
    if (this.#streams) this.#course.resolve({ ...this.#head, body: this });
    if (length !== 0) watch.add(this, this.#course.bounds);
  }

  onResponseData(controller: Dispatcher.DispatchController, piece: Buffer): void {
    this.received += piece.length;
    const reader = this.#reader;
    if (reader !== undefined) {
      this.#reader = undefined;
      reader.resolve({ done: false, value: piece });
      return;
    }
    this.#pieces.push(piece);
    this.#waitingBytes += piece.length;
    if (this.#streams) {
      if (this.#waitingBytes >= MOST_WAITING) controller.pause();
    } else if (this.#head !== undefined && this.#waitingBytes > this.#course.bounds.wholeBytes) {
      this.#overflow(this.#head);
    }
  }

  onResponseEnd(): void {
    this.#ended = true;
    this.#leave();
    if (this.#head !== undefined && !this.#streams) {
      this.#course.resolve({ ...this.#head, body: this.#gathered() });
    }
    this.#reader?.resolve(finished);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(outboundFailure(error, this.#head !== undefined));
  }

  // ---- what the reader asks -------------------------------------------------------------------------------------------

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Buffer, undefined>> {
    const piece = this.#pieces.shift();
    if (piece !== undefined) {
      this.#waitingBytes -= piece.length;
      if (this.#waitingBytes < MOST_WAITING) this.#controller?.resume();
      return Promise.resolve({ done: false, value: piece });
    }
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#ended) return Promise.resolve(finished);
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
    });
  }

  return(): Promise<IteratorResult<Buffer, undefined>> {
    this.#stop(abandoned());
    return Promise.resolve(finished);
  }

  /** Whether the upstream is waited for: not while pieces wait for the reader. */
  get isAwaited(): boolean {
    return this.#pieces.length === 0 || !this.#streams;
  }

  tooSlow(): void {
    this.#stop(tooSlowUpstream());
  }

  #gathered(): Buffer {
    const [first = nothing, second] = this.#pieces;
    return second === undefined ? first : Buffer.concat(this.#pieces);
  }

  /** An error keeps its status, and what came of its words is for the operator. */
  #overflow(head: Pick<OutboundAnswer, 'status' | 'headers' | 'length'>): void {
    if (head.status >= 300) this.#course.resolve({ ...head, body: this.#gathered() });
    this.#stop(tooLargeAnswer(this.#course.bounds.wholeBytes));
  }

  /** The call's deadline is the upstream's failure where it found the upstream awaited. */
  #reasonOf(reason: Error): Error {
    return isDeadline(reason) && this.isAwaited ? lateUpstream(reason, { sent: this.#controller !== undefined, begun: this.#head !== undefined, received: this.received }) : reason;
  }

  #stop(reason: Error): void {
    this.#fail(reason);
    this.#controller?.abort(reason);
  }

  #fail(reason: Error): void {
    if (this.#ended || this.#failure !== undefined) return;
    this.#failure = reason;
    this.#leave();
    this.#course.reject(reason); // in vain where the head has been handed over
    this.#reader?.reject(reason);
    this.#reader = undefined;
  }

  #leave(): void {
    this.#course.signal.removeEventListener('abort', this.#onAbort);
    watch.remove(this);
    this.#course.ending.ended(this.#failure);
  }
}

const watch = new RateWatch<Exchange>();
const finished: IteratorResult<Buffer, undefined> = { done: true, value: undefined };
const nobody: Ending = { ended() {} };
const abandoned = (): Error => new Error('the answer was not wanted any more');

const isDeadline = (reason: Error): boolean => (reason instanceof DomainError ? reason.kind === 'timeout' : reason.name === 'TimeoutError');

/** 204 has no body. undici itself refuses lengths that are none. */
function lengthOf(headers: IncomingHttpHeaders, status: number): number | undefined {
  if (status === 204) return 0;
  const text = headers['content-length'];
  return text === undefined ? undefined : Number(text);
}
