import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import pg from 'pg';
import { createDatabase, dropDatabase } from './support/database.ts';
import { manage, type Json } from './support/management.ts';
import { startNode, type StartedNode } from './support/node.ts';
import { callObservers, granted, observers, shareObservers, shown } from './support/observers.ts';
import { needs } from './support/services.ts';
import { addPostgres, giveGrant, hostTable, make, newHolder, publish, settingsOf } from './support/sharing.ts';

const attacks = [
  "'; DROP TABLE hosted_tables; --",
  "' OR '1'='1",
  "赤湾' UNION SELECT password_hash FROM users --",
  "1); SELECT pg_sleep(20); --",
  '$1',
  '"; DELETE FROM journal; --',
  "\\'; COMMIT; DROP TABLE grants CASCADE; --",
  "E'\\x27",
  '1/**/OR/**/1=1',
  "2026-01-01'::text; --",
] as const;

/** What only the inside knows; a caller must never read it. */
const inside = /syntax error|pg_catalog|relation "|node_modules|\.ts:\d|at character/;

let node: StartedNode;
let appkey: string;

before(async () => {
  node = await startNode({ engine: 'pglite' });
  await shareObservers(node);
  appkey = (await granted(node, '正常使用方', {})).appkey;
});
after(() => node.stop());

/** After every attack: the node runs, and a normal call gives all that it gave. */
afterEach(async () => {
  assert.equal(node.process.exitCode, null);
  const { body } = await callObservers(node, appkey);
  assert.deepEqual(body.data, observers.map(shown));
});

async function tell(method: string, path: string, body?: Json, etag?: string): Promise<{ status: number; body: Json; ms: number }> {
  const begun = performance.now();
  const answer = await manage(node)(method, path, { ...(body === undefined ? {} : { body }), ...(etag === undefined ? {} : { etag }) });
  assert.notEqual(answer.status, 500, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  assert.doesNotMatch(JSON.stringify(answer.body), inside);
  return { status: answer.status, body: answer.body, ms: performance.now() - begun };
}

describe('SQL in the parameters of a call', () => {
  for (const [name, accepts] of [['station', true], ['who', true], ['phone', true], ['least', false], ['since', false], ['until', false]] as const) {
    it(`[NDI-8.2c] ${name}: is a value that no row has, or is no value at all`, async () => {
      for (const attack of attacks) {
        const begun = performance.now();
        const { status, body } = await callObservers(node, appkey, { [name]: attack });
        assert.ok(performance.now() - begun < 15_000);
        if (accepts) assert.deepEqual([status, body.data], [200, []], attack);
        else assert.deepEqual([status, body.code], [400, 'policy.parameter.form'], attack);
        assert.doesNotMatch(JSON.stringify(body), inside);
      }
    });
  }

  it('[NDI-8.2c] names of parameters, codes of products, page numbers, keys, on both faces', async () => {
    for (const attack of attacks) {
      const text = encodeURIComponent(attack);
      const calls: readonly (readonly [string, string])[] = [
        [`/observers1?appkey=${appkey}&${text}=1`, 'policy.parameter.unknown'],
        [`/observers1?appkey=${appkey}&pageNum=1&pageSize=${text}`, 'page.number'],
        [`/observers1?appkey=${appkey}&pageSize=1&pageNum=${text}`, 'page.number'],
        [`/observers1?appkey=${text}`, 'credential.invalid'],
        [`/${text}?appkey=${appkey}`, 'product.unknown'],
      ];
      for (const [target, code] of calls) {
        const gov = await fetch(`${node.dataUrl}/gov/v1${target}`);
        const body = (await gov.json()) as Json;
        assert.deepEqual([body.success, body.code], [false, code], target);
        const sea = (await (await fetch(`${node.dataUrl}/szsea/api/sharing${target}`)).json()) as Json;
        assert.equal(sea.success, false, target);
        for (const answer of [body, sea]) assert.doesNotMatch(JSON.stringify(answer), inside);
      }
    }
  });

  it('[NDI-8.2c] a value that looks like SQL is found where it stands in the data', async () => {
    await hostTable(node, 'quotes', `id,note\n${attacks.map((attack, index) => `${index},"${attack.replaceAll('"', '""')}"`).join('\n')}`);
    await publish(node, 'quotes1', { resource: 'quotes', fields: [{ name: 'id', type: 'int' }, { name: 'note', type: 'varchar' }], parameters: [{ name: 'note', column: 'note', operator: 'eq' }, { name: 'part', column: 'note', operator: 'like' }] });
    const holder = await newHolder(node, '引号使用方');
    await giveGrant(node, holder.name, 'quotes1');
    for (const [index, attack] of attacks.entries()) {
      for (const name of ['note', 'part']) {
        const answer = (await (await fetch(`${node.dataUrl}/gov/v1/quotes1?${new URLSearchParams({ appkey: holder.appkey, [name]: attack }).toString()}`)).json()) as Json;
        assert.deepEqual(answer.data, [{ id: index, note: attack }]);
      }
    }
  });
});

describe('SQL in what operators enter', () => {
  it('[NDI-8.2c] names of sources, resources, tables, products, subjects', async () => {
    const { definition } = await make(node, 'GET', '/products/observers1');
    for (const attack of attacks) {
      assert.equal((await tell('POST', '/sources', { name: attack, type: 'postgres', settings: {} })).status, 400);
      assert.equal((await tell('POST', '/resources', { name: attack, source: 'hosted', table: 'observers' })).status, 400);
      assert.equal((await tell('POST', '/resources', { name: 'attack', source: attack, table: 'observers' })).status, 404);
      assert.equal((await tell('POST', '/resources', { name: 'attack', source: 'hosted', table: attack })).body.code, 'resource.table.unknown');
      assert.ok((await tell('POST', '/products', { code: attack, definition })).status >= 400);
      for (const path of ['/subjects', '/products', '/sources', '/resources', '/grants', '/users', '/imports']) {
        const { status } = await tell(path === '/imports' ? 'DELETE' : 'GET', `${path}/${encodeURIComponent(attack)}`);
        assert.equal(status, 404, `${path} ${attack}`);
      }
    }
  });

  it('[NDI-8.2c] columns of definitions and policies: not one that the resource has', async () => {
    const { definition } = await make(node, 'GET', '/products/observers1');
    for (const [index, attack] of attacks.entries()) {
      const bad: readonly Json[] = [
        { fields: [{ name: 'x', column: attack, type: 'varchar' }] },
        { parameters: [{ name: 'x', column: attack, operator: 'eq' }] },
        { order: [{ column: attack }] },
        { policy: { rows: { column: attack, eq: 'x' } } },
        { policy: { region: { lon: attack, lat: 'lat', box: [0, 0, 1, 1] } } },
        { policy: { time: { column: attack, from: '2026-01-01' } } },
      ];
      for (const [place, changes] of bad.entries()) {
        const code = `attack${index}x${place}`;
        const made = await tell('POST', '/products', { code, definition: { ...definition, ...changes } });
        const refused = made.status === 201 ? await tell('POST', `/products/${code}/publish`, undefined, `"${made.body.version}"`) : made;
        assert.equal(refused.status, 422);
        assert.match(refused.body.code, /^(shape|policy)\./);
      }
    }
  });

  it('[NDI-8.2c] literals of policies are values', async () => {
    for (const [index, attack] of attacks.entries()) {
      const { appkey: key } = await granted(node, `条件使用方${index}`, { rows: { any: [{ column: 'station', eq: attack }, { column: 'observer', like: attack }, { column: 'phone', in: [attack] }] }, masks: [{ field: 'email', kind: 'fixed', value: attack }] });
      assert.deepEqual((await callObservers(node, key)).body.data, []);
      const { appkey: other } = await granted(node, `掩码使用方${index}`, { columns: ['email'], masks: [{ field: 'email', kind: 'fixed', value: attack }] });
      assert.deepEqual((await callObservers(node, other)).body.data, observers.map(() => ({ email: attack })));
    }
  });

  it('[NDI-8.2c] settings of sources', async () => {
    for (const attack of attacks) {
      for (const name of ['timeZone', 'tls', 'charset']) {
        const { status } = await tell('POST', '/sources/test', { type: 'postgres', settings: { host: '127.0.0.1', port: 9, database: 'x', user: 'x', [name]: attack } });
        assert.equal(status, 422, name);
      }
    }
  });

  it('[NDI-8.2c] headers and cells of a file, and its name', async () => {
    const header = attacks.map((attack) => `"${attack.replaceAll('"', '""')}"`).join(',');
    await hostTable(node, 'headers', `n,${header}\n1,${header}\n`);
    await publish(node, 'headers1', { resource: 'headers', fields: attacks.map((column, index) => ({ name: `a${index}`, column, type: 'varchar' })), parameters: [{ name: 'a0', column: attacks[0], operator: 'eq' }], order: [{ column: attacks[1] }] });
    const holder = await newHolder(node, '表头使用方');
    await giveGrant(node, holder.name, 'headers1', { rows: { column: attacks[2], eq: attacks[2] } });
    const answer = (await (await fetch(`${node.dataUrl}/gov/v1/headers1?${new URLSearchParams({ appkey: holder.appkey, a0: attacks[0] }).toString()}`)).json()) as Json;
    assert.deepEqual(answer.data, [Object.fromEntries(attacks.map((attack, index) => [`a${index}`, attack]))]);
    for (const attack of attacks) {
      const query = new URLSearchParams({ name: attack }).toString();
      const refused = await manage(node)('POST', `/imports?${query}`, { body: 'a\n1\n', headers: { 'content-type': 'text/csv' } });
      assert.deepEqual([refused.status, refused.body.code], [422, 'hosted.name']);
      const columns = new URLSearchParams({ name: 'harmless', columns: JSON.stringify([{ name: attack, type: 'text' }]), indexes: JSON.stringify([[attack]]) }).toString();
      assert.equal((await manage(node)('POST', `/imports?${columns}`, { body: 'a\n1\n', headers: { 'content-type': 'text/csv' } })).status, 422);
    }
  });

  it('[NDI-8.2c] filters and cursors of lists and of the journal', async () => {
    for (const attack of attacks) {
      const text = encodeURIComponent(attack);
      for (const filter of ['requestId', 'actor']) assert.deepEqual((await tell('GET', `/journal?${filter}=${text}`)).body.items, [], filter);
      const called = (await tell('GET', `/journal?product=${text}`)).body.items; // unknown codes were called above
      assert.deepEqual(called.filter(({ productCode }: Json) => productCode !== attack), []);
      for (const filter of ['from', 'to', 'result', 'stream', 'limit', 'nothing']) assert.equal((await tell('GET', `/journal?${filter}=${text}`)).status, 400, filter);
      assert.equal((await tell('GET', `/journal?subject=${text}`)).status, 404);
      const record = Buffer.from(JSON.stringify(['2026-01-01T00:00:00.000Z', attack, 0, 0])).toString('base64url');
      for (const cursor of [text, record]) assert.equal((await tell('GET', `/journal?cursor=${cursor}`)).body.code, 'journal.cursor.invalid');
      for (const path of ['/subjects', '/products', '/sources', '/resources', '/users', '/grants']) {
        const cursor = Buffer.from(`k:${attack}`).toString('base64url');
        const { status, body } = await tell('GET', `${path}?cursor=${cursor}`);
        assert.ok(status === 200 || /cursor/.test(body.code), `${path} ${status} ${JSON.stringify(body)}`);
      }
      assert.equal((await tell('GET', `/usage?from=${text}`)).status, 400);
      assert.equal((await tell('GET', `/usage?product=${text}`)).status, 404);
    }
  });
});

describe('a PostgreSQL source whose own names are SQL', needs('postgres'), () => {
  it('[NDI-8.2c] is read rightly', async () => {
    const url = await createDatabase();
    const client = new pg.Client(url);
    await client.connect();
    try {
      const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
      const [table, column, schema] = [attacks[5], attacks[0], "s'\";--"];
      await client.query(`CREATE SCHEMA ${quote(schema)}; CREATE TABLE ${quote(schema)}.${quote(table)} (id integer PRIMARY KEY, ${quote(column)} text)`);
      await client.query(`INSERT INTO ${quote(schema)}.${quote(table)} VALUES (1, $1), (2, NULL)`, [attacks[2]]);
      await addPostgres(node, url, 'strange');
      await make(node, 'POST', '/resources', { body: { name: 'strange', source: 'strange', schema, table } });
      await publish(node, 'strange1', { resource: 'strange', fields: [{ name: 'id', type: 'int' }, { name: 'x', column, type: 'varchar' }], parameters: [{ name: 'x', column, operator: 'eq' }] });
      const holder = await newHolder(node, '怪名使用方');
      await giveGrant(node, holder.name, 'strange1');
      for (const accept of ['application/json', 'text/csv']) {
        const text = await (await fetch(`${node.dataUrl}/gov/v1/strange1?${new URLSearchParams({ appkey: holder.appkey, x: attacks[2] }).toString()}`, { headers: { accept } })).text();
        assert.ok(text.includes(attacks[2]), text);
      }
      const refused = await tell('POST', '/sources/test', { type: 'postgres', settings: { ...settingsOf(url), user: "postgres' -c log_statement=all", database: attacks[0] } });
      assert.match(refused.body.code, /^source\./);
    } finally {
      await client.end();
      await dropDatabase(url); // takes the node's connections with it
    }
  });
});
