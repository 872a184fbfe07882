import type { Probe, QuerySource, ReadPlan, RowBatch, RowShape, RowStream, SourceConnection, TableDescription, TableReader } from '../../modules/resources/index.ts';
import { withQueries } from './describe.ts';
import { noQueryLogIn } from './refused.ts';

interface LogIn {
  probe(): Promise<Probe>;
  close(): Promise<void>;
}

/** A database's tables, read under the source's own log-in. */
export interface TableLogIn extends LogIn {
  readonly reader: TableReader;
  describeTables(): Promise<readonly TableDescription[]>;
}

/** Operators' queries, read under a log-in that can do nothing else. */
export interface QueryLogIn extends LogIn, TableReader, QuerySource {}

/** A database: tables are read under the source's own log-in, queries under theirs. */
export class DatabaseConnection implements SourceConnection {
  readonly #tables: TableLogIn;
  readonly #queries: QueryLogIn | undefined;

  constructor(tables: TableLogIn, queries: QueryLogIn | undefined) {
    this.#tables = tables;
    this.#queries = queries;
  }

  get queries(): QueryLogIn {
    if (this.#queries !== undefined) return this.#queries;
    throw noQueryLogIn();
  }

  #readerOf({ table }: ReadPlan): TableReader {
    return table.query === undefined ? this.#tables.reader : this.queries;
  }

  async readPage(plan: ReadPlan, shape: RowShape, maxBytes: number, signal: AbortSignal): Promise<RowBatch | undefined> {
    return this.#readerOf(plan).readPage(plan, shape, maxBytes, signal);
  }

  async count(plan: ReadPlan, signal: AbortSignal): Promise<number> {
    return this.#readerOf(plan).count(plan, signal);
  }

  async openStream(plan: ReadPlan, shape: RowShape, signal: AbortSignal): Promise<RowStream> {
    return this.#readerOf(plan).openStream(plan, shape, signal);
  }

  async probe(): Promise<Probe> {
    const found = await this.#tables.probe();
    return this.#queries === undefined ? found : withQueries(found, await this.#queries.probe());
  }

  describeTables(): Promise<readonly TableDescription[]> {
    return this.#tables.describeTables();
  }

  async close(): Promise<void> {
    await Promise.all([this.#tables.close(), this.#queries?.close()]);
  }
}
