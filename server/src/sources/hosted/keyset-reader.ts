import pg from 'pg';
import { DomainError } from '../../kernel/errors.ts';
import type { Cell, Database } from '../../storage/database.ts';
import type { ReadPlan, RowBatch, RowShape, RowStream, TableReader } from '../../modules/resources/index.ts';
import { BatchSize } from '../postgres/batch-size.ts';
import { sourceFailure } from '../postgres/failures.ts';
import { count, readPage } from '../postgres/page.ts';
import { rowsOfStream, windowCountStatement, type Statement } from '../postgres/select.ts';
import { columnsStatement, keysetStatement, type OrderColumn, type Place } from './keyset.ts';

/**
 * Reads tables over a database of one session (PGlite): no cursor, no transaction, page after page by key. It counts on
 * tables that do not change once they are filled; one that has been replaced and dropped meanwhile is an error, never a
 * short answer that looks whole.
 */
export class KeysetReader implements TableReader {
  readonly #database: Database;
  readonly #zone: string;

  constructor(database: Database, zone: string) {
    this.#database = database;
    this.#zone = zone;
  }

  readPage(plan: ReadPlan, shape: RowShape, maxBytes: number, signal: AbortSignal): Promise<RowBatch | undefined> {
    return readPage((statement) => this.#query(statement, signal), plan, shape, this.#zone, maxBytes);
  }

  count(plan: ReadPlan, signal: AbortSignal): Promise<number> {
    return count((statement) => this.#query(statement, signal), plan, this.#zone);
  }

  async openStream(plan: ReadPlan, shape: RowShape, signal: AbortSignal): Promise<RowStream> {
    const [counted] = await this.#query(windowCountStatement(plan, this.#zone), signal);
    const rows = rowsOfStream(plan, Number(counted?.[0] ?? 0));
    return { rows, batches: this.#batches(plan, shape, rows, signal), cancel: () => {} };
  }

  async *#batches(plan: ReadPlan, shape: RowShape, rows: number, signal: AbortSignal): AsyncGenerator<RowBatch> {
    const order = await this.#orderOf(plan, signal);
    const size = new BatchSize();
    let left = rows;
    let after: Place | undefined;
    while (left > 0) {
      const at = { after, skip: after === undefined ? plan.offset : 0, limit: Math.min(left, size.next) };
      const page = await this.#query(keysetStatement(plan, shape, this.#zone, order, at), signal, true);
      if (page.length < at.limit) throw replaced();
      after = page.at(-1)?.slice(-order.length);
      left -= page.length;
      yield size.see(batchOf(shape, page, order.length));
    }
  }

  async #orderOf(plan: ReadPlan, signal: AbortSignal): Promise<OrderColumn[]> {
    const known = new Map((await this.#query(columnsStatement(plan), signal, true)).map(([name, native, nullable]) => [name, { native: native ?? 'text', nullable: nullable === 't' }]));
    return plan.order.map((term) => ({ ...term, ...(known.get(term.column) ?? { native: 'text', nullable: true }) }));
  }

  async #query(statement: Statement, signal: AbortSignal, begun = false): Promise<Cell[][]> {
    try {
      signal.throwIfAborted();
      return await this.#database.cells(statement.text, statement.values);
    } catch (error) {
      const failure = sourceFailure(error, signal);
      throw begun && isTableGone(failure.cause) ? replaced(failure) : failure;
    }
  }
}

function batchOf(shape: RowShape, page: readonly Cell[][], places: number): RowBatch {
  if (shape === 'json') return { kind: 'json', count: page.length, text: page.map((row) => row[0]).join(',') };
  return { kind: 'cells', rows: page.map((row) => row.slice(0, -places)) };
}

const isTableGone = (cause: unknown): boolean => cause instanceof pg.DatabaseError && cause.code === '42P01';

const replaced = (cause?: unknown): DomainError =>
  new DomainError('interrupted', 'hosted.replaced', '数据在读取期间已更新，请重新获取 (the table was replaced while it was read: fetch it again)', { cause });
