import { LRUCache } from 'lru-cache';
import pg from 'pg';
import { copyIn } from './copy-in.ts';
import { quoteName, type Cell, type Database, type Queryable, type Row, type SqlValue, type Transaction } from './database.ts';

type Engine = Database['engine'];

/** int8 (counts, sequence numbers) as a JavaScript number: all of ours stay below 2^53. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format)) as pg.CustomTypesConfig['getTypeParser'],
};

const asText: pg.CustomTypesConfig = { getTypeParser: (() => String) as pg.CustomTypesConfig['getTypeParser'] };

interface PgDatabaseOptions {
  engine: Engine;
  pool: pg.PoolConfig;
  /** Called after the pool has ended (PGlite's worker is stopped here). */
  onClose?: () => Promise<void>;
  /** Errors of idle connections; the pool replaces them. */
  onError: (error: Error) => void;
}

/** The Database over node-postgres: both engines speak PostgreSQL's protocol, PGlite through a stream to its worker. */
export class PgDatabase implements Database {
  readonly engine: Engine;
  readonly #pool: pg.Pool;
  readonly #onClose: () => Promise<void>;
  /** Types of the columns of tables that are appended to without COPY. After a failure they are asked for anew. */
  readonly #types = new LRUCache<string, ColumnTypes>({ max: 100 });

  constructor(options: PgDatabaseOptions) {
    this.engine = options.engine;
    this.#pool = new pg.Pool({ ...options.pool, types });
    this.#pool.on('error', options.onError);
    // A connection that dies in use tells its query, and emits this as well: unheard, it would end the process.
    this.#pool.on('connect', (client) => client.on('error', () => {}));
    this.#onClose = options.onClose ?? (async () => {});
  }

  query<R = Row>(sql: string, values: readonly SqlValue[] = []): Promise<R[]> {
    return run<R>(this.#pool, sql, values);
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#withClient(async (client) => {
      await client.query('BEGIN');
      try {
        const result = await work(asTransaction(client));
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK').catch(() => {}); // on a dead connection there is nothing left to roll back
        throw error;
      }
    });
  }

  async append(table: string, columns: readonly string[], rows: readonly (readonly Cell[])[], within?: Transaction): Promise<void> {
    if (rows.length === 0) return;
    if (this.engine === 'pglite') return this.#appendByInsert(within ?? this, table, columns, rows);
    if (within !== undefined) return copyInto(clientOf(within), table, columns, rows);
    return this.#withClient((client) => copyInto(client, table, columns, rows));
  }

  /** One array parameter a column: the same statement whatever the number of rows. */
  async #appendByInsert(on: Queryable, table: string, columns: readonly string[], rows: readonly (readonly Cell[])[]): Promise<void> {
    const known = this.#types.get(table) ?? (await columnTypes(on, table));
    this.#types.delete(table);
    const arrays = columns.map((_, index) => rows.map((row) => row[index] ?? null));
    const names = columns.map(quoteName).join(',');
    const aliases = columns.map((_, index) => `c${index}`);
    const casts = columns.map((name, index) => `c${index}::${known.get(name) ?? 'text'}`).join(',');
    const unnest = columns.map((_, index) => `$${index + 1}::text[]`).join(',');
    await on.query(`INSERT INTO ${table} (${names}) SELECT ${casts} FROM unnest(${unnest}) AS t(${aliases.join(',')})`, arrays);
    this.#types.set(table, known);
  }

  async cells(sql: string, values: readonly SqlValue[]): Promise<Cell[][]> {
    const result = await this.#pool.query<Cell[]>({ text: sql, values: [...values], rowMode: 'array', types: asText });
    return result.rows;
  }

  async ping(): Promise<boolean> {
    try {
      await this.#pool.query('SELECT 1');
      return true;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
    await this.#onClose();
  }

  /** A client that saw an error of its connection is destroyed, not put back. */
  async #withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    try {
      return await work(client);
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) broken = error instanceof Error ? error : new Error('connection failed', { cause: error });
      throw error;
    } finally {
      client.release(broken !== undefined && isConnectionError(broken) ? broken : false);
    }
  }
}

/** Errors that carry a system code (ECONNRESET …) or come from node-postgres about its connection. */
const isConnectionError = (error: Error): boolean => 'syscall' in error || /connection|terminat|timeout/i.test(error.message);

const transactions = new WeakMap<Transaction, pg.PoolClient>();

function asTransaction(client: pg.PoolClient): Transaction {
  const tx: Transaction = { inTransaction: true, query: <R>(sql: string, values: readonly SqlValue[] = []) => run<R>(client, sql, values) };
  transactions.set(tx, client);
  return tx;
}

function clientOf(tx: Transaction): pg.PoolClient {
  const client = transactions.get(tx);
  if (client === undefined) throw new TypeError('not a transaction of this database');
  return client;
}

async function run<R>(on: pg.Pool | pg.PoolClient, sql: string, values: readonly SqlValue[]): Promise<R[]> {
  const result: pg.QueryResult<R & pg.QueryResultRow> = await on.query(sql, [...values]);
  return result.rows;
}

const copyInto = (client: pg.PoolClient, table: string, columns: readonly string[], rows: readonly (readonly Cell[])[]): Promise<void> =>
  copyIn(client, `COPY ${table} (${columns.map(quoteName).join(',')}) FROM STDIN`, rows);

type ColumnTypes = ReadonlyMap<string, string>;

async function columnTypes(on: Queryable, table: string): Promise<ColumnTypes> {
  const rows = await on.query<{ name: string; type: string }>(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`,
    [table],
  );
  return new Map(rows.map((row) => [row.name, row.type]));
}
