import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { DomainError } from '../../src/kernel/errors.ts';
import type { Probe, SourceSettings } from '../../src/modules/resources/index.ts';
import { mysqlSource } from '../../src/sources/mysql/index.ts';
import { mariadbDatabase, type MariadbDatabase } from '../support/mariadb.ts';
import { needs } from '../support/services.ts';
import { described, failsWith, page, planOf, textColumn } from './contract.ts';
import { closedPort } from './servers.ts';

async function probe(settings: SourceSettings): Promise<Probe> {
  const connection = mysqlSource.open(settings);
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

describe('the test of a mysql source', needs('mariadb'), () => {
  const user = `lingqu_test_${process.pid}`;
  const password = 's3cret-of-a-reader';
  let database: MariadbDatabase;
  let reader: SourceSettings;
  before(async () => {
    database = await mariadbDatabase();
    reader = { ...database.settings, user, password };
    await database.run(
      'CREATE TABLE shown (id INT PRIMARY KEY, open VARCHAR(9), hidden VARCHAR(9))',
      'CREATE TABLE other (id INT PRIMARY KEY)',
      "INSERT INTO shown VALUES (1, 'a', 'x')",
      `CREATE USER ${user} IDENTIFIED BY '${password}'`,
      `GRANT SELECT (id, open) ON shown TO ${user}`,
    );
  });
  after(async () => {
    await database.run(`DROP USER ${user}`);
    await database[Symbol.asyncDispose]();
  });

  test('says what it found, and warns of a log-in that may do anything', async () => {
    const { about, warnings } = await probe(database.settings);
    assert.match(about['version'] ?? '', /^MariaDB \d+\.\d+\.\d+$/);
    assert.deepEqual([about['charset'], about['user']?.split('@')[0]], ['utf8mb4', database.settings.user]);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /权限过大.*ALL PRIVILEGES/);
  });

  test('a log-in that can only read gets no warning; one that can write, or reach files, does', async () => {
    assert.deepEqual((await probe(reader)).warnings, []);
    await database.run(`GRANT UPDATE ON shown TO ${user}`);
    assert.match((await probe(reader)).warnings.join(), /^登录账号可写 1 张表/);
    await database.run(`REVOKE UPDATE ON shown FROM ${user}`, `GRANT FILE ON *.* TO ${user}`);
    assert.match((await probe(reader)).warnings.join(), /权限过大（FILE）/);
    await database.run(`REVOKE FILE ON *.* FROM ${user}`);
  });

  test('a table without transactions is warned of', async () => {
    await database.run('CREATE TABLE old_kind (id INT PRIMARY KEY) ENGINE = MyISAM', `GRANT SELECT ON old_kind TO ${user}`);
    assert.match((await probe(reader)).warnings.join(), /^1 张表使用不支持事务的引擎/);
    await database.run('DROP TABLE old_kind');
  });

  test('only the columns that the log-in may read are described, and no others are read', async () => {
    const connection = mysqlSource.open({ ...reader, connections: 1 });
    try {
      const tables = await connection.describeTables();
      assert.deepEqual(tables.map(({ name, columns, key }) => [name, columns.map((column) => column.name), key]), [['shown', ['id', 'open'], ['id']]]);
      const plan = planOf(await described(connection, { schema: '', name: 'shown' }), [textColumn('open')]);
      assert.deepEqual(await page(connection, plan), [['a']]);
      await assert.rejects(page(connection, { ...plan, columns: [textColumn('hidden')] }), failsWith('source-unavailable'));
    } finally {
      await connection.close();
    }
  });

  test('says what to mend: user, password, database, address, host, TLS, zone', async () => {
    await assert.rejects(probe({ ...reader, password: 's3cret-but-wrong' }), fails('source-unavailable', 'source.password', new RegExp(user)));
    await assert.rejects(probe({ ...database.settings, database: 'no_such_db' }), fails('source-unavailable', 'source.database', /没有数据库 no_such_db/));
    await assert.rejects(probe({ ...reader, database: 'mysql' }), fails('source-unavailable', 'source.privilege', /无权使用数据库 mysql/));
    await assert.rejects(probe({ ...reader, host: '127.0.0.1', port: await closedPort() }), fails('source-unavailable', 'source.refused', /拒绝连接/));
    await assert.rejects(probe({ ...reader, host: 'no-such-host.invalid' }), fails('source-unavailable', 'source.host', /找不到主机 no-such-host.invalid/));
    await assert.rejects(probe({ ...reader, timeZone: 'Asia/Shenzhen' }), fails('invalid-definition', 'source.time-zone', /Asia\/Shenzhen/));
  });

  test('a server without TLS is told from one whose certificate is wrong', async () => {
    const [ssl] = await database.run("SHOW VARIABLES LIKE 'have_ssl'");
    const wrong = ssl?.['Value'] === 'YES' ? fails('source-unavailable', 'source.certificate', /证书/) : fails('source-unavailable', 'source.tls', /tls 设为 off/);
    await assert.rejects(probe({ ...reader, host: 'localhost', tls: 'verify' }), wrong);
    await assert.rejects(probe({ ...reader, host: '127.0.0.1', tls: 'verify' }), fails('invalid-definition', 'source.certificate-name', /主机名/));
  });

  test('a server that is full says so', async () => {
    await database.run(`ALTER USER ${user} WITH MAX_USER_CONNECTIONS 1`);
    const connection = mysqlSource.open({ ...reader, connections: 1 });
    try {
      await connection.probe();
      await assert.rejects(probe(reader), fails('source-unavailable', 'source.connections', /连接数已满/));
    } finally {
      await connection.close();
      await database.run(`ALTER USER ${user} WITH MAX_USER_CONNECTIONS 0`);
    }
  });
});
