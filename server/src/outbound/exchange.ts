import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { endlessAnswer, outboundFailure, tooSlowUpstream } from './failures.ts';
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

/** Bytes that may wait for a reader before the upstream is told to wait. */
const MOST_WAITING = 128 * 1024;
const nothing = Buffer.alloc(0);

/**
 * One request and its answer, straight on undici's dispatch. Resolves with the head, and with the whole body where that
 * is small; a stream slows the upstream when its reader is slow. Throws `upstream.…`, or the signal's reason.
 * @param ended called once when nothing more comes, whatever the end
 */
export function exchange(pool: Dispatcher, request: OutboundRequest, bounds: OutboundBounds, signal: AbortSignal, ended: () => void = () => {}): Promise<OutboundAnswer> {
  return new Promise((resolve, reject) => {
    const handler = new Exchange({ bounds, signal, resolve, reject, ended });
    if (!signal.aborted) pool.dispatch(request, handler);
  });
}

interface Course {
  readonly bounds: OutboundBounds;
  readonly signal: AbortSignal;
  readonly resolve: (answer: OutboundAnswer) => void;
  readonly reject: (reason: Error) => void;
  readonly ended: () => void;
}

interface Waiting {
  resolve(result: IteratorResult<Buffer, undefined>): void;
  reject(reason: Error): void;
}

class Exchange implements Dispatcher.DispatchHandler, AsyncIterableIterator<Buffer, undefined> {
  readonly #course: Course;
  readonly #onAbort = (): void => this.#stop(this.#course.signal.reason);
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
    if (course.signal.aborted) this.#onAbort();
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
    this.#streams = length === undefined || length > this.#course.bounds.wholeBytes;
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
    if (this.#streams && this.#waitingBytes >= MOST_WAITING) controller.pause();
  }

  onResponseEnd(): void {
    this.#ended = true;
    this.#leave();
    if (this.#head !== undefined && !this.#streams) {
      const [first = nothing, second] = this.#pieces;
      this.#course.resolve({ ...this.#head, body: second === undefined ? first : Buffer.concat(this.#pieces) });
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
    this.#course.ended();
  }
}

const watch = new RateWatch<Exchange>();
const finished: IteratorResult<Buffer, undefined> = { done: true, value: undefined };
const abandoned = (): Error => new Error('the answer was not wanted any more');

/** 204 has no body. undici itself refuses lengths that are none. */
function lengthOf(headers: IncomingHttpHeaders, status: number): number | undefined {
  if (status === 204) return 0;
  const text = headers['content-length'];
  return text === undefined ? undefined : Number(text);
}
