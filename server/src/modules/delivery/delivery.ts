import { asDomainError, DomainError } from '../../kernel/errors.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Database } from '../../storage/database.ts';
import { decide, type Plan } from '../policy/index.ts';
import type { JournalWriter } from '../journal/index.ts';
import type { Permit, QuotaKeeper } from '../quotas/index.ts';
import { countOf, type ReadPlan, type RowBatch, type RowStream, type SourceConnections, type TableReader } from '../resources/index.ts';
import { isInForce, type Access, type LiveProduct, type Right } from './access.ts';
import type { Answer, AnswerField, Call, DeliveryBounds, Rendering, RowsEncoder } from './model.ts';
import { readPlanOf } from './read-plan.ts';
import { CallRecord, newErrorId } from './record.ts';
import { Running } from './running.ts';

export interface DeliveryParts {
  readonly database: Database;
  readonly access: Access;
  readonly quotas: QuotaKeeper;
  readonly journal: Pick<JournalWriter, 'record'>;
  readonly connections: SourceConnections;
  readonly clock: Clock;
}

/** Told of every refusal and failure, with the ID that the caller gets and the cause that he does not. */
export type FailureLog = (errorId: string, error: DomainError, call: Call) => void;

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

/** All that a call holds while it runs. */
interface Deed {
  readonly record: CallRecord;
  readonly live: LiveProduct;
  readonly right: Right;
  readonly plan: Plan;
  readonly permit: Permit;
  readonly signal: AbortSignal;
  /** True from the moment that the journal is told of the answer: no deadline cuts it after that. */
  told: boolean;
  end(): void;
}

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
      deed = await this.#begin(record);
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
      await this.#parts.journal.record(record.refused(error, errorId));
    } catch (unwritten) {
      return new Refusal(asDomainError(unwritten), errorId);
    }
    return new Refusal(error, errorId);
  }

  // ---- may this caller have this data now? ----------------------------------------------------------------------------

  async #begin(record: CallRecord): Promise<Deed> {
    const { call } = record;
    const { access, quotas, clock } = this.#parts;
    access.assertFresh();
    const { live, right } = await this.#rightOf(record);
    const decision = decide(right.compiled, { now: clock.now(), address: call.address, parameters: call.parameters, page: call.page });
    if (!decision.allowed) throw decision.error;
    const { plan } = decision;
    const permit = await quotas.enter({ productId: live.product.id, grantId: right.grant.id }, plan.quotas, plan.concurrency);
    const forget = this.running.add({ abort: call.stop, check: () => this.#stillRight(record) });
    const end = (): void => {
      forget();
      permit.leave();
    };
    return { record, live, right, plan, permit, signal: call.stop.signal, told: false, end };
  }

  /** Unknown, disabled and missing keys are answered alike; only then is the product looked at. */
  async #rightOf(record: CallRecord): Promise<{ live: LiveProduct; right: Right }> {
    const { call } = record;
    const { access, clock } = this.#parts;
    const credential = await access.credential(call.key);
    record.credential = credential;
    if (!isInForce(credential, clock.now())) throw unauthenticated();
    const live = await access.product(call.productCode);
    if (live === undefined || !live.product.definition.listeners.includes(call.listener)) throw unknownProduct(call.productCode);
    record.live = live;
    if (live.product.definition.kind === 'verify') record.event = 'verify';
    const right = await access.right(credential.subjectId, live);
    if (right === undefined) throw notGranted();
    record.right = right;
    return { live, right };
  }

  /** Asked again while the call runs, whenever the revision has moved. */
  async #stillRight(record: CallRecord): Promise<DomainError | undefined> {
    const before = record.right;
    try {
      const { right } = await this.#rightOf(new CallRecord(record.call, () => 0));
      return right.grant.id === before?.grant.id && right.grant.version === before.grant.version ? undefined : notGranted();
    } catch (error) {
      return asDomainError(error);
    }
  }

  // ---- in what form? --------------------------------------------------------------------------------------------------

  async #hand(deed: Deed, rendering: Rendering): Promise<Answer> {
    const { live, plan, right, signal } = deed;
    const reader = await this.#parts.connections.get(this.#parts.database, live.resource.sourceId);
    const read = readPlanOf(plan, live.resource, rendering.forms, right.maskKey);
    const encoder = rendering.encoder();
    if (plan.kind === 'verify') return this.#verdict(deed, encoder, reader, read);
    const counting = deed.record.call.wantTotal && plan.page !== null ? reader.count(read, signal) : undefined;
    counting?.catch(() => {}); // awaited below; a failure must not go unheard meanwhile
    const limit = plan.page === null ? Math.min(plan.cap, this.#bounds.wholeRows) + 1 : read.limit;
    const batch = await reader.readPage({ ...read, limit }, encoder.reads, this.#bounds.wholeBytes, signal);
    const total = await counting;
    if (batch === undefined || (plan.page === null && countOf(batch) === limit)) return this.#stream(deed, encoder, reader, read, total);
    return this.#whole(deed, encoder, plan.columns, batch, total ?? (plan.page === null ? countOf(batch) : undefined));
  }

  async #whole(deed: Deed, encoder: RowsEncoder, fields: readonly AnswerField[], batch: RowBatch, total: number | undefined): Promise<Answer> {
    const rows = countOf(batch);
    const body = encoder.head(fields) + encoder.rows(batch) + encoder.tail(total === undefined ? { rows } : { rows, total });
    const bytes = Buffer.byteLength(body);
    await deed.permit.reserve(rows, bytes);
    deed.signal.throwIfAborted();
    deed.told = true;
    await this.#parts.journal.record(deed.record.done('whole', rows, bytes));
    return { kind: 'whole', contentType: encoder.contentType, body, rows };
  }

  /** A verify product answers yes or no and nothing else: one row of one field. */
  async #verdict(deed: Deed, encoder: RowsEncoder, reader: TableReader, read: ReadPlan): Promise<Answer> {
    const answer = (await reader.count({ ...read, limit: 1 }, deed.signal)) > 0;
    const batch: RowBatch = encoder.reads === 'json' ? { kind: 'json', count: 1, text: `{"result":${answer}}` } : { kind: 'cells', rows: [[String(answer)]] };
    return this.#whole(deed, encoder, [{ name: 'result', type: 'boolean' }], batch, undefined);
  }

  /** The first piece is read before the answer begins: what fails until then is an error and not a cut. */
  async #stream(deed: Deed, encoder: RowsEncoder, reader: TableReader, read: ReadPlan, total: number | undefined): Promise<Answer> {
    const stream = await reader.openStream(read, encoder.reads, deed.signal);
    const pieces = this.#pieces(deed, encoder, stream, { rows: stream.rows, total: total ?? stream.rows });
    const first = await pieces.next();
    return { kind: 'stream', contentType: encoder.contentType, rows: stream.rows, body: startedWith(first, pieces) };
  }

  /** The outcome is committed before the last piece leaves; a reader that goes away early is an outcome too. */
  async *#pieces(deed: Deed, encoder: RowsEncoder, stream: RowStream, summary: { rows: number; total: number }): AsyncGenerator<string> {
    let rows = 0;
    let bytes = 0;
    let reason = 'client.gone';
    let errorId = '';
    const take = async (text: string): Promise<string> => {
      const size = Buffer.byteLength(text);
      await deed.permit.reserve(0, size);
      deed.signal.throwIfAborted();
      this.#assertValid(deed);
      bytes += size;
      return text;
    };
    let waiting = encoder.head(deed.plan.columns);
    try {
      await deed.permit.reserve(summary.rows, 0);
      for await (const batch of stream.batches) {
        const piece = await take(waiting + encoder.rows(batch));
        waiting = '';
        if (!deed.told) await this.#tellIntent(deed);
        yield piece;
        rows += countOf(batch);
      }
      if (rows !== summary.rows) throw new DomainError('interrupted', 'delivery.incomplete', '数据在读取中发生变化 (the data changed while it was read)');
      const last = await take(waiting + encoder.tail(summary));
      await this.#parts.journal.record(deed.record.done(deed.told ? 'outcome' : 'whole', rows, bytes));
      reason = '';
      yield last;
    } catch (thrown) {
      if (!deed.told) throw thrown; // `answer` records it
      const error = asDomainError(thrown);
      reason = error.code;
      errorId = newErrorId();
      this.#log(errorId, error, deed.record.call);
      throw error;
    } finally {
      stream.cancel();
      deed.end();
      if (deed.told && reason !== '') await this.#parts.journal.record(deed.record.cut(reason, errorId, rows, bytes));
    }
  }

  async #tellIntent(deed: Deed): Promise<void> {
    deed.told = true;
    await this.#parts.journal.record(deed.record.done('intent', 0, 0));
  }

  /** A grant may run out in mid-stream. */
  #assertValid(deed: Deed): void {
    const { validTo } = deed.right.grant;
    if (validTo !== null && this.#parts.clock.now() >= validTo) throw notGranted();
  }

  /** 15 s until the first byte (decision 24); whatever the source still does, the caller has his answer. */
  async #beforeDeadline<T>(deed: Deed, work: Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    const { signal } = deed;
    const { stop, arrived } = deed.record.call;
    const onAbort = (): void => {
      if (!deed.told) reject(signal.reason instanceof DomainError ? signal.reason : callerGone());
    };
    const timer = setTimeout(onDeadline, this.#bounds.deadlineMs - (performance.now() - arrived), deed, stop, this.#bounds.deadlineMs);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([work, promise]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      work.catch(() => {});
    }
  }
}

function onDeadline(deed: Deed, stop: AbortController, deadlineMs: number): void {
  if (!deed.told) stop.abort(tooSlow(deadlineMs));
}

/** A generator whose first piece was taken; ending it before the rest still runs its `finally`. */
function startedWith(first: IteratorResult<string, unknown>, rest: AsyncGenerator<string>): AsyncIterable<string> {
  let taken = false;
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        if (taken) return rest.next();
        taken = true;
        return Promise.resolve(first);
      },
      return: (value?: unknown) => rest.return(value),
    }),
  };
}

const unauthenticated = (): DomainError => new DomainError('unauthenticated', 'credential.invalid', '授权码无效，请检查后重试 (the key is missing or not valid: check it)');
const unknownProduct = (code: string): DomainError =>
  new DomainError('unknown-product', 'product.unknown', `没有可用的服务接口 ${code.slice(0, 64)} (no such service interface here)`);
const notGranted = (): DomainError => new DomainError('not-granted', 'grant.none', '未获授权或授权已终止，请先申请 (no grant in force for this service interface: apply for it)');
const callerGone = (): DomainError => new DomainError('interrupted', 'client.gone', '调用方已断开 (the caller has gone)');
const tooSlow = (ms: number): DomainError => new DomainError('timeout', 'call.deadline', `处理超过 ${ms / 1000} 秒，请缩小查询范围 (took longer than ${ms / 1000} s: narrow the query)`);
