import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { freshPglite, freshPostgres, type TestDatabase } from '../../test/support/database.ts';
import { needs } from '../../test/support/services.ts';
import { systemClock } from '../kernel/clock.ts';
import { newId } from '../kernel/ids.ts';
import { ensurePartitions, recordSystem } from '../modules/journal/index.ts';
import type { HostedLoad } from '../modules/resources/index.ts';
import { HostedTableStore } from '../sources/hosted/tables.ts';
import type { Database } from '../storage/database.ts';
import { columnsOf, indexesOf, journalPartitions, linesOf, tablesInOrder, type Relation } from '../storage/dump.ts';
import { NodeKey } from '../storage/node-key.ts';
import { checkBackup, dump, keepBackup } from './index.ts';
import { keyOf, loadBackup } from './load.ts';

const passphrase = '灵渠 passphrase 1';
const key = new NodeKey(Buffer.alloc(32, 7));
const nothing = async (): Promise<void> => {};
const quiet = (): void => {};

const engines = [
  { name: 'PGlite', fresh: freshPglite, options: {} },
  { name: 'PostgreSQL', fresh: freshPostgres, options: needs('postgres') },
] as const;

/** Texts that other forms of the same data break on. */
const hard = ['灵渠 🌊', 'a\tb\nc\r\nd', '\\N', '\\', '"quoted", {braces}', "it's", '\u2028\u2029', '', ' ', 'NULL', '\u0001'];

async function fill(database: Database): Promise<void> {
  await ensurePartitions(database, systemClock);
  const user = newId();
  await database.query("INSERT INTO users (id, name, display_name, role, password_hash, created_at) VALUES ($1, 'li', $2, 'manager', 'x', '2026-01-02 03:04:05.678901+00')", [user, hard.join('|')]);
  await database.query("INSERT INTO api_tokens (id, user_id, name, token_hash, hint, scopes, expires_at) VALUES ($1, $2, 't', 'h', 'abcd', $3, 'infinity')", [newId(), user, hard]);
  const source = newId();
  await database.query("INSERT INTO sources (id, name, type, settings, secrets_sealed) VALUES ($1, 'far', 'postgres', $2, $3)", [source, JSON.stringify({ note: hard, deep: { n: 1.5 } }), key.seal('{"password":"p"}', `source:${source}`)]);
  await database.query("INSERT INTO node (key, value) VALUES ('key_check', $1)", [key.checkValue()]);
  const columns: HostedLoad['columns'] = (['text', 'integer', 'bigint', 'decimal', 'float', 'boolean', 'date', 'time', 'timestamp', 'timestamptz'] as const).map((type) => ({ name: `列 ${type}`, type, comment: type }));
  const row = (index: number): (string | null)[] => [
    hard[index % hard.length] ?? null, String(index), '9223372036854775807', '12345678901234567890.123456789000', ['NaN', '-Infinity', '1e-300', '0.1'][index % 4] ?? null,
    index % 3 === 0 ? null : 'true', '2026-02-28', '23:59:59.999999', '2026-01-01 00:00:00.000001', '2026-06-30 12:00:00+05:30',
  ];
  const rows = Array.from({ length: 5000 }, (_, index) => (index === 4999 ? columns.map(() => null) : row(index)));
  await new HostedTableStore(database).load({ name: '表', title: 't', attribution: 'a', columns, indexes: [['列 integer', '列 date']], rows: pieces(rows), progress: quiet });
  await database.transaction((tx) => recordSystem(tx, { event: 'test', actor: 'system', result: 'done', details: JSON.stringify(hard) }));
}

async function* pieces<T>(rows: T[]): AsyncGenerator<T[]> {
  for (let at = 0; at < rows.length; at += 500) yield rows.slice(at, at + 500);
}

interface Contents {
  readonly tables: Record<string, string[]>;
  readonly journal: string[];
  readonly indexes: unknown[];
}

async function linesIn(database: Database, relation: Relation): Promise<string[]> {
  const columns = await columnsOf(database, relation);
  const lines = [columns.join()];
  for await (const { text } of linesOf(database, relation, columns)) lines.push(...text.split('\n'));
  return lines.filter((line) => line !== '').toSorted();
}

/** All rows of all tables; the journal apart, to which a restoration adds its record. */
async function contentsOf(database: Database): Promise<Contents> {
  const physical = await database.query<{ physical: string }>('SELECT physical FROM hosted_tables');
  const hosted = physical.map((row): Relation => ({ schema: 'hosted', name: row.physical }));
  const tables: Record<string, string[]> = {};
  for (const relation of [...(await tablesInOrder(database)), ...hosted]) {
    const lines = await linesIn(database, relation);
    tables[relation.name] = relation.name === 'journal_writers' ? lines.filter((line) => !line.includes('6f7065726174')) : lines;
  }
  const journal = await Promise.all((await journalPartitions(database)).map((relation) => linesIn(database, relation)));
  return { tables, journal: journal.flat(), indexes: await Promise.all(hosted.map((relation) => indexesOf(database, relation))) };
}

async function backedUp(database: Database, file: string): Promise<void> {
  await keepBackup(dump({ database, key, program: '0.0.0', files: { 'sample.json': '{}' } }, passphrase), file, passphrase);
}

describe('a back-up', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lingqu-backup-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const from of engines) {
    describe(`of ${from.name}`, from.options, () => {
      let source: TestDatabase;
      const file = (): string => join(folder, `${from.name}.backup`);
      before(async () => {
        source = await from.fresh();
        await fill(source.database);
        await backedUp(source.database, file());
      });
      after(() => source[Symbol.asyncDispose]());

      for (const to of engines) {
        it(`restores into ${to.name}, every row equal`, to.options, async () => {
          await using target = await to.fresh();
          await target.database.query("INSERT INTO subjects (id, name, kind) VALUES ($1, 'was here', 'application')", [newId()]);
          await loadBackup(target.database, file(), passphrase, quiet, nothing);
          const [was, is] = [await contentsOf(source.database), await contentsOf(target.database)];
          assert.deepEqual(is.tables, was.tables);
          assert.deepEqual(is.indexes, was.indexes);
          const more = is.journal.filter((line) => !was.journal.includes(line));
          assert.equal(is.journal.length, was.journal.length + 1);
          assert.ok(more.length === 1 && more[0]?.includes('node.restore'), more.join('\n'));
        });
      }

      it('is made of a database that no one else is kept from, and lets go of it when its reader goes away', async () => {
        const stream = dump({ database: source.database, key, program: '0.0.0', files: {} }, passphrase);
        await stream[Symbol.asyncIterator]().next();
        stream.destroy();
        assert.equal(await source.database.transaction(async () => 'answers'), 'answers');
      });
    });
  }

  describe('as a file', () => {
    let file: string;
    let bytes: Buffer;
    before(async () => {
      await using source = await freshPglite();
      await fill(source.database);
      await source.database.query("INSERT INTO node (key, value) VALUES ('filler', $1)", [randomBytes(150_000).toString('base64')]); // for several pieces
      file = join(folder, 'file.backup');
      await backedUp(source.database, file);
      bytes = await readFile(file);
    });
    const variant = async (name: string, content: Buffer): Promise<string> => {
      const path = join(folder, `${name}.variant`);
      await writeFile(path, content);
      return path;
    };

    it('tells what is in it, and is for its owner only', async () => {
      const { opening, rows, tables } = await checkBackup(file, passphrase);
      assert.equal(keyOf(opening).toText(), key.toText());
      assert.deepEqual(opening.files, { 'sample.json': '{}' });
      assert.ok(rows > 5000 && tables > 20);
      if (process.platform !== 'win32') assert.equal((await stat(file)).mode & 0o777, 0o600);
    });

    it('is written once: another of the name is refused', () => assert.rejects(keepBackup(chunksOf(bytes), file, passphrase), { code: 'backup.file.exists' }));

    it('hides the node key and every row', () => {
      assert.ok(!bytes.includes(key.toText()) && !bytes.includes('灵渠'));
    });

    it('opens under its passphrase only', () => assert.rejects(checkBackup(file, `${passphrase}!`), { code: 'backup.passphrase.wrong' }));

    it('is refused when it was cut, at the end of a piece too', async () => {
      const head = bytes.indexOf(0x0a) + 1;
      const piece = 64 * 1024 + 16;
      assert.ok(bytes.length > head + 2 * piece, 'the file has several pieces');
      for (const length of [bytes.length - 1, bytes.length - 100, head + 2 * piece, head + piece, head + 1, head]) {
        await assert.rejects(checkBackup(await variant('cut', bytes.subarray(0, length)), passphrase), { code: 'backup.damaged' }, `${length} bytes`);
      }
    });

    it('is refused when a byte was changed, or some were added', async () => {
      const head = bytes.indexOf(0x0a) + 1;
      for (const at of [head, bytes.length - 1, ...Array.from({ length: 5 }, () => randomInt(head, bytes.length))]) {
        const changed = Buffer.from(bytes);
        changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
        await assert.rejects(checkBackup(await variant('changed', changed), passphrase), { code: 'backup.damaged' }, `byte ${at}`);
      }
      await assert.rejects(checkBackup(await variant('longer', Buffer.concat([bytes, Buffer.from('x')])), passphrase), { code: 'backup.damaged' });
    });

    it('is refused when it is no back-up, or of a newer format', async () => {
      for (const content of ['', 'x', 'no back-up\n', '{"format":"other"}\n', 'x'.repeat(5000)]) {
        await assert.rejects(checkBackup(await variant('other', Buffer.from(content)), passphrase), { code: 'backup.format' }, content.slice(0, 20));
      }
      const newer = Buffer.from(bytes.toString('latin1').replace('"version":1', '"version":2'), 'latin1');
      await assert.rejects(checkBackup(await variant('newer', newer), passphrase), { code: 'backup.version' });
    });

    it('of a newer schema is refused', async () => {
      await using source = await freshPglite();
      await ensurePartitions(source.database, systemClock);
      await source.database.query("INSERT INTO schema_migrations (number, name, checksum) VALUES (9999, 'future', 'x')");
      await assert.rejects(backedUp(source.database, join(folder, 'newer.backup')), { code: 'storage.schema.newer' });
    });

    it('changes nothing when its restoration fails at the very end', async () => {
      await using target = await freshPglite();
      await ensurePartitions(target.database, systemClock);
      await target.database.query("INSERT INTO subjects (id, name, kind) VALUES ($1, 'was here', 'application')", [newId()]);
      const was = await contentsOf(target.database);
      await assert.rejects(loadBackup(target.database, file, passphrase, quiet, async () => assert.fail('no room for the key')), /no room/);
      assert.deepEqual(await contentsOf(target.database), was);
    });
  });

  it('knows every kind of thing that the schema has: no sequences, which it does not carry', async () => {
    await using made = await freshPglite();
    assert.deepEqual(await made.database.query("SELECT relname FROM pg_class WHERE relkind = 'S'"), []);
  });
});

async function* chunksOf(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
