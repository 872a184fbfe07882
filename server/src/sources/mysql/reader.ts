import type { ReadPlan, RowBatch, RowShape, RowStream, TableReader } from '../../modules/resources/index.ts';
import { sourceFailure } from './failures.ts';
import type { ReaderPools } from './pools.ts';
import { batchMaker, type Cells } from './rows.ts';
import { countStatement, rowsStatement, type Statement } from './select.ts';
import type { Session } from './session.ts';
import { openStream } from './stream.ts';

/** Reads tables of a MySQL or MariaDB database: short answers and streams each have a pool, so that slow readers starve nobody. */
export class MysqlReader implements TableReader {
  readonly #pools: ReaderPools;
  readonly #zone: string;

  /** `zone` is the one in which the source's zoneless times are meant. */
  constructor(pools: ReaderPools, zone: string) {
    this.#pools = pools;
    this.#zone = zone;
  }

  readPage(plan: ReadPlan, shape: RowShape, maxBytes: number, signal: AbortSignal): Promise<RowBatch | undefined> {
    return this.#with(signal, (session) => readPage(session, plan, shape, this.#zone, maxBytes));
  }

  async count(plan: ReadPlan, signal: AbortSignal): Promise<number> {
    const [row] = await this.#with(signal, (session) => session.rows(countStatement(plan, this.#zone)));
    return Number(row?.[0] ?? 0);
  }

  async openStream(plan: ReadPlan, shape: RowShape, signal: AbortSignal): Promise<RowStream> {
    try {
      return await openStream(await this.#pools.stream(signal), { plan, shape, zone: this.#zone, seconds: this.#pools.statementTimeoutSeconds, signal });
    } catch (error) {
      throw sourceFailure(error, signal);
    }
  }

  /** Short queries of the source itself, one after another on one connection. */
  asking<T>(work: (ask: (statement: Statement) => Promise<Cells[]>) => Promise<T>): Promise<T> {
    return this.#with(new AbortController().signal, (session) => work((statement) => session.rows(statement)));
  }

  async #with<T>(signal: AbortSignal, work: (session: Session) => Promise<T>): Promise<T> {
    try {
      const session = await this.#pools.page(signal);
      let whole = false;
      try {
        const answer = await work(session);
        whole = true;
        return answer;
      } finally {
        session.release(whole);
      }
    } catch (error) {
      throw sourceFailure(error, signal);
    }
  }
}

/** Rows are counted in bytes as they come: a page that grows too large is not taken to its end. */
async function readPage(session: Session, plan: ReadPlan, shape: RowShape, zone: string, maxBytes: number): Promise<RowBatch | undefined> {
  const rows: Cells[] = [];
  let bytes = shape === 'json' ? -1 : 0; // JSON's rows are joined by commas
  const take = (row: Cells): void => {
    bytes += bytesOf(row) + (shape === 'json' ? 1 : 0);
    if (bytes > maxBytes) session.release(false);
    else rows.push(row);
  };
  try {
    await session.answered(session.run(rowsStatement(plan, shape, zone), take));
  } catch (error) {
    if (bytes > maxBytes) return undefined;
    throw error;
  }
  return bytes > maxBytes ? undefined : batchMaker(plan, shape, zone)(rows);
}

function bytesOf(row: Cells): number {
  let bytes = 0;
  for (const cell of row) if (cell !== null) bytes += Buffer.byteLength(cell);
  return bytes;
}
