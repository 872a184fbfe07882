import type { Pool } from 'undici';
import { asDomainError, type DomainError } from '../../kernel/errors.ts';
import { crowdedUpstream, exchange, openPool, type OutboundAnswer, type OutboundBounds, type OutboundGate, type OutboundRequest } from '../../outbound/index.ts';
import { Breaker } from './breaker.ts';
import { Course, StreamPlaces } from './course.ts';
import { badStatus, encoded, redirected } from './errors.ts';
import type { UpstreamSettings } from './upstream-settings.ts';

/** Calls that may wait for a connection, for each connection there is. */
const WAITING_PER_CONNECTION = 4;
/** What of the body of an error is kept for the operator. */
const EXCERPT_BYTES = 500;

/** Whether an answer is one to the call. */
export type Accepts = (answer: OutboundAnswer) => boolean;
const success: Accepts = ({ status }) => status >= 200 && status <= 204;

/**
 * A service over HTTP, as its operations call it: our credentials are added, what it answers is checked before anybody
 * reads it, and it is spared when it fails. Nothing that it says of itself goes further than this, except the type and the
 * bytes of its answer.
 */
export class Upstream {
  readonly #pool: Pool;
  readonly #breaker: Breaker;
  readonly #places: StreamPlaces;
  readonly #bounds: Omit<OutboundBounds, 'wholeBytes'>;
  readonly #mostWaiting: number;
  #waiting = 0;

  constructor(gate: OutboundGate, { baseUrl, ca, connections, breaker, ...settings }: UpstreamSettings) {
    const idleMs = settings.idleSeconds * 1000;
    const streams = Math.ceil(connections / 2);
    this.#pool = openPool(gate, new URL(baseUrl), { ca, connections: connections + streams, connectMs: settings.connectSeconds * 1000, headMs: settings.headSeconds * 1000, idleMs });
    this.#breaker = new Breaker({ failures: breaker.failures, restMs: breaker.restSeconds * 1000 });
    this.#places = new StreamPlaces(streams);
    this.#bounds = { idleMs, leastBytesPerSecond: settings.leastBytesPerSecond };
    this.#mostWaiting = connections * WAITING_PER_CONNECTION;
  }

  /** Throws `upstream.…`, or the signal's reason. Bodies of a known length up to `wholeBytes` come whole. */
  call(request: OutboundRequest, wholeBytes: number, signal: AbortSignal): Promise<OutboundAnswer> {
    return this.#called(request, { ...this.#bounds, wholeBytes }, signal, success);
  }

  /** As `call`, with the whole body whatever the head says of its length. Throws `upstream.too-large`. */
  async fetch(request: OutboundRequest, maxBytes: number, signal: AbortSignal, accepts = success): Promise<OutboundAnswer & { readonly body: Buffer }> {
    const { body, ...head } = await this.#called(request, { ...this.#bounds, wholeBytes: maxBytes, wholeOnly: true }, signal, accepts);
    if (!Buffer.isBuffer(body)) throw new TypeError('a body that was to be gathered streams');
    return { ...head, body };
  }

  /** The status alone: of a body nothing is read, whatever it is. */
  async look(request: OutboundRequest, signal: AbortSignal, accepts: Accepts): Promise<number> {
    return (await this.#called(request, { ...this.#bounds, wholeBytes: 0, headOnly: true }, signal, accepts)).status;
  }

  /** Ends when the last answer has. */
  async close(): Promise<void> {
    await this.#pool.close();
  }

  async #called(request: OutboundRequest, bounds: OutboundBounds, signal: AbortSignal, accepts: Accepts): Promise<OutboundAnswer> {
    if (this.#waiting >= this.#mostWaiting) throw crowdedUpstream();
    this.#breaker.enter();
    this.#waiting += 1;
    try {
      const course = new Course(this.#places, this.#breaker);
      const answer = await this.#exchange(request, bounds, signal, course);
      const refusal = refusalOf(answer, accepts, bounds.headOnly === true);
      if (refusal !== undefined) throw refusal;
      if (Buffer.isBuffer(answer.body)) this.#breaker.succeeded();
      else await course.stream();
      return answer;
    } catch (thrown) {
      const error = asDomainError(thrown);
      this.#breaker.ended(error);
      throw error;
    } finally {
      this.#waiting -= 1;
    }
  }

  /** What asks and changes nothing is asked once more where the connection broke before the answer began. */
  async #exchange(request: OutboundRequest, bounds: OutboundBounds, signal: AbortSignal, course: Course): Promise<OutboundAnswer> {
    try {
      return await exchange(this.#pool, request, bounds, signal, course);
    } catch (thrown) {
      if (request.method !== 'GET' || request.body !== null || !brokeBefore.has(asDomainError(thrown).code)) throw thrown;
      course.begin();
      return exchange(this.#pool, request, bounds, signal, course);
    }
  }
}

/** Failures of the connection before a byte of the answer had come. */
const brokeBefore: ReadonlySet<string> = new Set(['upstream.reset', 'upstream.unreachable']);

/** Why an answer is not what was asked for; its body is then left. */
function refusalOf(answer: OutboundAnswer, accepts: Accepts, headOnly: boolean): DomainError | undefined {
  const { status, headers, body } = answer;
  const coding = headOnly ? 'identity' : (headers['content-encoding'] ?? 'identity');
  const accepted = accepts(answer);
  if (accepted && coding === 'identity') return undefined;
  if (!Buffer.isBuffer(body)) void body[Symbol.asyncIterator]().return?.();
  if (accepted) return encoded(coding);
  return status >= 300 && status < 400 ? redirected(status) : badStatus(status, Buffer.isBuffer(body) ? body.toString('utf8', 0, EXCERPT_BYTES) : '');
}
