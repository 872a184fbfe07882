import { countOf, type Probe, type QuerySource, type Reading, type ReadPlan, type ReadWish, type RelayAnswer, type RelayPlan, type RowBatch, type RowShape, type RowStream, type SourceConnection, type TableDescription, type TableReader } from './ports.ts';

/** A connection with a number of uses; it is closed when it was replaced and its last use has ended. */
class Counted {
  readonly connection: SourceConnection;
  #uses = 0;
  #closing: Promise<void> | undefined;
  /** Told when a replaced one is closed; undefined while it is in its place. */
  #retired: (() => void) | undefined;

  constructor(connection: SourceConnection) {
    this.connection = connection;
  }

  /** The answer ends the use; it may be called again. */
  enter(): () => void {
    this.#uses += 1;
    let within = true;
    return () => {
      if (!within) return;
      within = false;
      this.#uses -= 1;
      this.#closeUnused();
    };
  }

  async during<T>(work: (connection: SourceConnection) => Promise<T>): Promise<T> {
    const leave = this.enter();
    try {
      return await work(this.connection);
    } finally {
      leave();
    }
  }

  retire(closed: () => void): void {
    this.#retired = closed;
    this.#closeUnused();
  }

  #closeUnused(): void {
    if (this.#retired !== undefined && this.#uses === 0) void this.close().then(this.#retired, this.#retired);
  }

  close(): Promise<void> {
    return (this.#closing ??= this.connection.close());
  }
}

/**
 * A source's connection as callers hold it, whatever becomes of its settings: what has begun ends by the old ones, what
 * begins goes by the new ones.
 */
export class Standing implements SourceConnection {
  readonly relay?: NonNullable<SourceConnection['relay']>;
  #now: Counted;
  /** Replaced, and not closed yet. */
  readonly #before = new Set<Counted>();

  constructor(connection: SourceConnection) {
    this.#now = new Counted(connection);
    // a source keeps its type, and with it what it can do
    if (connection.relay !== undefined) this.relay = (plan, wholeBytes, signal) => this.#relay(plan, wholeBytes, signal);
  }

  replace(connection: SourceConnection): void {
    this.retire();
    this.#now = new Counted(connection);
  }

  /** Lets what has begun end, then closes. */
  retire(): void {
    const before = this.#now;
    this.#before.add(before);
    before.retire(() => this.#before.delete(before));
  }

  get queries(): QuerySource | undefined {
    return this.#now.connection.queries;
  }

  readPage(plan: ReadPlan, shape: RowShape, maxBytes: number, signal: AbortSignal): Promise<RowBatch | undefined> {
    return this.#now.during((connection) => connection.readPage(plan, shape, maxBytes, signal));
  }

  count(plan: ReadPlan, signal: AbortSignal): Promise<number> {
    return this.#now.during((connection) => connection.count(plan, signal));
  }

  async openStream(plan: ReadPlan, shape: RowShape, signal: AbortSignal): Promise<RowStream> {
    const now = this.#now;
    const leave = now.enter();
    try {
      return held(await now.connection.openStream(plan, shape, signal), leave);
    } catch (error) {
      leave();
      throw error;
    }
  }

  async read(plan: ReadPlan, wish: ReadWish, signal: AbortSignal): Promise<Reading> {
    const { connection } = this.#now;
    const leave = this.#now.enter();
    try {
      const reading = await (connection.read?.(plan, wish, signal) ?? readApart(connection, plan, wish, signal));
      if ('stream' in reading) return { total: reading.total, stream: held(reading.stream, leave) };
      leave();
      return reading;
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** A body that is under way is not counted: whoever relays closes when all of them have ended. */
  #relay(plan: RelayPlan, wholeBytes: number, signal: AbortSignal): Promise<RelayAnswer> {
    return this.#now.during(async (connection) => {
      if (connection.relay === undefined) throw new TypeError('a source lost what its type can do');
      return connection.relay(plan, wholeBytes, signal);
    });
  }

  probe(): Promise<Probe> {
    return this.#now.during((connection) => connection.probe());
  }

  describeTables(): Promise<readonly TableDescription[]> {
    return this.#now.during((connection) => connection.describeTables());
  }

  /** At once, whatever still runs. */
  async close(): Promise<void> {
    await Promise.all([this.#now, ...this.#before].map((each) => each.close()));
  }
}

/** By statements of their own: the count runs beside the page, and what the page cannot hold is read anew. */
async function readApart(reader: TableReader, plan: ReadPlan, { shape, rows, bytes, counted }: ReadWish, signal: AbortSignal): Promise<Reading> {
  const counting = counted ? reader.count(plan, signal) : undefined;
  counting?.catch(() => {}); // awaited below; a failure must not go unheard meanwhile
  const limit = plan.whole ? Math.min(plan.limit, rows) + 1 : plan.limit;
  const batch = await reader.readPage({ ...plan, limit }, shape, bytes, signal);
  const total = await counting;
  if (batch === undefined || (plan.whole && countOf(batch) === limit)) return { total, stream: await reader.openStream(plan, shape, signal) };
  return { total, batch };
}

/** A stream that holds its use of a connection to its end. */
function held(stream: RowStream, leave: () => void): RowStream {
  const cancel = (): void => {
    stream.cancel();
    leave();
  };
  return { rows: stream.rows, batches: untilEnd(stream.batches, leave), cancel };
}

async function* untilEnd(batches: AsyncIterable<RowBatch>, leave: () => void): AsyncGenerator<RowBatch> {
  try {
    yield* batches;
  } finally {
    leave();
  }
}
