import { DomainError } from '../../kernel/errors.ts';
import type { Database } from '../../storage/database.ts';
import type { Probe, ReadPlan, RowBatch, RowShape, RowStream, SourceConnection, TableDescription, TableReader } from '../../modules/resources/index.ts';
import { findTable, listTables, nativeOf, ROW, type RegisteredTable } from './store.ts';

/** The hosted tables as a source: names are looked up in the registry, rows are read from the physical tables. */
export class HostedConnection implements SourceConnection {
  readonly #database: Database;
  readonly #reader: TableReader;
  /** Known until the next import, which opens connections anew. */
  readonly #physical = new Map<string, string>();

  constructor(database: Database, reader: TableReader) {
    this.#database = database;
    this.#reader = reader;
  }

  readPage(plan: ReadPlan, shape: RowShape, maxBytes: number, signal: AbortSignal): Promise<RowBatch | undefined> {
    return this.#located(plan, (physical) => this.#reader.readPage(physical, shape, maxBytes, signal));
  }

  count(plan: ReadPlan, signal: AbortSignal): Promise<number> {
    return this.#located(plan, (physical) => this.#reader.count(physical, signal));
  }

  openStream(plan: ReadPlan, shape: RowShape, signal: AbortSignal): Promise<RowStream> {
    return this.#located(plan, (physical) => this.#reader.openStream(physical, shape, signal));
  }

  async probe(): Promise<Probe> {
    const tables = await listTables(this.#database);
    return { about: { engine: this.#database.engine, tables: String(tables.length) }, warnings: [] };
  }

  async describeTables(): Promise<readonly TableDescription[]> {
    return (await listTables(this.#database)).map(described);
  }

  async close(): Promise<void> {} // the pools are the node's, and outlive every connection

  /** A table that was replaced since its name was looked up is looked up once more. */
  async #located<T>(plan: ReadPlan, read: (physical: ReadPlan) => Promise<T>): Promise<T> {
    const { name } = plan.table;
    const known = this.#physical.get(name);
    const at = (physical: string): ReadPlan => ({ ...plan, table: { schema: 'hosted', name: physical } });
    if (known === undefined) return read(at(await this.#locate(name)));
    try {
      return await read(at(known));
    } catch (error) {
      if (!(error instanceof DomainError) || error.kind !== 'source-changed') throw error;
      const now = await this.#locate(name);
      if (now === known) throw error;
      return read(at(now));
    }
  }

  async #locate(name: string): Promise<string> {
    const table = await findTable(this.#database, name);
    if (table === undefined) {
      this.#physical.delete(name);
      throw new DomainError('source-changed', 'source.changed', '数据源结构已变化，服务暂不可用，已通知管理员 (the source has changed: its operator has been told)', { details: {}, cause: new DomainError('not-found', 'hosted.unknown', `no hosted table ${name}`) });
    }
    this.#physical.set(name, table.physical);
    return table.physical;
  }
}

const described = (table: RegisteredTable): TableDescription => ({
  schema: '',
  name: table.name,
  comment: table.title,
  key: [ROW],
  columns: [
    { name: ROW, type: 'bigint', native: 'bigint', nullable: false, comment: '导入顺序号 (number in the order of import)' },
    // Another import may bring NULLs where this one has none.
    ...table.columns.map((column) => ({ ...column, native: nativeOf(column.type), nullable: true })),
  ],
});
