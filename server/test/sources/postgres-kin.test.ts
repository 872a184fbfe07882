import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { DomainError } from '../../src/kernel/errors.ts';
import type { Probe, SourceConnection, SourceSettings } from '../../src/modules/resources/index.ts';
import { postgresSource } from '../../src/sources/postgres/index.ts';
import { asAdmin, createDatabase, dropDatabase } from '../support/database.ts';
import { needs } from '../support/services.ts';
import { settingsOf } from './backends.ts';
import { described, failsWith, maskKey, page, planOf, textColumn } from './contract.ts';
import { answeringServer, proxyTo } from './servers.ts';

async function opened<T>(settings: SourceSettings, work: (connection: SourceConnection) => Promise<T>): Promise<T> {
  const connection = postgresSource.open(settings);
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

const probe = (settings: SourceSettings): Promise<Probe> => opened(settings, (connection) => connection.probe());
const failsSaying = (code: string, message: RegExp) => (error: unknown): boolean => {
  assert.ok(error instanceof DomainError, String(error));
  assert.equal(error.code, code);
  assert.match(error.message, message);
  return true;
};

/** A server of another kin is a PostgreSQL that lacks something: here a role may not execute it. */
describe('a postgres source of another kin', needs('postgres'), () => {
  const role = `lingqu_test_kin_${process.pid}`;
  let url: string;
  let settings: SourceSettings;
  let client: pg.Client;

  before(async () => {
    url = await createDatabase();
    await asAdmin(`CREATE ROLE ${role} LOGIN`);
    settings = { ...settingsOf(url), user: role, password: '' };
    client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query("CREATE TABLE things (id int PRIMARY KEY, v text, at timestamptz, day date); INSERT INTO things VALUES (1, '灵渠', '2026-01-02 03:04:05+08', '2026-01-02')");
    await client.query(`GRANT SELECT ON things TO ${role}`);
  });
  after(async () => {
    await client.end();
    await dropDatabase(url);
    await asAdmin(`DROP ROLE ${role}`);
  });

  const without = async (signature: string, work: () => Promise<void>): Promise<void> => {
    await client.query(`REVOKE EXECUTE ON FUNCTION ${signature} FROM PUBLIC`);
    try {
      await work();
    } finally {
      await client.query(`GRANT EXECUTE ON FUNCTION ${signature} TO PUBLIC`);
    }
  };
  const things = (connection: SourceConnection) => described(connection, { schema: 'public', name: 'things' });
  const hashed = { ...textColumn('v'), mask: { kind: 'hash' } } as const;

  test('one that has everything says so, and who guarantees that nothing is written', async () => {
    const { about, warnings } = await probe(settings);
    assert.match(about['product'] ?? '', /^PostgreSQL \d+/);
    assert.match(about['compatibleWith'] ?? '', /^PostgreSQL [\d.]+$/);
    assert.deepEqual([about['missing'], about['readOnly'], warnings], ['', 'log-in', []]);
    const { columns } = await opened(settings, things);
    assert.ok(columns.every((column) => !('cannot' in column)));
  });

  test('a log-in that is too mighty is told what it is', async () => {
    await asAdmin(`ALTER ROLE ${role} CREATEDB BYPASSRLS`);
    const { about, warnings } = await probe(settings);
    await asAdmin(`ALTER ROLE ${role} NOCREATEDB NOBYPASSRLS`);
    assert.equal(about['readOnly'], 'session');
    assert.match(warnings.join(), /CREATEDB、BYPASSRLS/);
  });

  test('without sha256() all is read but hashes, and every column says so', async () => {
    await without('sha256(bytea)', async () => {
      const { about, warnings } = await probe(settings);
      assert.equal(about['missing'], 'sha256(bytea)');
      assert.match(warnings.join(), /sha256\(bytea\)/);
      await opened(settings, async (connection) => {
        const table = await things(connection);
        assert.deepEqual(table.columns.map(({ cannot }) => cannot), [['hash'], ['hash'], ['hash'], ['hash']]);
        assert.deepEqual(await page(connection, planOf(table, [textColumn('v')])), [['灵渠']]);
        await assert.rejects(page(connection, planOf(table, [hashed])), failsWith('source-unavailable'));
      });
    });
  });

  test('without to_json() no instant is written by ISO 8601, and columns of instants say so', async () => {
    await without('to_json(anyelement)', async () => {
      assert.equal((await probe(settings)).about['missing'], 'to_json(timestamptz)');
      const { columns } = await opened(settings, things);
      assert.deepEqual(columns.map(({ name, cannot }) => [name, cannot]), [['id', undefined], ['v', undefined], ['at', ['instant']], ['day', undefined]]);
    });
  });

  test('without what every answer needs a source is refused, by name', async () => {
    for (const [signature, name] of [['json_agg(anyelement)', 'json_agg'], ['row_to_json(record)', 'row_to_json'], ['"left"(text, int)', 'json_agg、row_to_json、sum']] as const) {
      await without(signature, () => assert.rejects(probe(settings), failsSaying('source.unsupported', new RegExp(name))));
    }
  });

  test('functions of a schema that the log-in looks into before pg_catalog are never called', async () => {
    await client.query(`CREATE SCHEMA shade; GRANT USAGE ON SCHEMA shade TO ${role};
      CREATE FUNCTION shade.version() RETURNS text LANGUAGE sql AS $$ SELECT 'openGauss 9.9.9' $$;
      CREATE FUNCTION shade.sha256(bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT $1 $$;
      CREATE FUNCTION shade.left(text, int) RETURNS text LANGUAGE sql AS $$ SELECT $1 $$;`);
    await client.query(`ALTER ROLE ${role} SET search_path = shade, pg_catalog, public`);
    try {
      assert.match((await probe(settings)).about['product'] ?? '', /^PostgreSQL \d+/);
      await opened(settings, async (connection) => {
        const partial = { ...textColumn('v'), name: 'p', mask: { kind: 'partial', keepStart: 1, keepEnd: 0 } } as const;
        const expected = createHmac('sha256', maskKey).update('灵渠').digest('hex');
        assert.deepEqual(await page(connection, planOf(await things(connection), [hashed, partial])), [[expected, '灵*']]);
      });
    } finally {
      await client.query(`ALTER ROLE ${role} RESET search_path`);
    }
  });

  test('numbers have all their digits, whatever the database says', async () => {
    await client.query(`CREATE TABLE doubles (id int PRIMARY KEY, v float8); INSERT INTO doubles VALUES (1, 0.30000000000000004); GRANT SELECT ON doubles TO ${role}`);
    await client.query(`ALTER ROLE ${role} SET extra_float_digits = 0`);
    try {
      await opened(settings, async (connection) => {
        const table = await described(connection, { schema: 'public', name: 'doubles' });
        assert.deepEqual(await page(connection, planOf(table, [textColumn('v', 'float')])), [['0.30000000000000004']]);
      });
    } finally {
      await client.query(`ALTER ROLE ${role} RESET extra_float_digits`);
    }
  });

  test('an authentication of openGauss’s own is named, with what to set', async () => {
    // its request 10 is not PostgreSQL's: how the password is kept (2: SHA256), a random code, a token, the rounds
    const body = Buffer.concat([Buffer.from([0, 0, 0, 10, 0, 0, 0, 2]), Buffer.from('0a'.repeat(32) + '0b'.repeat(4)), Buffer.from([0, 0, 0x27, 0x10])]);
    const length = Buffer.alloc(4);
    length.writeInt32BE(body.length + 4);
    await using server = await answeringServer(Buffer.concat([Buffer.from('R'), length, body]));
    await assert.rejects(probe({ ...settings, host: '127.0.0.1', port: server.port, password: 's3cret' }), failsSaying('source.authentication', /password_encryption_type/));
  });

  test('a session that a pooler between has changed serves nothing', async () => {
    // as PgBouncer with ignore_startup_parameters: what a start asks for is not what there is
    const spoil = (start: Buffer): Buffer => Buffer.from(start.toString('latin1').replace('default_transaction_read_only=on', 'default_transaction_read_only=no'), 'latin1');
    await using pooler = await proxyTo(String(settings['host']), Number(settings['port']), spoil);
    const between = { ...settings, host: '127.0.0.1', port: pooler.port };
    await assert.rejects(probe(between), failsSaying('source.session', /default_transaction_read_only=on/));
    const table = await opened(settings, things);
    await opened(between, (connection) => assert.rejects(page(connection, planOf(table, [textColumn('v')])), failsSaying('source.session', /连接池/)));
  });
});
