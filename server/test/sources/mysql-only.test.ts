import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ColumnType, Condition } from '../../src/modules/policy/index.ts';
import type { ReadColumn, SourceConnection, SourceSettings, TableDescription, WireForm } from '../../src/modules/resources/index.ts';
import { mysqlSource } from '../../src/sources/mysql/index.ts';
import { mariadbDatabase, type MariadbDatabase } from '../support/mariadb.ts';
import { needs } from '../support/services.ts';
import { described, failsWith, never, page, planOf, stream, textColumn } from './contract.ts';

const schema = [
  `CREATE TABLE kinds (id INT PRIMARY KEY, tiny TINYINT, truth TINYINT(1), small SMALLINT UNSIGNED, medium MEDIUMINT, whole INT UNSIGNED, large BIGINT UNSIGNED, filled INT(6) ZEROFILL,
     price DECIMAL(10,2) NOT NULL, single FLOAT, twice DOUBLE, bits BIT(9), bit1 BIT(1), y YEAR, code CHAR(6) CHARACTER SET gbk, mood ENUM('calm','a,''b') COLLATE utf8mb4_bin, marks SET('x','y'),
     moment DATETIME(3), instant TIMESTAMP NULL, clock TIME(2), raw VARBINARY(8), doc JSON, checked LONGTEXT CHECK (JSON_VALID(checked)), place POINT, address INET6, uid UUID)`,
  'CREATE TABLE two_keys (a INT NOT NULL UNIQUE, b INT, PRIMARY KEY (b, a))',
  'CREATE TABLE unique_key (code VARCHAR(9) NOT NULL UNIQUE, other VARCHAR(9) UNIQUE)',
  'CREATE TABLE no_key (id INT UNIQUE, long_text TEXT NOT NULL, UNIQUE (long_text(10)))',
  'CREATE VIEW a_view AS SELECT id, price FROM kinds',
];

describe('mysql source', needs('mariadb'), () => {
  let database: MariadbDatabase;
  let connection: SourceConnection;
  const opened: SourceConnection[] = [];
  const open = (changes: SourceSettings = {}): SourceConnection => {
    const another = mysqlSource.open({ ...database.settings, connections: 2, ...changes });
    opened.push(another);
    return another;
  };
  before(async () => {
    database = await mariadbDatabase();
    await database.run("SET time_zone = '+00:00', sql_mode = ''", ...schema);
    connection = open();
  });
  after(async () => {
    for (const each of opened) await each.close();
    await database[Symbol.asyncDispose]();
  });
  const table = (name: string, on = connection): Promise<TableDescription> => described(on, { schema: '', name });
  const column = (name: string, columnType: ColumnType, form: WireForm = 'text'): ReadColumn => ({ name, column: name, columnType, mask: null, form });
  const ids = async (on: SourceConnection, name: string, where: Condition): Promise<unknown[]> => (await page(on, planOf(await table(name, on), [textColumn('id', 'integer')], { where }))).flat();
  const is = (name: string, type: ColumnType, text: string, op: 'eq' | 'ne' | 'lt' | 'ge' = 'eq'): Condition => ({ op, column: name, value: { type, text } });

  // ---- what it describes ----

  test('types: what is unsigned has room, TINYINT(1) is truth, JSON is told by its check', async () => {
    assert.deepEqual(
      (await table('kinds')).columns.map(({ name, type, native }) => [name, type, native]),
      [
        ['id', 'integer', 'int(11) not null'],
        ['tiny', 'integer', 'tinyint(4)'],
        ['truth', 'boolean', 'tinyint(1)'],
        ['small', 'integer', 'smallint(5) unsigned'],
        ['medium', 'integer', 'mediumint(9)'],
        ['whole', 'bigint', 'int(10) unsigned'],
        ['large', 'decimal', 'bigint(20) unsigned'],
        ['filled', 'bigint', 'int(6) unsigned zerofill'],
        ['price', 'decimal', 'decimal(10,2) not null'],
        ['single', 'float', 'float'],
        ['twice', 'float', 'double'],
        ['bits', 'decimal', 'bit(9)'],
        ['bit1', 'boolean', 'bit(1)'],
        ['y', 'integer', 'year(4)'],
        ['code', 'text', 'char(6) collate gbk_chinese_ci'],
        ['mood', 'text', 'enum collate utf8mb4_bin'],
        ['marks', 'text', 'set collate utf8mb4_general_ci'],
        ['moment', 'timestamp', 'datetime(3)'],
        ['instant', 'timestamptz', 'timestamp'],
        ['clock', 'time', 'time(2)'],
        ['raw', 'binary', 'varbinary(8)'],
        ['doc', 'json', 'json collate utf8mb4_bin'],
        ['checked', 'json', 'json collate utf8mb4_general_ci'],
        ['place', 'geometry', 'point'],
        ['address', 'other', 'inet6'],
        ['uid', 'uuid', 'uuid'],
      ],
    );
    assert.equal((await table('kinds', open({ tinyint1: 'integer' }))).columns.find(({ name }) => name === 'truth')?.type, 'integer');
  });

  test('keys: primary, else unique without NULL, else none; views are tables', async () => {
    assert.deepEqual((await table('two_keys')).key, ['b', 'a']);
    assert.deepEqual((await table('unique_key')).key, ['code']);
    assert.deepEqual((await table('no_key')).key, []);
    assert.deepEqual((await table('a_view')).columns.map(({ name }) => name), ['id', 'price']);
  });

  // ---- types of its own ----

  test('values of types that other servers lack', async () => {
    await database.run(
      `INSERT INTO kinds VALUES (1, -128, 1, 65535, -8388608, 4294967295, 18446744073709551615, 42, 1.50, 0.1, 0.1, 257, 1, 2026, 'ab', 'a,''b', 'x,y', '2026-01-01 08:00:00.120', '1988-07-01 00:00:00', '08:00:00.20', 'x', '[1]', '{"a": 1}', POINT(113.9, 22.5), '::1', '123e4567-e89b-12d3-a456-426614174000'),
        (2, 127, 0, 0, 0, 0, 0, 0, 0, 16777217, 1.7976931348623157e308, 0, 0, 0, '', '', '', NULL, NULL, '-100:00:00', '', NULL, NULL, NULL, NULL, NULL),
        (3, 0, 2, 0, 0, 0, 9223372036854775808, 0, 0, 1234567.9, 5e-324, 0, 0, 1901, '港', 'calm', 'x', NULL, NULL, '00:00:00', '', NULL, NULL, NULL, NULL, NULL)`,
    );
    const rows = async (columns: readonly ReadColumn[], shape: 'cells' | 'json' = 'cells'): Promise<unknown[][]> => page(connection, planOf(await table('kinds'), columns), shape);
    assert.deepEqual(await rows([column('truth', 'boolean'), column('whole', 'bigint'), column('large', 'decimal'), column('filled', 'bigint'), column('bits', 'decimal'), column('bit1', 'boolean'), column('y', 'integer')]), [
      ['true', '4294967295', '18446744073709551615', '42', '257', 'true', '2026'],
      ['false', '0', '0', '0', '0', 'false', '0'],
      ['true', '0', '9223372036854775808', '0', '0', 'false', '1901'],
    ]);
    assert.deepEqual(await rows([column('single', 'float'), column('twice', 'float')]), [['0.1', '0.1'], ['16777216', '1.7976931348623157e308'], ['1234567.875', '5e-324']]);
    assert.deepEqual(await rows([column('code', 'text'), column('mood', 'text'), column('marks', 'text'), column('clock', 'time', 'time'), column('raw', 'binary', 'base64')]), [
      ['ab', "a,'b", 'x,y', '08:00:00.2', 'eA=='],
      ['', '', '', '-100:00:00', ''],
      ['港', 'calm', 'x', '00:00:00', ''],
    ]);
    assert.deepEqual((await rows([column('place', 'geometry'), column('address', 'other'), column('uid', 'uuid'), column('doc', 'json', 'json')], 'json'))[0], ['POINT(113.9 22.5)', '::1', '123e4567-e89b-12d3-a456-426614174000', [1]]);
    assert.deepEqual((await rows([column('filled', 'bigint', 'number'), column('y', 'integer', 'number'), column('large', 'decimal', 'text')], 'json'))[1], [0, 0, '0']);
  });

  test('conditions on types that other servers lack', async () => {
    assert.deepEqual(await ids(connection, 'kinds', is('large', 'decimal', '18446744073709551615')), ['1']);
    assert.deepEqual(await ids(connection, 'kinds', is('large', 'decimal', '9223372036854775807', 'ge')), ['1', '3']);
    assert.deepEqual(await ids(connection, 'kinds', is('large', 'decimal', `1${'0'.repeat(80)}`, 'lt')), ['1', '2', '3']);
    assert.deepEqual(await ids(connection, 'kinds', is('price', 'decimal', `1.5${'0'.repeat(60)}1`, 'lt')), ['1', '2', '3']);
    assert.deepEqual(await ids(connection, 'kinds', is('price', 'decimal', `1.5${'0'.repeat(60)}1`, 'ge')), []);
    assert.deepEqual(await ids(connection, 'kinds', is('single', 'float', '0.1')), ['1']);
    assert.deepEqual(await ids(connection, 'kinds', { op: 'in', column: 'single', values: [{ type: 'float', text: '0.1' }, { type: 'float', text: `1${'0'.repeat(60)}` }] }), ['1']);
    assert.deepEqual(await ids(connection, 'kinds', is('truth', 'boolean', 'true')), ['1', '3']);
    assert.deepEqual(await ids(connection, 'kinds', is('truth', 'boolean', 'true', 'ne')), ['2']);
    assert.deepEqual(await ids(connection, 'kinds', is('bit1', 'boolean', 'true')), ['1']);
    assert.deepEqual(await ids(connection, 'kinds', is('bits', 'decimal', '257')), ['1']);
    assert.deepEqual(await ids(connection, 'kinds', is('y', 'integer', '1')), []);
    assert.deepEqual(await ids(connection, 'kinds', is('mood', 'text', 'calm')), ['3']);
    assert.deepEqual(await ids(connection, 'kinds', is('mood', 'text', 'CALM')), []);
    assert.deepEqual(await ids(connection, 'kinds', is('code', 'text', '港')), ['3']);
    assert.deepEqual(await ids(connection, 'kinds', is('uid', 'uuid', '123e4567-e89b-12d3-a456-426614174000')), ['1']);
  });

  test('days that do not exist are NULL, and fail every comparison', async () => {
    await database.run(
      "SET sql_mode = 'ALLOW_INVALID_DATES'",
      'CREATE TABLE zeros (id INT PRIMARY KEY, d DATE NOT NULL, m DATETIME, s TIMESTAMP)',
      "INSERT INTO zeros VALUES (1, '0000-00-00', '0000-00-00 00:00:00', 0), (2, '2026-00-15', '2026-02-31 10:00:00', 0), (3, '2026-02-28', '2026-02-28 10:00:00', '2026-02-28 10:00:00')",
      "SET sql_mode = ''",
    );
    const columns = [column('d', 'date', 'date'), column('m', 'timestamp', 'datetime-iso'), column('s', 'timestamptz', 'datetime-space')];
    for (const shape of ['json', 'cells'] as const) {
      assert.deepEqual(await page(connection, planOf(await table('zeros'), columns), shape), [[null, null, null], [null, null, null], ['2026-02-28', '2026-02-28T10:00:00+08:00', '2026-02-28 18:00:00']]);
    }
    for (const name of ['d', 'm', 's'] as const) {
      const type = name === 'd' ? 'date' : name === 'm' ? 'timestamp' : 'timestamptz';
      const bound = is(name, type, name === 'd' ? '2026-01-01' : '2026-01-01T00:00:00Z', 'lt');
      assert.deepEqual(await ids(connection, 'zeros', bound), [], name);
      assert.deepEqual(await ids(connection, 'zeros', { op: 'not', of: bound }), ['3'], name);
      assert.deepEqual(await ids(connection, 'zeros', { op: 'null', column: name }), ['1', '2'], name);
      assert.deepEqual(await ids(connection, 'zeros', { op: 'not', of: { op: 'null', column: name } }), ['3'], name);
    }
  });

  test('a time that Shanghai cannot show is an error and no NULL', async () => {
    await database.run('CREATE TABLE ends (id INT PRIMARY KEY, m DATETIME)', "INSERT INTO ends VALUES (1, '9999-12-31 23:59:59')");
    const plan = planOf(await table('ends'), [column('m', 'timestamp', 'datetime-space')]);
    assert.deepEqual(await page(connection, plan), [['9999-12-31 23:59:59']]);
    const utc = open({ timeZone: 'UTC' });
    for (const shape of ['json', 'cells'] as const) await assert.rejects(page(utc, plan, shape), failsWith('internal'));
    await assert.rejects(stream(utc, plan), failsWith('internal'));
  });

  test('very long texts and bytes come whole; what grows beyond the largest packet is an error and no NULL', async () => {
    await database.run('CREATE TABLE longs (id INT PRIMARY KEY, t LONGTEXT, b LONGBLOB)', "INSERT INTO longs SELECT 1, REPEAT('赤湾🌊\\n', 400000), REPEAT('x', 4000000)");
    const plan = planOf(await table('longs'), [column('t', 'text'), column('b', 'binary', 'base64')]);
    const expected = [['赤湾🌊\n'.repeat(400_000), Buffer.alloc(4_000_000, 'x').toString('base64')]];
    for (const shape of ['json', 'cells'] as const) {
      assert.deepEqual(await page(connection, plan, shape), expected);
      assert.deepEqual(await stream(connection, plan, shape), expected);
      assert.equal(await connection.readPage(plan, shape, 4_000_000, never), undefined);
    }
    await database.run("INSERT INTO longs SELECT 2, NULL, REPEAT('x', 15000000)");
    for (const shape of ['json', 'cells'] as const) {
      await assert.rejects(page(connection, plan, shape), failsWith('internal'));
      await assert.rejects(stream(connection, plan, shape), failsWith('internal'));
    }
  });

  // ---- sessions ----

  test("the server's sql_mode changes nothing", async () => {
    await database.run("CREATE TABLE modes (id INT PRIMARY KEY, `a\"\\b` VARCHAR(20))", 'INSERT INTO modes VALUES (1, \'x\\\\"y\')');
    const [kept] = await database.run('SELECT @@GLOBAL.sql_mode AS mode');
    const plan = planOf(await table('modes'), [textColumn('a"\\b')], { where: is('a"\\b', 'text', 'x\\"y') });
    for (const mode of ['ANSI_QUOTES', 'PIPES_AS_CONCAT,HIGH_NOT_PRECEDENCE', 'NO_BACKSLASH_ESCAPES', '']) {
      await database.pool.query('SET GLOBAL sql_mode = ?', [mode]);
      const fresh = open();
      try {
        assert.deepEqual(await page(fresh, plan, 'json'), [['x\\"y']], mode);
      } finally {
        await database.pool.query('SET GLOBAL sql_mode = ?', [kept?.['mode']]);
      }
    }
  });

  test('nothing can be written, not even by what a view calls', async () => {
    await database.run('CREATE TABLE written (id INT)', 'CREATE FUNCTION write_it() RETURNS INT BEGIN INSERT INTO written VALUES (1); RETURN 1; END', 'CREATE VIEW writes AS SELECT 1 AS id, write_it() AS v');
    const plan = planOf({ schema: '', name: 'writes', comment: '', columns: [], key: ['id'] }, [column('v', 'integer')]); // such a view cannot even be described
    await assert.rejects(page(connection, plan), failsWith('internal'));
    await assert.rejects(stream(connection, plan), failsWith('internal'));
    assert.deepEqual(await database.run('SELECT * FROM written'), []);
  });
});
