import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Condition } from '../../src/modules/policy/index.ts';
import type { SourceConnection, TableDescription } from '../../src/modules/resources/index.ts';
import { mysqlSource } from '../../src/sources/mysql/index.ts';
import { rowsStatement } from '../../src/sources/mysql/select.ts';
import { mariadbDatabase, type MariadbDatabase } from '../support/mariadb.ts';
import { needs } from '../support/services.ts';
import { page, planOf, stream, textColumn } from './contract.ts';

/** Character sets with collations for which case, accents, width or trailing blanks are nothing. */
const kinds = {
  general: 'VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci',
  unicode: 'VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci',
  nopad: 'VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_nopad_ci',
  binary: 'VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
  long: 'TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci',
  three: 'VARCHAR(50) CHARACTER SET utf8mb3 COLLATE utf8mb3_unicode_ci',
  gbk: 'VARCHAR(50) CHARACTER SET gbk COLLATE gbk_chinese_ci',
  latin: 'VARCHAR(50) CHARACTER SET latin1 COLLATE latin1_swedish_ci',
  wide: 'VARCHAR(50) CHARACTER SET utf16 COLLATE utf16_general_ci',
  japanese: 'VARCHAR(50) CHARACTER SET sjis COLLATE sjis_japanese_ci',
} as const;

const common = ['a', 'A', 'a ', 'b', 'B', '', ' ', "it's", 'a\\b', '%', '_', 'a"b'];
const chinese = ['赤湾', '赤湾 ', '香港', '镕', '～', '＠', '@', 'ａ', '１', '1'];
const accents = ['á', 'Á', 'ä', 'ß', 'ss', 'é', 'e'];
const emoji = ['😀', '𠮷', '👩\u200d🚀', 'e\u0301', 'ﬀ', 'ff', '\u00ad'];
const values: Readonly<Record<keyof typeof kinds, readonly string[]>> = {
  general: [...common, ...chinese, ...accents, ...emoji],
  unicode: [...common, ...chinese, ...accents, ...emoji],
  nopad: [...common, ...chinese, ...accents, ...emoji],
  binary: [...common, ...chinese, ...accents, ...emoji],
  long: [...common, ...chinese, ...accents, ...emoji],
  three: [...common, ...chinese, ...accents],
  gbk: [...common, ...chinese],
  latin: [...common, ...accents],
  wide: [...common, ...chinese, ...accents, ...emoji],
  japanese: [...common, '香港', 'ア', 'ｱ'],
};
const literals = [...new Set([...common, ...chinese, ...accents, ...emoji, 'x'.repeat(300), '?'])];
const tables = Object.keys(kinds).filter((kind): kind is keyof typeof kinds => kind in kinds);

describe('mysql source: texts are what they are, whatever their collation', needs('mariadb'), () => {
  let database: MariadbDatabase;
  let connection: SourceConnection;
  let descriptions: readonly TableDescription[];
  before(async () => {
    database = await mariadbDatabase();
    for (const table of tables) {
      await database.run(`CREATE TABLE t_${table} (id INT PRIMARY KEY, v ${kinds[table]}, INDEX (v${table === 'long' ? '(20)' : ''}))`);
      await database.pool.query(`INSERT INTO t_${table} VALUES ?`, [[...values[table].map((value, index) => [index, value]), [1000, null]]]);
    }
    connection = mysqlSource.open({ ...database.settings, connections: 2 });
    descriptions = await connection.describeTables();
  });
  after(async () => {
    await connection.close();
    await database[Symbol.asyncDispose]();
  });

  const descriptionOf = (table: string): TableDescription => {
    const description = descriptions.find(({ name }) => name === `t_${table}`);
    assert.ok(description);
    return description;
  };
  const found = async (table: string, where: Condition): Promise<string[]> => (await page(connection, planOf(descriptionOf(table), [textColumn('v')], { where }))).map(([value]) => String(value));
  const text = (value: string) => ({ type: 'text', text: value }) as const;

  for (const table of tables) {
    const there = values[table];
    test(`equal is equal by code point: ${kinds[table]}`, async () => {
      for (const literal of literals) {
        const eq: Condition = { op: 'eq', column: 'v', value: text(literal) };
        assert.deepEqual(await found(table, eq), there.filter((value) => value === literal), JSON.stringify(literal));
        assert.deepEqual(await found(table, { op: 'not', of: eq }), there.filter((value) => value !== literal), `not ${JSON.stringify(literal)}`);
      }
    });

    test(`lists, parts and order by code point: ${kinds[table]}`, async () => {
      const list = ['A', '赤湾', 'a ', '😀', 'ß'];
      assert.deepEqual(await found(table, { op: 'in', column: 'v', values: list.map(text) }), there.filter((value) => list.includes(value)));
      assert.deepEqual(await found(table, { op: 'not', of: { op: 'in', column: 'v', values: list.map(text) } }), there.filter((value) => !list.includes(value)));
      for (const part of ['A', '湾 ', '@', 'e', '\u0301', '\\']) {
        assert.deepEqual(await found(table, { op: 'contains', column: 'v', text: part }), there.filter((value) => value.includes(part)), JSON.stringify(part));
      }
      for (const bound of ['B', 'a', '赤湾', '～']) {
        const below = there.filter((value) => Buffer.compare(Buffer.from(value), Buffer.from(bound)) < 0);
        assert.deepEqual(await found(table, { op: 'lt', column: 'v', value: text(bound) }), below, bound);
      }
    });

    test(`comes out as it went in: ${kinds[table]}`, async () => {
      const description = descriptionOf(table);
      for (const shape of ['json', 'cells'] as const) {
        assert.deepEqual(await page(connection, planOf(description, [textColumn('v')]), shape), [...there, null].map((value) => [value]));
        assert.deepEqual(await stream(connection, planOf(description, [textColumn('v')]), shape), [...there, null].map((value) => [value]));
      }
    });
  }

  test('an @ is an @: a full-width one hides no less of an address', async () => {
    const plan = planOf(descriptionOf('unicode'), [{ ...textColumn('v'), mask: { kind: 'email' } }], { where: { op: 'in', column: 'v', values: [text('＠'), text('@')] } });
    assert.deepEqual(await page(connection, plan), [['*'], ['*']]);
    await database.run("INSERT INTO t_unicode VALUES (500, 'ab＠x.cn'), (501, 'ab@x.cn')");
    assert.deepEqual(await page(connection, { ...plan, where: { op: 'contains', column: 'v', text: 'x.cn' } }), [['*******'], ['a***@x.cn']]);
  });

  test('an index serves equality and lists, also under a conversion of character sets', async () => {
    for (const table of ['general', 'three', 'gbk', 'latin'] as const) {
      await database.run(`INSERT INTO t_${table} SELECT seq, CONCAT('row ', seq) FROM seq_2000_to_9000`, `ANALYZE TABLE t_${table}`);
      const description = descriptionOf(table);
      for (const where of [
        { op: 'eq', column: 'v', value: text('row 2001') },
        { op: 'in', column: 'v', values: [text('row 2001'), text('row 2002')] },
      ] satisfies Condition[]) {
        const statement = rowsStatement(planOf(description, [textColumn('v')], { where }), 'cells', 'Asia/Shanghai');
        const [explained] = await database.pool.execute(`EXPLAIN ${statement.text}`, [...statement.values]);
        assert.match(JSON.stringify(explained), /"key":"v"/, `${table} ${where.op}`);
      }
    }
  });
});
