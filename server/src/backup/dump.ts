import { once } from 'node:events';
import { PassThrough, pipeline, type Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { DomainError } from '../kernel/errors.ts';
import { listTables } from '../sources/hosted/store.ts';
import type { Database, Queryable } from '../storage/database.ts';
import {
  appliedMigrations, beginSnapshot, columnsOf, holdTables, indexesOf, journalPartitions, linesOf, tablesInOrder, type Relation,
} from '../storage/dump.ts';
import type { NodeKey } from '../storage/node-key.ts';
import { sealed } from './container.ts';
import { lineOf, PartSums, type Opening } from './document.ts';

/** Told now and then: the table that is under way, and all rows so far. */
export type BackupProgress = (table: string, rows: number) => void;

export interface DumpSource {
  readonly database: Database;
  readonly key: NodeKey;
  /** Version of the program. */
  readonly program: string;
  /** Small files of the data folder that belong to the node's state, by name. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * The whole node as a sealed stream, in constant memory. An error destroys the stream, so that what arrived cannot look
 * whole; destroying the stream ends the reading.
 *
 * On PostgreSQL everything is read in one snapshot. On PGlite, whose one session everybody shares, all tables but two
 * kinds, which are small, are read in one transaction into memory; the rows of hosted tables, which never change, and of
 * the journal, which only come, are read after it, a piece at a time, between which the node answers others. There the
 * journal may hold some records that are younger than the rest.
 */
export function dump(source: DumpSource, passphrase: string, progress: BackupProgress = () => {}): Readable {
  const plain = new PassThrough();
  const file = new PassThrough();
  pipeline(plain, createGzip(), (chunks: AsyncIterable<Buffer>) => sealed(chunks, passphrase), file, () => {});
  new Dump(source, plain, progress).run().then(
    () => plain.end(),
    (error: unknown) => plain.destroy(error instanceof Error ? error : new Error('back-up failed', { cause: error })),
  );
  return file;
}

export const nothingToBackUp = (): DomainError => new DomainError('not-found', 'backup.nothing', '还没有节点，无可备份 (no node has been here yet: there is nothing to back up)');

class Dump {
  readonly #source: DumpSource;
  readonly #to: PassThrough;
  readonly #progress: BackupProgress;
  readonly #closed = new AbortController();
  readonly #sums = new PartSums();
  /** What is to be put later. */
  #held: string[] | undefined;
  #rows = 0;

  constructor(source: DumpSource, to: PassThrough, progress: BackupProgress) {
    this.#source = source;
    this.#to = to;
    this.#progress = progress;
    to.once('close', () => this.#closed.abort());
  }

  async run(): Promise<void> {
    const { database } = this.#source;
    if (database.engine === 'postgres') {
      await database.transaction(async (tx) => {
        await beginSnapshot(tx);
        const opening = await this.#open(tx);
        const rest = bulkyOf(opening);
        await holdTables(tx, rest);
        await this.#parts(tx, [...(await tablesInOrder(tx)), ...rest]);
      });
    } else {
      this.#held = []; // a slow reader of the stream must not hold the one session
      const opening = await database.transaction(async (tx) => {
        const first = await this.#open(tx);
        await this.#parts(tx, await tablesInOrder(tx));
        return first;
      });
      const held = this.#held;
      this.#held = undefined;
      for (const text of held) await this.#put(text);
      await this.#parts(database, bulkyOf(opening));
    }
    await this.#put(lineOf({ manifest: this.#sums.result() }));
  }

  async #open(on: Queryable): Promise<Opening> {
    const { database, key, program, files } = this.#source;
    const migrations = await appliedMigrations(on);
    if (migrations.length === 0) throw nothingToBackUp();
    const hosted: Opening['hosted'] = [];
    for (const { physical, columns } of await listTables(on)) {
      hosted.push({ physical, columns: [...columns], ...(await indexesOf(on, { schema: 'hosted', name: physical })) });
    }
    const partitions = (await journalPartitions(on)).map(({ name }) => name);
    const opening: Opening = { madeAt: new Date().toISOString(), program, engine: database.engine, migrations, nodeKey: key.toText(), files: { ...files }, partitions, hosted };
    await this.#put(lineOf(opening));
    return opening;
  }

  async #parts(on: Queryable, relations: readonly Relation[]): Promise<void> {
    for (const relation of relations) {
      const columns = await columnsOf(on, relation);
      this.#sums.begin(relation);
      await this.#put(lineOf({ part: relation, columns }));
      for await (const { rows, text } of linesOf(on, relation, columns)) {
        this.#sums.add(rows, text);
        await this.#put(text);
        this.#rows += rows;
        this.#progress(relation.name, this.#rows);
      }
    }
  }

  /** Waits while the reader of the stream is behind; throws when it has gone. */
  async #put(text: string): Promise<void> {
    const { signal } = this.#closed;
    signal.throwIfAborted();
    if (this.#held !== undefined) {
      this.#held.push(text);
      return;
    }
    if (!this.#to.write(text)) await once(this.#to, 'drain', { signal });
  }
}

const bulkyOf = ({ hosted, partitions }: Opening): Relation[] => [
  ...hosted.map(({ physical }): Relation => ({ schema: 'hosted', name: physical })),
  ...partitions.map((name): Relation => ({ schema: 'public', name })),
];
