import { asDomainError, DomainError } from '../../kernel/errors.ts';
import { utf8Of } from '../../kernel/utf8.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Database } from '../../storage/database.ts';
import { decide } from '../policy/index.ts';
import type { JournalWriter } from '../journal/index.ts';
import { isInForce, isSigned, type FoundCredential } from '../identity/index.ts';
import type { QuotaKeeper } from '../quotas/index.ts';
import { countOf, type ReadPlan, type RowBatch, type RowStream, type SourceConnections, type TableReader } from '../resources/index.ts';
import type { Access, LiveProduct, Right } from './access.ts';
import { assertStanding, endOf, type Deed } from './deed.ts';
import { cannotRelay, journalLate, notGranted, nothingToRelay, otherMethod, productChanged, tooSlow, unauthenticated, unknownProduct } from './errors.ts';
import { splitInputs } from './inputs.ts';
import type { Answer, AnswerField, Call, DeliveryBounds, Rendering, RowsEncoder } from './model.ts';
import { readPlanOf } from './read-plan.ts';
import { CallRecord, newErrorId, type FailureLog } from './record.ts';
import { Running } from './running.ts';
import { framedRows, relayedBytes, startedWith, Transfer } from './transfer.ts';

export interface DeliveryParts {
  readonly database: Database;
  readonly access: Access;
  readonly quotas: QuotaKeeper;
  readonly journal: Pick<JournalWriter, 'record'>;
  readonly connections: SourceConnections;
  readonly clock: Clock;
}

/** A refusal as profiles see it: what was thrown, and the ID under which the operator finds it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly error: DomainError;
  readonly errorId: string;

  constructor(error: DomainError, errorId: string) {
    super(error.message, { cause: error });
    this.error = error;
    this.errorId = errorId;
  }
}

/** How long a refusal waits for its record, in milliseconds. */
const REFUSAL_MS = 2_000;

/** The one way by which data leaves the node: decide, count, read, write down, hand over. */
export class Delivery {
  readonly running = new Running();
  readonly #parts: DeliveryParts;
  readonly #bounds: DeliveryBounds;
  readonly #log: FailureLog;

  constructor(parts: DeliveryParts, bounds: DeliveryBounds, log: FailureLog) {
    this.#parts = parts;
    this.#bounds = bounds;
    this.#log = log;
  }

  /** Answers a call, or throws a Refusal; either way the journal holds it before this returns. */
  async answer(call: Call, rendering: Rendering): Promise<Answer> {
    const record = new CallRecord(call, rendering.status);
    let deed: Deed | undefined;
    try {
      deed = await this.#begin(record, rendering);
      const answer = await this.#beforeDeadline(deed, this.#hand(deed, rendering));
      if (answer.kind === 'whole') deed.end();
      return answer;
    } catch (thrown) {
      call.stop.abort(thrown);
      deed?.end();
      throw await this.#refuse(record, thrown);
    }
  }

  /** Records a call that ended before it reached `answer`: a profile that could not read its request. */
  async refuse(call: Call, status: Rendering['status'], thrown: unknown): Promise<Refusal> {
    return this.#refuse(new CallRecord(call, status), thrown);
  }

  async #refuse(record: CallRecord, thrown: unknown): Promise<Refusal> {
    const error = asDomainError(thrown);
    const errorId = newErrorId();
    this.#log(errorId, error, record.call);
    try {
      await beforeLate(this.#parts.journal.record(record.refused(error, errorId)));
    } catch (unwritten) {
      return new Refusal(asDomainError(unwritten), errorId);
    }
    return new Refusal(error, errorId);
  }

  // ---- may this caller have this data now? ----------------------------------------------------------------------------

  async #begin(record: CallRecord, rendering: Rendering): Promise<Deed> {
    const { call } = record;
    const { access, quotas, clock } = this.#parts;
    if (!access.isFresh()) await access.assertFresh();
    const { generation } = access;
    record.live = await this.#served(call); // from here on what is journalled of the call is redacted, whoever makes it
    if (isSigned(call.proof)) await access.prove(call.proof, clock.now());
    const { live, right, credential } = await this.#rightOf(record);
    const decision = decide(right.compiled, { now: clock.now(), address: call.address, parameters: call.parameters, page: call.page });
    if (!decision.allowed) throw decision.error;
    const { plan } = decision;
    const sealing = rendering.seal?.(live.product.definition, credential);
    const permit = await quotas.enter({ productId: live.product.id, grantId: right.grant.id }, plan.quotas, plan.concurrency);
    const forget = this.running.add({ abort: call.stop, check: () => this.#stillRight(record) });
    const end = (): void => {
      forget();
      permit.leave();
    };
    // A change since the first look has passed this call by: it was not among the running ones yet.
    const ended = access.generation === generation ? undefined : await this.#stillRight(record);
    if (ended !== undefined) {
      end();
      throw ended;
    }
    return { record, live, right, plan, permit, sealing, signal: call.stop.signal, told: false, end };
  }

  /** The live product of a call, where it is served by the call's listener. */
  async #served({ productCode, listener }: Call): Promise<LiveProduct | undefined> {
    const live = await this.#parts.access.product(productCode);
    return live?.product.definition.listeners.includes(listener) === true ? live : undefined;
  }

  /** Unknown, disabled and missing credentials are answered alike; only then is the caller told of the product. */
  async #rightOf(record: CallRecord): Promise<{ live: LiveProduct; right: Right; credential: FoundCredential }> {
    const { call, live } = record;
    const { access, clock } = this.#parts;
    const methods = live?.product.definition.authentication ?? [];
    // Only where a product is open to all has a call without credential someone behind it: the public subject.
    const credential = call.proof.kind === 'none' && !methods.includes('none') ? undefined : await access.credential(call.proof);
    record.credential = credential;
    if (!isInForce(credential, clock.now())) throw unauthenticated();
    if (live === undefined) throw unknownProduct(call.productCode);
    if (live.product.definition.kind === 'verify') record.event = 'verify';
    const right = await access.right(credential.subjectId, live);
    if (right === undefined) throw withoutRight(record, live);
    if (!methods.includes(call.proof.kind)) throw otherMethod(methods);
    record.right = right;
    return { live, right, credential };
  }

  /** Asked again while the call runs, whenever the revision has moved. */
  async #stillRight(record: CallRecord): Promise<DomainError | undefined> {
    try {
      const look = new CallRecord(record.call, () => 0);
      look.live = await this.#served(record.call);
      look.right = record.right;
      const { live, right } = await this.#rightOf(look);
      if (right.grant.id !== record.right?.grant.id || right.grant.version !== record.right.grant.version) return notGranted();
      return live.product.liveVersion === record.live?.product.liveVersion ? undefined : productChanged();
    } catch (error) {
      return asDomainError(error);
    }
  }

  // ---- in what form? --------------------------------------------------------------------------------------------------

  async #hand(deed: Deed, rendering: Rendering): Promise<Answer> {
    const { live, plan, right, signal } = deed;
    if (plan.kind === 'relay') return this.#relay(deed, rendering);
    const reader = await this.#parts.connections.get(this.#parts.database, live.resource.sourceId);
    const read = readPlanOf(plan, live.resource, rendering.forms, right.maskKey);
    const encoder = rendering.encoder(deed.record.call);
    if (plan.kind === 'verify') return this.#verdict(deed, encoder, reader, read);
    const { wholeRows: rows, wholeBytes: bytes } = this.#bounds;
    const reading = await reader.read(read, { shape: encoder.reads, rows, bytes, counted: deed.record.call.wantTotal && plan.page !== null }, signal);
    if ('stream' in reading) return this.#stream(deed, encoder, reading.stream, reading.total);
    return this.#whole(deed, encoder, plan.columns, reading.batch, reading.total ?? (plan.page === null ? countOf(reading.batch) : undefined));
  }

  async #whole(deed: Deed, encoder: RowsEncoder, fields: readonly AnswerField[], batch: RowBatch, total: number | undefined): Promise<Answer> {
    const rows = countOf(batch);
    const encoded = utf8Of(encoder.head(fields) + encoder.rows(batch) + encoder.tail(total === undefined ? { rows } : { rows, total }));
    const bytes = encoded.length;
    await deed.permit.reserve(rows, bytes);
    const body = deed.sealing === undefined ? encoded : await deed.sealing.whole(encoded);
    await this.#tellWhole(deed, rows, bytes);
    return { kind: 'whole', contentType: encoder.contentType, body, rows };
  }

  async #tellWhole(deed: Deed, rows: number, bytes: number): Promise<void> {
    await assertStanding(deed, this.#parts.access, this.#parts.clock);
    deed.signal.throwIfAborted(); // in one turn with the next line: an abort is either before the one or after the other
    deed.told = true;
    await this.#parts.journal.record(deed.record.done('whole', rows, bytes));
  }

  /** A verify product answers yes or no and nothing else: one row of one field. */
  async #verdict(deed: Deed, encoder: RowsEncoder, reader: TableReader, read: ReadPlan): Promise<Answer> {
    const answer = (await reader.count({ ...read, limit: 1 }, deed.signal)) > 0;
    const batch: RowBatch = encoder.reads === 'json' ? { kind: 'json', count: 1, text: `{"result":${answer}}` } : { kind: 'cells', rows: [[String(answer)]] };
    return this.#whole(deed, encoder, [{ name: 'result', type: 'boolean' }], batch, undefined);
  }

  /** The first piece is read before the answer begins: what fails until then is an error and not a cut. */
  async #stream(deed: Deed, encoder: RowsEncoder, stream: RowStream, total: number | undefined): Promise<Answer> {
    const framed = framedRows(encoder, deed.plan, stream, total);
    const encoded = new Transfer(deed, this.#parts, this.#log).pieces(framed, stream.rows, () => stream.cancel());
    const pieces = deed.sealing?.stream(encoded) ?? encoded;
    const first = await pieces.next();
    return { kind: 'stream', contentType: encoder.contentType, body: startedWith(first, pieces) };
  }

  /** What the source answers, as it is: no field of it is looked at. */
  async #relay(deed: Deed, rendering: Rendering): Promise<Answer> {
    const { live, plan, signal } = deed;
    if (rendering.relays !== true) throw cannotRelay();
    const connection = await this.#parts.connections.get(this.#parts.database, live.resource.sourceId);
    if (connection.relay === undefined) throw nothingToRelay();
    const { inputs } = splitInputs(plan.where, live.resource);
    const { contentType, length, body } = await connection.relay({ table: live.resource.table, inputs }, this.#bounds.relayedBytes, signal);
    if (Buffer.isBuffer(body)) {
      await deed.permit.reserve(0, body.length);
      await this.#tellWhole(deed, 0, body.length);
      return { kind: 'whole', contentType, body, rows: 0 };
    }
    const release = (): void => void body[Symbol.asyncIterator]().return?.();
    const pieces = new Transfer(deed, this.#parts, this.#log).pieces(relayedBytes(body, length), 0, release);
    const first = await pieces.next();
    return { kind: 'stream', contentType, body: startedWith(first, pieces), ...(length === undefined ? {} : { length }) };
  }

  /** 15 s until the first byte (decision 24); whatever the source still does, the caller has his answer. */
  async #beforeDeadline<T>(deed: Deed, work: Promise<T>): Promise<T> {
    const { signal } = deed;
    const { stop, arrived } = deed.record.call;
    let onAbort = (): void => {};
    const timer = setTimeout(onDeadline, this.#bounds.deadlineMs - (performance.now() - arrived), deed, stop, this.#bounds.deadlineMs);
    try {
      return await new Promise<T>((resolve, reject) => {
        onAbort = () => {
          if (deed.told) return;
          const end = endOf(signal);
          if (end.kind === 'timeout') setImmediate(reject, end); // the source has the first word: it may know whom the deadline found awaited
          else reject(end);
        };
        signal.addEventListener('abort', onAbort, { once: true });
        work.then(resolve, reject);
      });
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }
}

/** A product that only its holders may see is, to all others, not there; who had the right when the call began knows of it. */
function withoutRight({ call, right }: CallRecord, { product }: LiveProduct): DomainError {
  if (product.definition.visibility === 'public' || right !== undefined) return notGranted();
  return call.proof.kind === 'none' ? unauthenticated() : unknownProduct(call.productCode);
}

/** A journal that cannot be written tries for long; whoever gets no data need not wait for the end of that. */
async function beforeLate(written: Promise<unknown>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(journalLate()), REFUSAL_MS);
  try {
    await Promise.race([written, promise]);
  } finally {
    clearTimeout(timer);
    written.catch(() => {}); // the log has the refusal
  }
}

function onDeadline(deed: Deed, stop: AbortController, deadlineMs: number): void {
  if (!deed.told) stop.abort(tooSlow(deadlineMs));
}
