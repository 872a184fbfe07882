import { createReadStream } from 'node:fs';
import { recordSystem, remakePartitions } from '../modules/journal/index.ts';
import { createPhysical, finishPhysical, ROW } from '../sources/hosted/store.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { columnsOf, relationSql, tablesInOrder, type Relation } from '../storage/dump.ts';
import { checkMigrations, migrateWithin } from '../storage/migrate.ts';
import { NodeKey } from '../storage/node-key.ts';
import { dropEverything, emptyTables, liftTimeouts } from '../storage/refill.ts';
import { opened } from './container.ts';
import { readDocument, type DocumentEvent, type Opening, type PartHead } from './document.ts';
import type { BackupProgress } from './dump.ts';
import { damaged } from './errors.ts';

const BATCH_ROWS = 1000;
const BATCH_CHARACTERS = 4_000_000;

export interface BackupSummary {
  readonly opening: Opening;
  readonly tables: number;
  readonly rows: number;
}

const eventsOf = (file: string, passphrase: string): AsyncGenerator<DocumentEvent> => readDocument(opened(createReadStream(file), passphrase));

/**
 * Reads a back-up through without using it. Throws `backup.format`, `.version`, `.passphrase.wrong`, `.damaged`, and
 * `storage.schema.newer` or `.altered` for one that this program cannot restore.
 */
export async function checkBackup(file: string, passphrase: string, progress: BackupProgress = () => {}): Promise<BackupSummary> {
  let opening: Opening | undefined;
  let tables = 0;
  let rows = 0;
  let table = '';
  for await (const event of eventsOf(file, passphrase)) {
    if (event.kind === 'opening') {
      opening = event.opening;
      await checkMigrations(opening.migrations);
    } else if (event.kind === 'part') {
      tables += 1;
      table = event.head.part.name;
    } else if (event.kind === 'row') {
      rows += 1;
      if (rows % BATCH_ROWS === 0) progress(table, rows);
    }
  }
  if (opening === undefined) throw damaged();
  return { opening, tables, rows };
}

/**
 * Fills a database from a back-up that was checked, in one transaction: all of it is there, or nothing has changed. What
 * the database held of a node before is dropped. `committing` runs last, before the commit.
 */
export async function loadBackup(database: Database, file: string, passphrase: string, progress: BackupProgress, committing: () => Promise<void>): Promise<void> {
  await database.transaction(async (tx) => {
    await liftTimeouts(tx);
    await dropEverything(tx);
    const load = new Load(database, tx, progress);
    for await (const event of eventsOf(file, passphrase)) await load.take(event);
    await load.finish();
    await committing();
  });
}

class Load {
  readonly #database: Database;
  readonly #tx: Transaction;
  readonly #progress: BackupProgress;
  #opening: Opening | undefined;
  #part: PartHead | undefined;
  #batch: (readonly (string | null)[])[] = [];
  #characters = 0;
  #rows = 0;
  #known = new Set<string>();

  constructor(database: Database, tx: Transaction, progress: BackupProgress) {
    this.#database = database;
    this.#tx = tx;
    this.#progress = progress;
  }

  async take(event: DocumentEvent): Promise<void> {
    if (event.kind === 'row') {
      this.#batch.push(event.cells);
      for (const cell of event.cells) this.#characters += cell?.length ?? 0;
      if (this.#batch.length >= BATCH_ROWS || this.#characters >= BATCH_CHARACTERS) await this.#flush();
      return;
    }
    await this.#flush();
    if (event.kind === 'opening') await this.#prepare(event.opening);
    else if (event.kind === 'part') await this.#begin(event.head);
  }

  /** What is made of the rows: indexes and statistics of hosted tables; then this program's schema, and a record of it all. */
  async finish(): Promise<void> {
    const opening = this.#opening;
    if (opening === undefined) throw damaged();
    for (const { physical, indexes, notNull } of opening.hosted) {
      await finishPhysical(this.#tx, physical, indexes.map((columns) => columns.filter((name) => name !== ROW)), notNull.filter((name) => name !== ROW));
    }
    await migrateWithin(this.#tx);
    await recordSystem(this.#tx, {
      event: 'node.restore', actor: 'operator', result: 'done',
      details: JSON.stringify({ madeAt: opening.madeAt, program: opening.program, engine: opening.engine, rows: this.#rows }),
    });
  }

  /** The schema as it was, empty. */
  async #prepare(opening: Opening): Promise<void> {
    this.#opening = opening;
    await migrateWithin(this.#tx, Math.max(...opening.migrations.map(({ number }) => number)));
    await emptyTables(this.#tx);
    await remakePartitions(this.#tx, opening.partitions);
    for (const { physical, columns } of opening.hosted) await createPhysical(this.#tx, physical, columns);
    const own = (await tablesInOrder(this.#tx)).map(({ name }) => name);
    const relations: Relation[] = [
      ...[...own, ...opening.partitions].map((name): Relation => ({ schema: 'public', name })),
      ...opening.hosted.map(({ physical }): Relation => ({ schema: 'hosted', name: physical })),
    ];
    this.#known = new Set(relations.map((relation) => relationSql(relation)));
  }

  async #begin(head: PartHead): Promise<void> {
    const columns = this.#known.has(relationSql(head.part)) ? await columnsOf(this.#tx, head.part) : [];
    if (!head.columns.every((name) => columns.includes(name))) throw damaged();
    this.#part = head;
  }

  async #flush(): Promise<void> {
    const [batch, part] = [this.#batch, this.#part];
    this.#batch = [];
    this.#characters = 0;
    if (batch.length === 0) return;
    if (part === undefined || batch.some((cells) => cells.length !== part.columns.length)) throw damaged();
    await this.#database.append(relationSql(part.part), part.columns, batch, this.#tx);
    this.#rows += batch.length;
    this.#progress(part.part.name, this.#rows);
  }
}

/** The node key of a back-up. */
export const keyOf = ({ nodeKey }: Opening): NodeKey => new NodeKey(Buffer.from(nodeKey, 'base64url'));
