import type { Pool } from 'undici';
import { asDomainError, type DomainError } from '../../kernel/errors.ts';
import { exchange, openPool, type OutboundAnswer, type OutboundBounds, type OutboundGate, type OutboundRequest } from '../../outbound/index.ts';
import { Breaker } from './breaker.ts';
import { badStatus, crowded, encoded, redirected, tooLarge } from './errors.ts';
import type { UpstreamSettings } from './upstream-settings.ts';

/** Calls that may wait for a connection, for each connection there is. */
const WAITING_PER_CONNECTION = 4;
/** What of the body of an error is kept for the operator. */
const EXCERPT_BYTES = 500;

/** Whether a status means that the call was answered. */
export type Accepts = (status: number) => boolean;
const success: Accepts = (status) => status >= 200 && status <= 204;

/**
 * A service over HTTP, as its operations call it: our credentials are added, what it answers is checked before anybody
 * reads it, and it is spared when it fails. Nothing that it says of itself goes further than this, except the type and the
 * bytes of its answer.
 */
export class Upstream {
  readonly #pool: Pool;
  readonly #breaker: Breaker;
  readonly #bounds: Omit<OutboundBounds, 'wholeBytes'>;
  readonly #connections: number;
  #waiting = 0;
  #streams = 0;

  constructor(gate: OutboundGate, { baseUrl, ca, connections, breaker, ...settings }: UpstreamSettings) {
    const idleMs = settings.idleSeconds * 1000;
    this.#pool = openPool(gate, new URL(baseUrl), { ca, connections: connections + streamsOf(connections), connectMs: settings.connectSeconds * 1000, headMs: settings.headSeconds * 1000, idleMs });
    this.#breaker = new Breaker({ failures: breaker.failures, restMs: breaker.restSeconds * 1000 });
    this.#bounds = { idleMs, leastBytesPerSecond: settings.leastBytesPerSecond };
    this.#connections = connections;
  }

  /** Throws `upstream.…`, or the signal's reason. Bodies of a known length up to `wholeBytes` come whole. */
  async call(request: OutboundRequest, wholeBytes: number, signal: AbortSignal, accepts: Accepts = success): Promise<OutboundAnswer> {
    if (this.#waiting >= this.#connections * WAITING_PER_CONNECTION) throw crowded();
    this.#breaker.enter();
    this.#waiting += 1;
    try {
      const answer = await this.#exchange(request, wholeBytes, signal);
      await checkAnswer(answer, accepts);
      this.#breaker.succeeded();
      return answer;
    } catch (thrown) {
      const error = asDomainError(thrown);
      if (signal.aborted) this.#breaker.left();
      else if (isAiling(error)) this.#breaker.failed();
      else this.#breaker.succeeded();
      throw error;
    } finally {
      this.#waiting -= 1;
    }
  }

  /** As `call`, with the whole body whatever the head says of its length. Throws `upstream.too-large`. */
  async fetch(request: OutboundRequest, maxBytes: number, signal: AbortSignal, accepts?: Accepts): Promise<OutboundAnswer & { readonly body: Buffer }> {
    const answer = await this.call(request, maxBytes, signal, accepts);
    return { ...answer, body: await gathered(answer, maxBytes) };
  }

  /** Ends when the last answer has. */
  async close(): Promise<void> {
    await this.#pool.close();
  }

  /** What asks and changes nothing is asked once more where the connection broke before the answer began. */
  async #exchange(request: OutboundRequest, wholeBytes: number, signal: AbortSignal): Promise<OutboundAnswer> {
    try {
      return await this.#once(request, wholeBytes, signal);
    } catch (thrown) {
      if (request.method !== 'GET' || request.body !== null || !brokeBefore.has(asDomainError(thrown).code)) throw thrown;
      return this.#once(request, wholeBytes, signal);
    }
  }

  async #once(request: OutboundRequest, wholeBytes: number, signal: AbortSignal): Promise<OutboundAnswer> {
    const course = { streams: false, ended: false };
    const answer = await exchange(this.#pool, request, { ...this.#bounds, wholeBytes }, signal, () => {
      course.ended = true;
      if (course.streams) this.#streams -= 1;
    });
    if (Buffer.isBuffer(answer.body) || course.ended) return answer;
    course.streams = true;
    this.#streams += 1;
    if (this.#streams <= streamsOf(this.#connections)) return answer;
    await leave(answer);
    throw crowded();
  }
}

const streamsOf = (connections: number): number => Math.ceil(connections / 2);

/** Failures of the connection before a byte of the answer had come. */
const brokeBefore: ReadonlySet<string> = new Set(['upstream.reset', 'upstream.unreachable']);

/** Failures that another call would meet too: the connection's, and statuses by which an upstream says that it is not well. */
const isAiling = ({ code, details }: DomainError): boolean =>
  code === 'upstream.status' ? Number(details['status']) >= 500 : code !== 'upstream.busy' && code !== 'upstream.too-large' && code !== 'upstream.redirect';

async function checkAnswer(answer: OutboundAnswer, accepts: Accepts): Promise<void> {
  const { status, headers } = answer;
  const coding = headers['content-encoding'] ?? 'identity';
  if (accepts(status) && coding === 'identity') return;
  const excerpt = await excerptOf(answer);
  if (accepts(status)) throw encoded(coding);
  throw status >= 300 && status < 400 ? redirected(status) : badStatus(status, excerpt);
}

async function excerptOf(answer: OutboundAnswer): Promise<string> {
  if (Buffer.isBuffer(answer.body)) return answer.body.toString('utf8', 0, EXCERPT_BYTES);
  await leave(answer);
  return '';
}

async function leave({ body }: OutboundAnswer): Promise<void> {
  if (!Buffer.isBuffer(body)) await body[Symbol.asyncIterator]().return?.();
}

async function gathered(answer: OutboundAnswer, maxBytes: number): Promise<Buffer> {
  if (Buffer.isBuffer(answer.body)) return answer.body;
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of answer.body) {
    bytes += piece.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
