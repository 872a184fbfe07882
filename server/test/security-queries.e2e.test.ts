import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import pg from 'pg';
import { asAdmin } from './support/database.ts';
import type { Json } from './support/management.ts';
import { startNode, type StartedNode } from './support/node.ts';
import { needs } from './support/services.ts';
import { giveGrant, make, newHolder, publish, refusal } from './support/sharing.ts';
import { visits, visitsDatabase, type VisitsDatabase } from './support/visits.ts';

/** An escape: a query that must be refused, and what its log-in itself says to it where it is run past the node. */
interface Escape {
  readonly title: string;
  readonly sql: string;
  /** The second line: what the database answers to the log-in; undefined where only the node refuses. */
  readonly log?: RegExp;
}

const DENIED = /permission denied|must be superuser/;
const TIMEOUT = /statement timeout/;

const escapes: readonly Escape[] = [
  { title: 'another role by set_config', sql: "SELECT 1 AS id, set_config('role', 'postgres', false) AS r", log: DENIED },
  { title: 'another role by SET', sql: 'SET ROLE postgres', log: DENIED },
  { title: 'RESET of the session', sql: 'RESET ALL' },
  { title: 'a longer time by set_config', sql: "SELECT 1 AS id, set_config('statement_timeout', '0', false) AS r" },
  { title: 'writing by set_config', sql: "SELECT 1 AS id, set_config('transaction_read_only', 'off', true) AS r", log: /read-write mode/ },
  { title: 'another schema', sql: 'SELECT 1 AS id, word FROM hidden.secrets', log: DENIED },
  { title: 'another schema in a subquery', sql: 'SELECT 1 AS id, (SELECT word FROM hidden.secrets LIMIT 1) AS word', log: DENIED },
  { title: 'another schema by query_to_xml', sql: "SELECT 1 AS id, query_to_xml('SELECT word FROM hidden.secrets', true, false, '')::text AS x", log: DENIED },
  { title: 'another schema by table_to_xml', sql: "SELECT 1 AS id, table_to_xml('hidden.secrets', true, false, '')::text AS x", log: DENIED },
  { title: 'the whole database by database_to_xml', sql: "SELECT 1 AS id, database_to_xml(true, false, '')::text AS x" },
  { title: 'the catalog', sql: 'SELECT 1 AS id, rolname FROM pg_roles' },
  { title: 'the catalog by its schema', sql: 'SELECT 1 AS id, relname FROM pg_catalog.pg_class' },
  { title: 'passwords', sql: 'SELECT 1 AS id, rolpassword FROM pg_authid', log: DENIED },
  { title: 'information_schema', sql: 'SELECT 1 AS id, table_name FROM information_schema.tables' },
  { title: 'a name looked up by a cast', sql: "SELECT 1 AS id, 'hidden.secrets'::regclass::text AS x", log: DENIED },
  { title: 'who is logged in', sql: 'SELECT 1 AS id, current_user AS x' },
  { title: 'settings of the server', sql: "SELECT 1 AS id, current_setting('data_directory') AS x", log: DENIED },
  { title: 'dblink', sql: "SELECT 1 AS id, x FROM dblink('dbname=postgres', 'SELECT 1') AS d(x int)", log: /does not exist/ },
  { title: 'a file by pg_read_file', sql: "SELECT 1 AS id, pg_read_file('/etc/passwd') AS x", log: DENIED },
  { title: 'a folder by pg_ls_dir', sql: "SELECT 1 AS id, pg_ls_dir('/') AS x", log: DENIED },
  { title: 'a file by lo_import', sql: "SELECT 1 AS id, lo_import('/etc/passwd') AS x", log: /permission denied|read-only/ },
  { title: 'a large object', sql: "SELECT 1 AS id, lo_from_bytea(0, 'x') AS x" },
  { title: 'a file by COPY', sql: "COPY visits TO '/tmp/lingqu-escape'", log: DENIED },
  { title: 'a program by COPY', sql: "COPY visits TO PROGRAM 'id'", log: DENIED },
  { title: 'sleeping', sql: 'SELECT 1 AS id, pg_sleep(100)::text AS x', log: TIMEOUT },
  { title: 'endless numbers', sql: 'SELECT 1 AS id, count(*) AS n FROM generate_series(1, 1000000000000) AS g', log: TIMEOUT },
  { title: 'a text of a gigabyte', sql: "SELECT 1 AS id, repeat('x', 1000000000) AS x" },
  { title: 'two statements', sql: 'SELECT 1 AS id; DROP TABLE visits', log: /cannot insert multiple commands|READ ONLY|permission|must be owner|read-only/ },
  { title: 'a comment to the end of the line', sql: 'SELECT 1 AS id -- ) t' },
  { title: 'a comment in stars', sql: 'SELECT 1 AS id /* ) t */' },
  { title: 'a WITH that deletes', sql: 'WITH gone AS (DELETE FROM visits RETURNING id) SELECT id FROM gone', log: /permission denied|read-only/ },
  { title: 'a WITH that deletes, deeper down', sql: 'SELECT id FROM visits WHERE id IN (WITH gone AS (DELETE FROM visits RETURNING id) SELECT id FROM gone)', log: /permission denied|read-only|must be at the top level/ },
  { title: 'INSERT', sql: "INSERT INTO visits VALUES (0, 'x', '2026-01-01', 1, 'x') RETURNING id", log: /permission denied|read-only/ },
  { title: 'SELECT INTO', sql: 'SELECT id INTO taken FROM visits', log: /permission denied|read-only/ },
  { title: 'a lock', sql: 'SELECT id FROM visits FOR UPDATE', log: /permission denied|read-only/ },
  { title: 'a lock of the session', sql: 'SELECT 1 AS id, pg_advisory_lock(1)::text AS x' },
  { title: 'code', sql: "DO $$ BEGIN PERFORM 1; END $$" },
  { title: 'EXPLAIN ANALYZE', sql: 'EXPLAIN ANALYZE SELECT id FROM visits' },
  { title: 'a notification', sql: "SELECT 1 AS id, pg_notify('x', 'y')::text AS x" },
  { title: 'a function of the database’s own', sql: 'SELECT 1 AS id, also_ours() AS x' },
  { title: 'a function of its own, by its schema', sql: 'SELECT 1 AS id, public.also_ours() AS x' },
  { title: 'a function of its own, written as a column', sql: 'SELECT v.id, v.of_our_own AS x FROM visits v' },
  { title: 'a function of its own, written as a field', sql: 'SELECT v.id, (v).of_our_own AS x FROM visits v' },
  { title: 'a function of its own as a table', sql: 'SELECT 1 AS id, x FROM also_ours() AS x' },
  { title: 'a name of an operator by its schema', sql: 'SELECT id, 1 OPERATOR(pg_catalog.+) 1 AS x FROM visits' },
  { title: 'a name in Unicode escapes', sql: 'SELECT 1 AS id, U&"\\0070g_sleep"(1)::text AS x' },
  { title: 'a quoted name', sql: 'SELECT 1 AS id, "pg_sleep"(100)::text AS x', log: TIMEOUT },
  { title: 'a parenthesis that closes the node’s own', sql: 'SELECT 1 AS id) t; SELECT (2' },
  { title: 'a parenthesis that closes and opens', sql: 'SELECT 1 AS id) t UNION SELECT * FROM (SELECT 2 AS id' },
  { title: 'an optional part that hides a function', sql: 'SELECT 1 AS id, [[ pg_sleep(:n)::text || ]] \'x\' AS x' },
  { title: 'a parameter of the protocol', sql: 'SELECT id FROM visits WHERE town = $1' },
];

describe('escapes from a query', needs('postgres'), () => {
  let node: StartedNode;
  let database: VisitsDatabase;
  let appkey: string;

  before(async () => {
    [node, database] = await Promise.all([startNode({ engine: 'pglite' }), visitsDatabase()]);
    await make(node, 'POST', '/sources', { body: { name: 'clinic', type: 'postgres', settings: { ...database.settings, statementTimeoutSeconds: 1 } } });
    const query = { sql: 'SELECT id, town FROM visits WHERE town = :place', parameters: [{ name: 'place', type: 'text' }] };
    await make(node, 'POST', '/resources', { body: { name: 'good', source: 'clinic', query, key: ['id'] } });
    await publish(node, 'goodquery', { resource: 'good', fields: [{ name: 'id', type: 'int' }], parameters: [{ name: 'place', column: 'place', operator: 'eq', required: true }] });
    const holder = await newHolder(node, '使用方');
    await giveGrant(node, holder.name, 'goodquery');
    ({ appkey } = holder);
  });
  after(async () => {
    await node.stop();
    await database[Symbol.asyncDispose]();
  });

  const call = async (code: string, query: Readonly<Record<string, string>>): Promise<{ status: number; body: Json }> => {
    const response = await fetch(`${node.dataUrl}/gov/v1/${code}?${new URLSearchParams({ ...query, appkey }).toString()}`);
    return { status: response.status, body: await response.json() };
  };

  /** After every attempt: the node runs, and a good query gives all that it gave. */
  afterEach(async () => {
    assert.equal(node.process.exitCode, null);
    assert.equal((await call('goodquery', { place: '盐田' })).body.data.length, visits.filter(({ town }) => town === '盐田').length);
  });

  /** Runs a statement past the node: the same log-in in the same kind of session, held back by its own rights alone. */
  async function pastTheNode(sql: string): Promise<string> {
    const url = new URL(database.url);
    url.username = database.queryUser;
    const client = new pg.Client({ connectionString: url.href, options: '-c default_transaction_read_only=on', statement_timeout: 300 });
    client.on('error', () => {});
    await client.connect();
    try {
      await client.query('BEGIN READ ONLY');
      await client.query(sql);
      return 'done';
    } catch (error) {
      return error instanceof Error ? error.message : '';
    } finally {
      await client.end();
    }
  }

  for (const { title, sql, log } of escapes) {
    it(`[AGR-7.2b] fails: ${title}`, async () => {
      const parameters = sql.includes(':n)') ? [{ name: 'n', type: 'integer', required: false, sample: '100' }] : [];
      const query = { sql, parameters };
      const saved = await refusal(node, 'POST', '/resources', { body: { name: 'escape', source: 'clinic', query, key: ['id'] } });
      assert.equal(saved.status, 422);
      assert.match(saved.code, /^query\.(not-allowed|statements|schema|comment|syntax|unicode|positional)$/, saved.detail);
      assert.equal((await refusal(node, 'POST', '/resources/explain', { body: { source: 'clinic', query } })).code, saved.code, 'no more by explain');
      if (log !== undefined) assert.match(await pastTheNode(sql), log, 'the second line holds too');
    });
  }

  it('a recursion without end meets the time bound, and the node goes on', async () => {
    const query = { sql: 'WITH RECURSIVE r AS (SELECT 1 AS id UNION ALL SELECT id + 1 FROM r) SELECT max(id) AS id FROM r WHERE id <> :not_this', parameters: [{ name: 'not_this', type: 'integer' }] };
    await make(node, 'POST', '/resources', { body: { name: 'endless', source: 'clinic', query, key: ['id'] } });
    await publish(node, 'endless1', { resource: 'endless', fields: [{ name: 'id', type: 'int' }], parameters: [{ name: 'n', column: 'not_this', operator: 'eq', required: true }] });
    await giveGrant(node, '使用方', 'endless1');
    const started = performance.now();
    const { status, body } = await call('endless1', { n: '1' });
    assert.ok(status >= 500 && /超时|timeout|too long/.test(JSON.stringify(body)), JSON.stringify(body));
    assert.ok(performance.now() - started < 10_000);
  });

  describe('the log-in of queries', () => {
    const test = (settings: Json) => refusal(node, 'POST', '/sources/test', { body: { type: 'postgres', settings } });

    it('a superuser, or the source’s own log-in, is refused', async () => {
      const owner = database.settings['user'];
      assert.equal((await test({ ...database.settings, queryUser: owner })).code, 'query.log-in');
      const boss = `${database.queryUser}_boss`;
      await asAdmin(`CREATE ROLE ${boss} LOGIN SUPERUSER`);
      try {
        const { code, detail } = await test({ ...database.settings, queryUser: boss });
        assert.equal(code, 'query.log-in');
        assert.match(detail, /SUPERUSER/);
      } finally {
        await asAdmin(`DROP ROLE ${boss}`);
      }
    });

    const grants: readonly (readonly [title: string, give: (role: string) => string, take: (role: string) => string, says: RegExp])[] = [
      ['CREATEROLE', (role) => `ALTER ROLE ${role} CREATEROLE`, (role) => `ALTER ROLE ${role} NOCREATEROLE`, /CREATEROLE/],
      ['CREATEDB', (role) => `ALTER ROLE ${role} CREATEDB`, (role) => `ALTER ROLE ${role} NOCREATEDB`, /CREATEDB/],
      ['REPLICATION', (role) => `ALTER ROLE ${role} REPLICATION`, (role) => `ALTER ROLE ${role} NOREPLICATION`, /REPLICATION/],
      ['BYPASSRLS', (role) => `ALTER ROLE ${role} BYPASSRLS`, (role) => `ALTER ROLE ${role} NOBYPASSRLS`, /BYPASSRLS/],
      ['pg_read_server_files', (role) => `GRANT pg_read_server_files TO ${role}`, (role) => `REVOKE pg_read_server_files FROM ${role}`, /pg_read_server_files/],
      ['pg_execute_server_program', (role) => `GRANT pg_execute_server_program TO ${role}`, (role) => `REVOKE pg_execute_server_program FROM ${role}`, /pg_execute_server_program/],
      ['pg_read_all_data', (role) => `GRANT pg_read_all_data TO ${role}`, (role) => `REVOKE pg_read_all_data FROM ${role}`, /pg_read_all_data/],
      ['INSERT on a table', (role) => `GRANT INSERT ON numbers TO ${role}`, (role) => `REVOKE INSERT ON numbers FROM ${role}`, /public\.numbers/],
      ['UPDATE of a column', (role) => `GRANT UPDATE (age) ON visits TO ${role}`, (role) => `REVOKE UPDATE (age) ON visits FROM ${role}`, /public\.visits/],
      ['CREATE in a schema', (role) => `GRANT CREATE ON SCHEMA hidden TO ${role}`, (role) => `REVOKE CREATE ON SCHEMA hidden FROM ${role}`, /hidden/],
      ['pg_read_file', (role) => `GRANT EXECUTE ON FUNCTION pg_read_file(text) TO ${role}`, (role) => `REVOKE EXECUTE ON FUNCTION pg_read_file(text) FROM ${role}`, /pg_read_file/],
    ];
    for (const [title, give, take, says] of grants) {
      it(`${title} is refused when the source is tested, and when a query is added`, async () => {
        await database.run(give(database.queryUser));
        try {
          const tested = await test(database.settings);
          assert.equal(tested.code, 'query.log-in');
          assert.match(tested.detail, says);
          const added = await refusal(node, 'POST', '/resources', { body: { name: 'late', source: 'clinic', query: { sql: 'SELECT id FROM visits', parameters: [] }, key: ['id'] } });
          assert.equal(added.code, 'query.log-in');
        } finally {
          await database.run(take(database.queryUser));
        }
        await make(node, 'POST', '/sources/test', { body: { type: 'postgres', settings: database.settings } });
      });
    }

    it('no query runs in a node’s own database, and none without its own log-in', async () => {
      await using other = await startNode({ engine: 'postgres' });
      const { pathname } = new URL(other.databaseUrl ?? '');
      const { code, detail } = await test({ ...database.settings, database: pathname.slice(1) });
      assert.equal(code, 'query.log-in');
      assert.match(detail, /节点自己的库/);
      const { queryUser: _none, ...settings } = database.settings;
      await make(node, 'POST', '/sources', { body: { name: 'without', type: 'postgres', settings } });
      const missing = await refusal(node, 'POST', '/resources', { body: { name: 'late', source: 'without', query: { sql: 'SELECT id FROM visits', parameters: [] }, key: ['id'] } });
      assert.equal(missing.code, 'query.log-in.missing');
    });

    it('its password is sealed and never shown', async () => {
      await make(node, 'POST', '/sources', { body: { name: 'sealed', type: 'postgres', settings: { ...database.settings, queryPassword: 'the query password' } } });
      const shown = await make(node, 'GET', '/sources/sealed');
      assert.deepEqual([shown.secrets.queryPassword, 'queryPassword' in shown.settings], [true, false]);
      assert.ok(!node.log().includes('the query password'));
    });
  });
});
