import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type pg from 'pg';
import type { ReadPlan, RowBatch, RowShape, RowStream, TableReader } from '../../modules/resources/index.ts';
import { held } from './client.ts';
import { sourceFailure } from './failures.ts';
import { count, readPage } from './page.ts';
import type { ReaderPools } from './pools.ts';
import type { Statement } from './select.ts';
import { Lease, openStream } from './stream.ts';

/**
 * Names of statements that came more than once: those are prepared. What a connection keeps is bounded by this and by
 * the connection's own lifetime.
 */
const names = new LRUCache<string, string>({ max: 500 });

function prepared(statement: Statement): pg.QueryArrayConfig {
  const { text } = statement;
  const name = names.get(text);
  if (name === undefined) names.set(text, createHash('sha256').update(text).digest('base64url'));
  return { text, values: [...statement.values], rowMode: 'array', ...(name === undefined ? {} : { name }) };
}

/** How a statement of a short answer is put to its connection. */
type Ask = (client: pg.ClientBase, statement: pg.QueryArrayConfig) => Promise<pg.QueryArrayResult<(string | null)[]>>;

const ask: Ask = (client, statement) => client.query(statement);

/** Reads tables of a PostgreSQL database: short answers and streams each have a pool, so that slow readers starve nobody. */
export class PostgresReader implements TableReader {
  readonly #pools: Omit<ReaderPools, 'close'>;
  readonly #zone: string;
  readonly #ask: Ask;

  /** `zone` is the one in which the source's zoneless times are meant. */
  constructor(pools: Omit<ReaderPools, 'close'>, zone: string, asking = ask) {
    this.#pools = pools;
    this.#zone = zone;
    this.#ask = asking;
  }

  readPage(plan: ReadPlan, shape: RowShape, maxBytes: number, signal: AbortSignal): Promise<RowBatch | undefined> {
    return readPage((statement) => this.#query(statement, signal), plan, shape, this.#zone, maxBytes);
  }

  count(plan: ReadPlan, signal: AbortSignal): Promise<number> {
    return count((statement) => this.#query(statement, signal), plan, this.#zone);
  }

  async openStream(plan: ReadPlan, shape: RowShape, signal: AbortSignal): Promise<RowStream> {
    const client = await this.#pools.streams.connect().catch((error: unknown) => {
      throw sourceFailure(error, signal);
    });
    return openStream(new Lease(client, this.#pools.patienceMs, signal), plan, shape, this.#zone);
  }

  async #query(statement: Statement, signal: AbortSignal): Promise<(string | null)[][]> {
    try {
      signal.throwIfAborted();
      return (await held(this.#pools.pages, signal, (client) => this.#ask(client, prepared(statement)))).rows;
    } catch (error) {
      throw sourceFailure(error, signal);
    }
  }
}
