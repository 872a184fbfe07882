import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { DomainError } from '../../src/kernel/errors.ts';
import type { Probe, SourceSettings } from '../../src/modules/resources/index.ts';
import { postgresSource } from '../../src/sources/postgres/index.ts';
import { asAdmin, createDatabase, dropDatabase } from '../support/database.ts';
import { needs } from '../support/services.ts';
import { settingsOf } from './backends.ts';
import { described, page, planOf, textColumn } from './contract.ts';
import { closedPort, refusingServer } from './servers.ts';

async function probe(settings: SourceSettings): Promise<Probe> {
  const connection = postgresSource.open(settings);
  try {
    return await connection.probe();
  } finally {
    await connection.close();
  }
}

const fails = (kind: string, code: string, message: RegExp) => (error: unknown): boolean => {
  assert.ok(error instanceof DomainError, String(error));
  assert.deepEqual([error.kind, error.code], [kind, code]);
  assert.match(error.message, message);
  assert.doesNotMatch(error.message, /s3cret/);
  return true;
};

describe('the test of a postgres source', needs('postgres'), () => {
  const role = `lingqu_test_reader_${process.pid}`;
  let url: string;
  let settings: SourceSettings;
  before(async () => {
    url = await createDatabase();
    settings = settingsOf(url);
    await asAdmin(`CREATE ROLE ${role} LOGIN`);
  });
  after(async () => {
    await dropDatabase(url);
    await asAdmin(`DROP ROLE ${role}`);
  });
  const inDatabase = async (...statements: readonly string[]): Promise<void> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  };

  test('says what it found, and warns of a superuser', async () => {
    const { about, warnings } = await probe(settings);
    assert.match(about['version'] ?? '', /^PostgreSQL \d+/);
    assert.deepEqual([about['encoding'], about['user']], ['UTF8', settings['user']]);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /超级用户/);
  });

  test('a log-in that can write gets a note, one that can only read gets none', async () => {
    await inDatabase('CREATE TABLE writable (id int)', `GRANT SELECT ON writable TO ${role}`);
    assert.deepEqual((await probe({ ...settings, user: role })).warnings, []);
    await inDatabase(`GRANT UPDATE ON writable TO ${role}`);
    assert.match((await probe({ ...settings, user: role })).warnings[0] ?? '', /可写 1 张表/);
  });

  test('says what to mend: database, address, host, TLS', async () => {
    await assert.rejects(probe({ ...settings, database: 'no_such_db' }), fails('source-unavailable', 'source.database', /没有数据库 no_such_db/));
    await assert.rejects(probe({ ...settings, user: 'no_such_user' }), fails('source-unavailable', 'source.log-in', /no_such_user/));
    await assert.rejects(probe({ ...settings, host: '127.0.0.1', port: await closedPort() }), fails('source-unavailable', 'source.refused', /拒绝连接/));
    await assert.rejects(probe({ ...settings, host: 'no-such-host.invalid' }), fails('source-unavailable', 'source.host', /找不到主机 no-such-host.invalid/));
  });

  test('says what to mend: password, demanded TLS, missing TLS, a full or starting server', async () => {
    const refusals = [
      ['28P01', 'password authentication failed for user "u"', 'source.password', /账号 .* 的密码不正确/],
      ['28000', 'no pg_hba.conf entry for host, no encryption', 'source.log-in', /tls 设为 require/],
      ['53300', 'sorry, too many clients already', 'source.connections', /连接数已满/],
      ['57P03', 'the database system is starting up', 'source.starting', /正在启动/],
      ['XX000', 'something else', 'source.test-failed', /something else/],
    ] as const;
    for (const [sqlstate, said, code, message] of refusals) {
      await using server = await refusingServer(sqlstate, said);
      await assert.rejects(probe({ ...settings, host: '127.0.0.1', port: server.port, password: 's3cret' }), fails('source-unavailable', code, message));
    }
  });

  test('a server without TLS is told from one whose certificate is wrong', async () => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query<{ ssl: string }>('SHOW ssl');
    await client.end();
    const wrong = rows[0]?.ssl === 'on' ? fails('source-unavailable', 'source.certificate', /证书/) : fails('source-unavailable', 'source.tls', /tls 设为 off/);
    await assert.rejects(probe({ ...settings, tls: 'verify' }), wrong);
  });

  test('an unknown time zone is refused', async () => {
    await assert.rejects(probe({ ...settings, timeZone: 'Asia/Shenzhen' }), fails('invalid-definition', 'source.time-zone', /Asia\/Shenzhen/));
  });

  test('a database without encoding is refused, unless the operator says that it is UTF-8', async () => {
    const name = `lingqu_test_ascii_${process.pid}`;
    await asAdmin(`CREATE DATABASE ${name} ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`);
    try {
      const ascii = { ...settings, database: name };
      await assert.rejects(probe(ascii), fails('invalid-definition', 'source.charset', /SQL_ASCII/));
      assert.match((await probe({ ...ascii, charset: 'utf-8' })).warnings.join(), /SQL_ASCII/);
    } finally {
      await asAdmin(`DROP DATABASE ${name} WITH (FORCE)`);
    }
  });

  test('a database in another encoding is read, compared and hashed as the same text', async () => {
    const name = `lingqu_test_euc_${process.pid}`;
    await asAdmin(`CREATE DATABASE ${name} ENCODING 'EUC_CN' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`);
    const other = { ...settings, database: name };
    const connection = postgresSource.open(other);
    try {
      const client = new pg.Client({ connectionString: url.replace(/\/[^/]*$/, `/${name}`) });
      await client.connect();
      await client.query("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, '赤湾'), (2, '香港')");
      await client.end();
      assert.match((await probe(other)).warnings.join(), /EUC_CN/);
      const table = await described(connection, { schema: 'public', name: 't' });
      const partial = { ...textColumn('v'), mask: { kind: 'partial', keepStart: 1, keepEnd: 0 } } as const;
      const where = { op: 'eq', column: 'v', value: { type: 'text', text: '香港' } } as const;
      for (const shape of ['json', 'cells'] as const) {
        assert.deepEqual(await page(connection, planOf(table, [textColumn('v'), { ...partial, name: 'm' }], { where }), shape), [['香港', '香*']]);
      }
    } finally {
      await connection.close();
      await asAdmin(`DROP DATABASE ${name} WITH (FORCE)`);
    }
  });
});
