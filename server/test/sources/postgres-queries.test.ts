import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { DomainError } from '../../src/kernel/errors.ts';
import type { Query, ReadPlan, SourceConnection } from '../../src/modules/resources/index.ts';
import { postgresSource } from '../../src/sources/postgres/index.ts';
import { needs } from '../support/services.ts';
import { visitsOnPostgres, type VisitsDatabase } from '../support/visits.ts';
import { never, planOf, textColumn } from './contract.ts';

const idIs = { op: 'eq', column: 'id', value: { type: 'integer', text: '1' } } as const;

describe('queries of a postgres source', needs('postgres'), () => {
  let database: VisitsDatabase;
  let connection: SourceConnection;
  before(async () => {
    database = await visitsOnPostgres();
    connection = postgresSource.open(database.settings);
  });
  after(async () => {
    await connection.close();
    await database[Symbol.asyncDispose]();
  });

  /** A plan over a query as if it had been saved: nobody looked at it before. */
  const plan = (sql: string, changes: Partial<ReadPlan> = {}): ReadPlan => {
    const query: Query = { sql, parameters: [] };
    const id = { name: 'id', type: 'integer', native: 'integer', nullable: true, comment: '' } as const;
    return planOf({ schema: '', name: '', comment: '', columns: [id], key: ['id'] }, [textColumn('id', 'integer')], { table: { schema: '', name: '', query }, where: idIs, ...changes });
  };
  const refusedAs = (code: string) => (error: unknown): boolean => error instanceof DomainError && error.code === code;

  test('what was kept is checked again before it runs, by whatever way it is read', async () => {
    const good = plan('SELECT id FROM visits');
    assert.deepEqual(await connection.readPage(good, 'cells', 1e6, never), { kind: 'cells', rows: [['1']] });
    const bad = plan("SELECT id, set_config('role', 'postgres', false) AS r FROM visits");
    await assert.rejects(connection.readPage(bad, 'cells', 1e6, never), refusedAs('query.not-allowed'));
    await assert.rejects(connection.count(bad, never), refusedAs('query.not-allowed'));
    await assert.rejects(connection.openStream(bad, 'json', never), refusedAs('query.not-allowed'));
  });

  test('code of the database’s own that came later is seen before a query runs, wherever it hides', async () => {
    const secret = (signature: string, type = 'text'): string => `CREATE FUNCTION ${signature} RETURNS ${type} LANGUAGE sql SECURITY DEFINER AS 'SELECT NULL::${type}'`;
    const later: Readonly<Record<string, readonly [sql: string, make: readonly string[], drop: string]>> = {
      function: ['SELECT length(id) AS id FROM visits', [secret('public.length(int)')], 'DROP FUNCTION public.length(int)'],
      aggregate: ['SELECT max(id) AS id FROM visits', [secret('public.maxed(int, int)', 'int'), 'CREATE AGGREGATE public.max(int) (sfunc = maxed, stype = int)'], 'DROP FUNCTION public.maxed(int, int) CASCADE'],
      'operator that joins': ['SELECT id FROM visits JOIN visits b USING (id, day)', [secret('public.same(date, date)', 'boolean'), 'CREATE OPERATOR public.= (leftarg = date, rightarg = date, function = same)'], 'DROP FUNCTION public.same(date, date) CASCADE'],
      'operator of BETWEEN': ['SELECT id FROM visits WHERE age BETWEEN 1 AND 2::numeric', [secret('public.less(int, numeric)', 'boolean'), 'CREATE OPERATOR public.<= (leftarg = int, rightarg = numeric, function = less)'], 'DROP FUNCTION public.less(int, numeric) CASCADE'],
      'cast that nobody writes': ['SELECT id FROM visits', [secret('hidden.texted(date)'), 'CREATE CAST (date AS text) WITH FUNCTION hidden.texted(date) AS IMPLICIT'], 'DROP FUNCTION hidden.texted(date) CASCADE'],
      'cast that the node writes': ['SELECT id, v AS x FROM visits v', [secret('hidden.texted(visits)'), 'CREATE CAST (visits AS text) WITH FUNCTION hidden.texted(visits)'], 'DROP FUNCTION hidden.texted(visits) CASCADE'],
      'cast that is written as a column': ['SELECT id, v.interval AS x FROM visits v', [secret('hidden.lasting(visits)', 'interval'), 'CREATE CAST (visits AS interval) WITH FUNCTION hidden.lasting(visits)'], 'DROP FUNCTION hidden.lasting(visits) CASCADE'],
    };
    const refused = (error: unknown): boolean => refusedAs('query.not-allowed')(error) && String(error).includes('自建');
    for (const [title, [sql, make, drop]] of Object.entries(later)) {
      await database.run(...make);
      const late = plan(sql);
      await assert.rejects(connection.readPage(late, 'cells', 1e6, never), refused, title);
      await assert.rejects(connection.count(late, never), refused, title);
      await assert.rejects(connection.openStream(late, 'json', never), refused, title);
      await assert.rejects(async () => connection.queries?.describe({ sql, parameters: [] }), refused, title);
      await assert.rejects(async () => connection.queries?.explain({ sql, parameters: [] }, {}), refused, title);
      await database.run(drop);
    }
    await database.run(secret('hidden.length(text)'), secret('public.upper(int)'));
    for (const sql of ["SELECT length('1') AS id", 'SELECT id, pg_catalog.upper(town) AS x FROM visits']) await connection.readPage(plan(sql), 'cells', 1e6, never);
    await database.run('DROP FUNCTION hidden.length(text)', 'DROP FUNCTION public.upper(int)');
  });

  test('functions, operators and casts of an extension do not count as the database’s own', needs('postgis'), async () => {
    await database.run('CREATE EXTENSION postgis');
    const near = 'SELECT id FROM visits WHERE st_makepoint(id, age)::geometry && st_makeenvelope(0, 0, 100, 100) AND st_length(st_setsrid(st_makepoint(1, 1), 4326)::geography) < 5';
    assert.deepEqual(await connection.readPage(plan(near), 'cells', 1e6, never), { kind: 'cells', rows: [['1']] });
    await database.run('DROP EXTENSION postgis');
  });

  test('queries see what their own log-in may read, tables what the source’s may', async () => {
    await database.run('CREATE TABLE owners_only (id int)', 'INSERT INTO owners_only VALUES (1)');
    await assert.rejects(connection.readPage(plan('SELECT id FROM owners_only'), 'cells', 1e6, never), refusedAs('source.forbidden'));
    const table = plan('', { table: { schema: 'public', name: 'owners_only' } });
    assert.deepEqual(await connection.readPage(table, 'cells', 1e6, never), { kind: 'cells', rows: [['1']] });
  });

  test('names resolve in the listed schemas alone', async () => {
    await database.run('CREATE SCHEMA more', 'CREATE TABLE more.things (id int)', 'INSERT INTO more.things VALUES (1)', `GRANT USAGE ON SCHEMA more TO ${database.queryUser}`, `GRANT SELECT ON more.things TO ${database.queryUser}`);
    await assert.rejects(connection.readPage(plan('SELECT id FROM more.things'), 'cells', 1e6, never), refusedAs('query.schema'));
    await assert.rejects(connection.readPage(plan('SELECT id FROM things'), 'cells', 1e6, never), refusedAs('source.changed'));
    const wider = postgresSource.open({ ...database.settings, querySchemas: ['public', 'more'] });
    try {
      for (const sql of ['SELECT id FROM more.things', 'SELECT id FROM things']) assert.deepEqual(await wider.readPage(plan(sql), 'cells', 1e6, never), { kind: 'cells', rows: [['1']] });
    } finally {
      await wider.close();
    }
  });

  test('texts that a loose collation calls equal stay apart in conditions', async () => {
    await database.run("CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false)", 'CREATE TABLE words (id int, word text COLLATE loose)', "INSERT INTO words VALUES (1, 'a'), (2, 'A')", `GRANT SELECT ON words TO ${database.queryUser}`);
    const query: Query = { sql: 'SELECT id, word FROM words', parameters: [] };
    const described = await connection.queries?.describe(query);
    assert.ok(described !== undefined);
    const read = planOf({ ...described, key: ['id'] }, [textColumn('id', 'integer')], { table: { schema: '', name: '', query }, where: { op: 'eq', column: 'word', value: { type: 'text', text: 'a' } } });
    assert.deepEqual(await connection.readPage(read, 'cells', 1e6, never), { kind: 'cells', rows: [['1']] });
  });
});
