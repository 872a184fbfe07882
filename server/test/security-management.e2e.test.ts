import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Json } from './support/management.ts';
import { startNode, type StartedNode } from './support/node.ts';
import { callObservers, granted, observers, shareObservers, shown } from './support/observers.ts';
import { make, newHolder } from './support/sharing.ts';

let node: StartedNode;
let appkey: string;
let subject: string;

before(async () => {
  node = await startNode({ engine: 'pglite' });
  await shareObservers(node);
  appkey = (await granted(node, '正常使用方', {})).appkey;
  subject = (await newHolder(node, '待授权使用方')).id;
});
after(() => node.stop());

afterEach(async () => {
  assert.equal(node.process.exitCode, null);
  const { body } = await callObservers(node, appkey);
  assert.deepEqual(body.data, observers.map(shown));
});

async function send(method: string, path: string, body: string | Uint8Array | undefined, headers: Readonly<Record<string, string>> = { 'content-type': 'application/json' }): Promise<{ status: number; type: string; body: Json }> {
  const response = await fetch(`${node.managementUrl}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${node.operatorToken}`, ...(body === undefined ? {} : headers) },
    ...(body === undefined ? {} : { body: new Uint8Array(Buffer.from(body)) }),
  });
  return { status: response.status, type: response.headers.get('content-type') ?? '', body: await response.json() };
}

const nested = (open: string, close: string, levels: number, heart = '1'): string => open.repeat(levels) + heart + close.repeat(levels);
const rule = (levels: number): string => nested('{"not":', '}', levels, '{"column":"station","eq":"x"}');
const grantOf = (rows: string): string => `{"subject":"${subject}","product":"observers1","terms":{"policy":{"rows":${rows}}}}`;

describe('bodies that the management API is sent', () => {
  const cases: readonly (readonly [title: string, body: () => string | Uint8Array, status: number, code: string, headers?: Readonly<Record<string, string>>])[] = [
    ['200,000 levels of arrays', () => nested('[', ']', 200_000), 400, 'request.json.depth'],
    ['200,000 levels never closed', () => '['.repeat(200_000), 400, 'request.json.depth'],
    ['100,000 levels of objects', () => nested('{"a":', '}', 100_000), 400, 'request.json.depth'],
    ['a rule of 100,000 nots', () => grantOf(rule(100_000)), 400, 'request.json.depth'],
    ['a rule of 65 nots', () => grantOf(rule(65)), 400, 'request.json.depth'],
    ['a rule of 20 nots', () => grantOf(rule(20)), 422, 'policy.unenforceable'],
    ['a rule of 20,000 conditions', () => grantOf(`{"any":[${Array.from({ length: 20_000 }, () => '{"column":"station","eq":"x"}').join(',')}]}`), 400, 'request.invalid'],
    ['a rule with __proto__', () => grantOf('{"__proto__":{"column":"station","eq":"x"}}'), 400, 'request.malformed'],
    ['a policy with constructor', () => `{"subject":"${subject}","product":"observers1","terms":{"policy":{"constructor":{"prototype":{"x":1}}}}}`, 400, 'request.malformed'],
    ['a policy with prototype', () => `{"subject":"${subject}","product":"observers1","terms":{"policy":{"prototype":{"x":1}}}}`, 400, 'request.invalid'],
    ['__proto__ in the body', () => `{"__proto__":{"role":"manager"},"subject":"${subject}","product":"observers1"}`, 400, 'request.malformed'],
    ['no JSON', () => '{subject}', 400, 'request.malformed'],
    ['an array', () => '[]', 400, 'request.invalid'],
    ['nothing', () => '', 400, 'request.malformed'],
    ['XML', () => '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', 415, 'request.media-type', { 'content-type': 'application/xml' }],
    ['JSON that says it is text', () => grantOf('{"column":"station","eq":"x"}'), 415, 'request.media-type', { 'content-type': 'text/plain' }],
    ['a form', () => 'subject=x', 415, 'request.media-type', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['more than a megabyte', () => `{"subject":"${'x'.repeat(1_100_000)}"}`, 413, 'request.too-large'],
    ['a gzip bomb', () => gzipSync(Buffer.alloc(30_000_000, 0x20)), 400, 'request.malformed', { 'content-type': 'application/json', 'content-encoding': 'gzip' }],
    ['bytes that are not UTF-8', () => Buffer.concat([Buffer.from('{"subject":"'), Buffer.from([0xff]), Buffer.from('"}')]), 400, 'request.malformed'],
    ['NUL in a text', () => grantOf('{"column":"station","eq":"a\\u0000b"}'), 400, 'request.text'],
    ['a lone surrogate in a text', () => grantOf('{"column":"station","eq":"\\ud800"}'), 400, 'request.text'],
    ['NUL in a name', () => `{"subject":"a\\u0000","product":"observers1"}`, 400, 'request.text'],
  ];
  for (const [title, body, status, code, headers] of cases) {
    it(`[NDI-8.2c] ${title}: ${code}`, async () => {
      const answer = await send('POST', '/grants', body(), headers);
      assert.match(answer.type, /^application\/problem\+json/);
      assert.deepEqual([answer.status, answer.body.code], [status, code], JSON.stringify(answer.body).slice(0, 300));
    });
  }

  it('[NDI-8.2c] no text with NUL or a lone surrogate reaches the database by any route', async () => {
    for (const text of ['a\u0000b', 'a\ud800b']) {
      const bodies: readonly (readonly [string, string, Json])[] = [
        ['POST', '/session', { name: text, password: text }],
        ['POST', '/users', { name: 'someone', displayName: text, role: 'auditor' }],
        ['POST', '/subjects', { name: text, kind: 'application' }],
        ['POST', '/subjects', { name: '好', kind: 'application', unit: text }],
        ['POST', '/sources', { name: 'x', type: text, settings: {} }],
        ['POST', '/sources/test', { type: 'postgres', settings: { host: '127.0.0.1', port: 9, database: text, user: 'x' } }],
        ['POST', '/resources', { name: 'x', source: text, table: 'x' }],
        ['POST', '/resources', { name: 'x', source: 'hosted', table: 'observers', title: text }],
        ['POST', '/explain', { subject: text, product: 'observers1' }],
        ['POST', '/explain', { subject, product: 'observers1', parameters: { [text]: 'x' } }],
        ['POST', '/preview', { subject, product: text }],
      ];
      for (const [method, path, body] of bodies) {
        const answer = await send(method, path, JSON.stringify(body));
        assert.deepEqual([answer.status, answer.body.code], [400, 'request.text'], `${path} ${JSON.stringify(answer.body)}`);
      }
    }
  });

  it('[NDI-8.2c] nor by a query or a path', async () => {
    const queries = ['journal?product', 'journal?actor', 'journal?subject', 'journal?requestId', 'journal?cursor', 'grants?subject', 'grants?product', 'usage?product', 'usage?subject', 'products?cursor', 'subjects?cursor'];
    for (const query of queries) {
      const answer = await send('GET', `/${query}=a%00b`, undefined);
      assert.equal(answer.status, 400, `${query} ${JSON.stringify(answer.body)}`);
    }
    for (const path of ['subjects', 'products', 'sources', 'resources', 'grants', 'users']) {
      assert.equal((await send('GET', `/${path}/a%00b`, undefined)).status, 400, path);
      assert.equal((await send('GET', `/${path}/a%ff`, undefined)).status, 400, path);
    }
    assert.equal((await send('DELETE', '/imports/a%00b', undefined)).status, 400);
  });

  it('[NDI-8.2c] a query parameter twice is refused', async () => {
    for (const query of ['journal?limit=1&limit=2', 'journal?product=a&product=b', 'products?state=draft&state=published']) assert.equal((await send('GET', `/${query}`, undefined)).status, 400, query);
  });

  it('[NDI-8.2c] a cursor may hold anything and is refused, or leads to a page', async () => {
    for (const raw of ['k:a\0b', 'k:\ud800', 'k:', '', '[1,2,3]', 'k:' + '9'.repeat(300), '\xff\xfe']) {
      const cursor = Buffer.from(raw, 'latin1').toString('base64url');
      for (const path of ['products', 'sources', 'resources', 'grants', 'subjects', 'users', 'journal', 'notices']) {
        const { status } = await send('GET', `/${path}?cursor=${cursor}`, undefined);
        assert.ok(status === 200 || status === 400, `${path} ${JSON.stringify(raw)}: ${status}`);
      }
    }
  });
});

describe('definitions with the names of what every object has', () => {
  it('[NDI-8.2c] __proto__, constructor and toString as columns and fields are columns and fields', async () => {
    const names = ['constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf'];
    const query = new URLSearchParams({ name: 'objects' }).toString();
    await make(node, 'POST', `/imports?${query}`, { body: `id,__proto__,${names.join(',')}\n1,p,${names.join(',')}\n`, headers: { 'content-type': 'text/csv' } });
    await make(node, 'POST', '/resources', { body: { name: 'objects', source: 'hosted', table: 'objects' } });
    const { definition } = await make(node, 'GET', '/products/observers1');
    const fields = [...names.map((name) => ({ name, column: name, type: 'varchar' })), { name: 'proto', column: '__proto__', type: 'varchar' }];
    const made = await make(node, 'POST', '/products', { body: { code: 'objects1', definition: { ...definition, resource: 'objects', fields, parameters: [{ name: 'constructor', column: 'constructor', operator: 'eq' }], order: [] } } });
    await make(node, 'POST', '/products/objects1/publish', { etag: `"${made.version}"` });
    const { appkey: key, id } = await newHolder(node, '对象使用方');
    await make(node, 'POST', '/grants', { body: { subject: id, product: 'objects1', terms: { policy: { columns: ['constructor', 'proto'], rows: { column: '__proto__', eq: 'p' }, masks: [{ field: 'proto', kind: 'fixed', value: '*' }] } } } });
    const response = await fetch(`${node.dataUrl}/gov/v1/objects1?appkey=${key}&constructor=constructor`);
    assert.deepEqual(((await response.json()) as Json).data, [{ constructor: 'constructor', proto: '*' }]);
    const refused = await fetch(`${node.dataUrl}/gov/v1/objects1?appkey=${key}&toString=x`);
    assert.equal(((await refused.json()) as Json).code, 'policy.parameter.unknown');
  });

  it('[NDI-8.2c] a policy that hides behind the name of an object’s own is refused', async () => {
    for (const policy of [{ rows: { column: 'toString', eq: 'x' } }, { region: { lon: 'constructor', lat: 'lat', box: [0, 0, 1, 1] } }, { masks: [{ field: 'valueOf', kind: 'hash' }] }, { columns: ['hasOwnProperty'] }]) {
      const answer = await send('POST', '/grants', JSON.stringify({ subject, product: 'observers1', terms: { policy } }));
      assert.deepEqual([answer.status, answer.body.code], [422, 'policy.unenforceable'], JSON.stringify(policy));
    }
  });
});
