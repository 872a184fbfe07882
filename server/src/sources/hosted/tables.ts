import { DomainError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import type { Cell, Database, Transaction } from '../../storage/database.ts';
import { raiseRevision } from '../../storage/revision.ts';
import type { HostedLoad, HostedTable, HostedTables } from '../../modules/resources/index.ts';
import { explainRefusal } from './bad-cell.ts';
import { batchesOf } from './batches.ts';
import { checkLoad } from './check-load.ts';
import {
  createPhysical, deleteTable, dropPhysical, findTable, finishPhysical, leftovers, listTables, lockName, newPhysicalName, physicalSql, putTable, resourcesOn, ROW, touchHostedSources,
  type RegisteredTable,
} from './store.ts';

/** No import takes longer: what an import left behind is collected after this. */
const LONGEST_IMPORT = '1 day';

interface Filled {
  readonly rows: number;
  /** Columns in which no NULL was seen: orders over them can be paged by an index. */
  readonly filled: readonly string[];
}

/**
 * Tables in the node's own database. Each import fills a new physical table and then swaps the pointer to it, so that
 * readers see the old rows or the new ones and never a mixture; a physical table does not change once it is pointed to.
 */
export class HostedTableStore implements HostedTables {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async load(load: HostedLoad): Promise<HostedTable> {
    checkLoad(load);
    const physical = await newPhysicalName(this.#database, newId().replaceAll('-', '').slice(0, 12));
    await createPhysical(this.#database, physical, load.columns);
    let old: RegisteredTable | undefined;
    try {
      const { rows, filled } = await this.#fill(physical, load);
      await this.#database.transaction((tx) => finishPhysical(tx, physical, load.indexes, filled));
      old = await this.#swap(load, physical, rows);
    } catch (error) {
      await this.#drop(physical);
      throw error;
    }
    if (old !== undefined) await this.#drop(old.physical);
    return this.#get(load.name);
  }

  async list(page?: { readonly after: string; readonly limit: number }): Promise<readonly HostedTable[]> {
    return (await listTables(this.#database, page)).map(shown);
  }

  async remove(name: string): Promise<void> {
    const free = await this.#database.transaction((tx) => this.take(tx, name));
    await free();
  }

  async take(tx: Transaction, name: string): Promise<() => Promise<void>> {
    await lockName(tx, name);
    const table = await findTable(tx, name);
    if (table === undefined) throw unknownTable(name);
    const users = await resourcesOn(tx, name);
    if (users.length > 0) {
      throw new DomainError('in-use', 'hosted.in-use', `数据表 ${name} 正被使用：${users.join('、')} (in use by these resources: remove them first)`, { details: { usedBy: users } });
    }
    await deleteTable(tx, name);
    await touchHostedSources(tx);
    await raiseRevision(tx);
    return () => this.#drop(table.physical);
  }

  /**
   * Drops what interrupted imports and busy readers left behind. On PGlite nobody else can be importing, so a start
   * passes `all`; elsewhere what is younger than the longest import is spared.
   */
  async collect(all: boolean): Promise<void> {
    for (const physical of await leftovers(this.#database, all ? '0' : LONGEST_IMPORT)) await this.#drop(physical);
  }

  /** Every batch is a transaction of its own: on PGlite the others wait no longer than for a batch. */
  async #fill(physical: string, load: HostedLoad): Promise<Filled> {
    const columns = load.columns.map((column) => column.name);
    const sawNull = columns.map(() => false);
    let rows = 0;
    for await (const batch of batchesOf(load.rows, columns.length)) {
      const numbered = batch.map((cells, index): Cell[] => [String(rows + index + 1), ...cells]);
      try {
        await this.#database.append(physicalSql(physical), [ROW, ...columns], numbered);
      } catch (error) {
        throw await explainRefusal(this.#database, load.columns, batch, rows, error);
      }
      for (const cells of batch) for (const [index, cell] of cells.entries()) sawNull[index] ||= cell === null;
      rows += batch.length;
      load.progress(rows);
    }
    return { rows, filled: columns.filter((_, index) => sawNull[index] === false) };
  }

  /** Answers what the name pointed to before. */
  #swap(load: HostedLoad, physical: string, rows: number): Promise<RegisteredTable | undefined> {
    return this.#database.transaction(async (tx) => {
      await lockName(tx, load.name);
      const old = await findTable(tx, load.name);
      await putTable(tx, { name: load.name, title: load.title, physical, columns: load.columns, rows, attribution: load.attribution });
      await touchHostedSources(tx);
      await raiseRevision(tx);
      return old;
    });
  }

  /** A table that cannot be dropped now, because readers hold it or the database has gone, is found by `collect`. */
  async #drop(physical: string): Promise<void> {
    await this.#database.transaction((tx) => dropPhysical(tx, physical)).catch(() => {});
  }

  async #get(name: string): Promise<HostedTable> {
    const table = await findTable(this.#database, name);
    if (table === undefined) throw unknownTable(name);
    return shown(table);
  }
}

const shown = ({ physical: _physical, ...table }: RegisteredTable): HostedTable => table;

const unknownTable = (name: string): DomainError => new DomainError('not-found', 'hosted.unknown', `没有数据表 ${name} (no such hosted table)`, { details: { table: name } });
