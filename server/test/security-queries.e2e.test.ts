import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { asAdmin } from './support/database.ts';
import type { Json } from './support/management.ts';
import { startNode, type StartedNode } from './support/node.ts';
import { needs } from './support/services.ts';
import { giveGrant, make, newHolder, publish, refusal } from './support/sharing.ts';
import { escapes } from './support/query-escapes.ts';
import { visits, visitsDatabases, visitsOnMariadb, visitsOnPostgres, type VisitsDatabase } from './support/visits.ts';

for (const { name, service, open, type } of visitsDatabases) describe(`escapes from a query on ${name}`, needs(service), () => {
  let node: StartedNode;
  let database: VisitsDatabase;
  let appkey: string;

  before(async () => {
    [node, database] = await Promise.all([startNode({ engine: 'pglite' }), open()]);
    await make(node, 'POST', '/sources', { body: { name: 'clinic', type, settings: { ...database.settings, statementTimeoutSeconds: 1 } } });
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

  for (const { title, sql, log } of escapes[type]) {
    it(`[AGR-7.2b] fails: ${title}`, async () => {
      const parameters = sql.includes(':n)') ? [{ name: 'n', type: 'integer', required: false, sample: '100' }] : [];
      const query = { sql, parameters };
      const saved = await refusal(node, 'POST', '/resources', { body: { name: 'escape', source: 'clinic', query, key: ['id'] } });
      assert.equal(saved.status, 422);
      assert.match(saved.code, /^query\.(not-allowed|statements|schema|comment|syntax|unicode|positional)$/, saved.detail);
      assert.equal((await refusal(node, 'POST', '/resources/explain', { body: { source: 'clinic', query } })).code, saved.code, 'no more by explain');
      if (log !== undefined) assert.match(await database.pastTheNode(sql), log, 'the second line holds too');
    });
  }

  it('a query without end meets the time bound, and the node goes on', async () => {
    const parameters = [{ name: 'not_this', type: 'integer' }];
    const recursive = 'WITH RECURSIVE r AS (SELECT 1 AS id UNION ALL SELECT id + 1 FROM r) SELECT max(id) AS id FROM r WHERE id <> :not_this';
    const product = 'SELECT count(*) AS id FROM numbers a CROSS JOIN numbers b CROSS JOIN numbers c WHERE a.i + b.i + c.i <> :not_this';
    const query = { sql: type === 'postgres' ? recursive : product, parameters };
    await make(node, 'POST', '/resources', { body: { name: 'endless', source: 'clinic', query, key: ['id'] } });
    await publish(node, 'endless1', { resource: 'endless', fields: [{ name: 'id', type: 'varchar' }], parameters: [{ name: 'n', column: 'not_this', operator: 'eq', required: true }] });
    await giveGrant(node, '使用方', 'endless1');
    const started = performance.now();
    const { status, body } = await call('endless1', { n: '1' });
    assert.ok(status >= 500 && /超时|timeout|too long/.test(JSON.stringify(body)), JSON.stringify(body));
    assert.ok(performance.now() - started < 10_000);
  });
});

describe('the log-in of queries', needs('postgres'), () => {
  let node: StartedNode;
  let database: VisitsDatabase;
  before(async () => {
    [node, database] = await Promise.all([startNode({ engine: 'pglite' }), visitsOnPostgres()]);
    await make(node, 'POST', '/sources', { body: { name: 'clinic', type: 'postgres', settings: database.settings } });
  });
  after(async () => {
    await node.stop();
    await database[Symbol.asyncDispose]();
  });
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

describe('the log-in of queries on MariaDB', needs('mariadb'), () => {
  let node: StartedNode;
  let database: VisitsDatabase;
  before(async () => {
    [node, database] = await Promise.all([startNode({ engine: 'pglite' }), visitsOnMariadb()]);
    await make(node, 'POST', '/sources', { body: { name: 'clinic', type: 'mysql', settings: database.settings } });
  });
  after(async () => {
    await node.stop();
    await database[Symbol.asyncDispose]();
  });

  const grants: readonly (readonly [title: string, what: string])[] = [
    ['FILE', 'FILE ON *.*'],
    ['PROCESS', 'PROCESS ON *.*'],
    ['SELECT on every database', 'SELECT ON *.*'],
    ['INSERT on a table', 'INSERT ON numbers'],
    ['UPDATE of a column', 'UPDATE (age) ON visits'],
    ['EXECUTE of a function', 'EXECUTE ON FUNCTION also_ours'],
    ['SELECT on another database', 'SELECT ON mysql.*'],
  ];
  for (const [title, what] of grants) {
    it(`${title} is refused when the source is tested, and when a query is added`, async () => {
      await database.run(`GRANT ${what} TO ${database.queryUser}`);
      try {
        const tested = await refusal(node, 'POST', '/sources/test', { body: { type: 'mysql', settings: database.settings } });
        assert.equal(tested.code, 'query.log-in');
        assert.ok(!/IDENTIFIED|\*[0-9A-F]{40}/.test(tested.detail));
        const added = await refusal(node, 'POST', '/resources', { body: { name: 'late', source: 'clinic', query: { sql: 'SELECT id FROM visits', parameters: [] }, key: ['id'] } });
        assert.equal(added.code, 'query.log-in');
      } finally {
        await database.run(`REVOKE ${what} FROM ${database.queryUser}`);
      }
      await make(node, 'POST', '/sources/test', { body: { type: 'mysql', settings: database.settings } });
    });
  }

  it('a role, and the source’s own log-in, are refused', async () => {
    const own = await refusal(node, 'POST', '/sources/test', { body: { type: 'mysql', settings: { ...database.settings, queryUser: database.settings['user'], queryPassword: '' } } });
    assert.equal(own.code, 'query.log-in');
    const role = `${database.queryUser}_r`;
    await database.run(`CREATE ROLE ${role}`, `GRANT ${role} TO ${database.queryUser}`);
    try {
      assert.equal((await refusal(node, 'POST', '/sources/test', { body: { type: 'mysql', settings: database.settings } })).code, 'query.log-in');
    } finally {
      await database.run(`DROP ROLE ${role}`);
    }
  });
});
