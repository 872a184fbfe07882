import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import pg from 'pg';
import Cursor from 'pg-cursor';
import { DomainError } from '../../kernel/errors.ts';
import type { ReadPlan, RowBatch, RowShape, RowStream, TableReader } from '../../modules/resources/index.ts';
import { sourceFailure } from './failures.ts';
import { cellsPageStatement, countStatement, jsonPageStatement, streamStatement, windowCountStatement, type Statement } from './select.ts';

const BATCH_ROWS = 500;

/** Statements that come again are prepared; the number that a connection keeps is bounded. */
const prepared = new LRUCache<string, { name: string; uses: number }>({ max: 500 });

function named(statement: Statement): { name?: string; text: string; values: unknown[] } {
  const known = prepared.get(statement.text);
  if (known === undefined) {
    prepared.set(statement.text, { name: createHash('sha256').update(statement.text).digest('base64url'), uses: 1 });
    return { ...statement };
  }
  return { ...statement, name: known.name };
}

/** Reads tables of a PostgreSQL database: short answers and streams each have a pool, so that slow readers starve nobody. */
export class PostgresReader implements TableReader {
  readonly #pages: pg.Pool;
  readonly #streams: pg.Pool;
  readonly #zone: string;

  constructor(pages: pg.Pool, streams: pg.Pool, zone: string) {
    this.#pages = pages;
    this.#streams = streams;
    this.#zone = zone;
  }

  async readPage(plan: ReadPlan, shape: RowShape, maxBytes: number, signal: AbortSignal): Promise<RowBatch | undefined> {
    return shape === 'json' ? this.#jsonPage(plan, maxBytes, signal) : this.#cellsPage(plan, maxBytes, signal);
  }

  async count(plan: ReadPlan, signal: AbortSignal): Promise<number> {
    const [row] = await this.#query(countStatement(plan, this.#zone), signal);
    return Number(row?.[0] ?? 0);
  }

  async openStream(plan: ReadPlan, shape: RowShape, signal: AbortSignal): Promise<RowStream> {
    const client = await this.#streams.connect().catch((error: unknown) => {
      throw sourceFailure(error, signal);
    });
    try {
      signal.throwIfAborted();
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const counted = await client.query<[string]>({ ...windowCountStatement(plan, this.#zone), rowMode: 'array' });
      const rows = rowsOfStream(plan, Number(counted.rows[0]?.[0] ?? 0));
      const lease = leaseOf(client);
      return { rows, batches: this.#batches(lease, streamStatement(plan, shape, this.#zone), shape, signal), cancel: () => lease.release(false) };
    } catch (error) {
      client.release(true);
      throw sourceFailure(error, signal);
    }
  }

  async #jsonPage(plan: ReadPlan, maxBytes: number, signal: AbortSignal): Promise<RowBatch | undefined> {
    const [row] = await this.#query(jsonPageStatement(plan, this.#zone, maxBytes), signal);
    const body = row?.[1];
    if (typeof body !== 'string') return undefined;
    return { kind: 'json', count: Number(row?.[0]), text: body.slice(1, -1) };
  }

  async #cellsPage(plan: ReadPlan, maxBytes: number, signal: AbortSignal): Promise<RowBatch | undefined> {
    const cells = await this.#query(cellsPageStatement(plan, this.#zone), signal);
    let bytes = 0;
    for (const row of cells) for (const cell of row) bytes += cell?.length ?? 0;
    return bytes > maxBytes ? undefined : { kind: 'cells', rows: cells };
  }

  async #query(statement: Statement, signal: AbortSignal): Promise<(string | null)[][]> {
    signal.throwIfAborted();
    try {
      const result = await this.#pages.query<(string | null)[]>({ ...named(statement), rowMode: 'array' });
      return result.rows;
    } catch (error) {
      throw sourceFailure(error, signal);
    }
  }

  async *#batches({ client, release }: Lease, statement: Statement, shape: RowShape, signal: AbortSignal): AsyncGenerator<RowBatch> {
    const cursor = client.query(new Cursor<(string | null)[]>(statement.text, statement.values, { rowMode: 'array' }));
    let whole = false;
    try {
      for (;;) {
        signal.throwIfAborted();
        const rows = await cursor.read(BATCH_ROWS);
        if (rows.length > 0) yield batchOf(shape, rows);
        if (rows.length < BATCH_ROWS) break;
      }
      await client.query('COMMIT');
      whole = true;
    } catch (error) {
      throw sourceFailure(error, signal);
    } finally {
      release(whole);
    }
  }
}

interface Lease {
  readonly client: pg.PoolClient;
  /** Once. A stream that ended early leaves a transaction and a portal behind: the connection goes with them. */
  readonly release: (whole: boolean) => void;
}

function leaseOf(client: pg.PoolClient): Lease {
  let held = true;
  return {
    client,
    release(whole) {
      if (held) client.release(!whole);
      held = false;
    },
  };
}

export const batchOf = (shape: RowShape, rows: (string | null)[][]): RowBatch =>
  shape === 'json' ? { kind: 'json', count: rows.length, text: rows.map((row) => row[0]).join(',') } : { kind: 'cells', rows };

/** Rows that a stream brings, of those that were counted to one beyond the limit; throws `result-too-large`. */
export function rowsOfStream(plan: ReadPlan, counted: number): number {
  if (plan.whole && counted > plan.limit) throw resultTooLarge(plan.limit);
  return Math.min(counted, plan.limit);
}

/** Decision 33: whole or an error, never a silent cut. */
const resultTooLarge = (cap: number): DomainError =>
  new DomainError('result-too-large', 'result.too-large', `结果超过 ${cap} 行，请使用分页参数 pageNum、pageSize 或缩小查询范围 (more than ${cap} rows: page with pageNum and pageSize, or narrow the query)`, {
    details: { cap },
  });
