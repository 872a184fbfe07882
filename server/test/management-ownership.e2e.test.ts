import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { onStartedNodes } from './support/engines.ts';
import { manage, type Json } from './support/management.ts';
import { person, type Person } from './support/people.ts';
import { tideDefinition } from './support/tide-table.ts';

onStartedNodes('each sees and may do only its own', (bench) => {
  let people: Readonly<Record<'one' | 'two' | 'user' | 'stranger' | 'auditor', Person>>;
  const as = (who: keyof typeof people) => manage(bench.node, people[who].token);
  const names = (list: { body: Json }): string[] => list.body.items.map((item: { name?: string; code?: string; productCode?: string }) => item.name ?? item.code ?? item.productCode);

  before(async () => {
    const { node, api, table } = bench;
    people = {
      one: await person(node, 'provider1', 'provider', ['read', 'operate']),
      two: await person(node, 'provider2', 'provider', ['read', 'operate']),
      user: await person(node, 'consumer1', 'consumer', ['read', 'operate']),
      stranger: await person(node, 'consumer2', 'consumer', ['read', 'operate']),
      auditor: await person(node, 'auditor1', 'auditor', ['journal']),
    };
    const one = as('one');
    assert.equal((await one('POST', '/sources', { body: { name: 'src', type: 'postgres', settings: table.settings } })).status, 201);
    assert.equal((await one('POST', '/resources', { body: { name: '潮汐', source: 'src', table: 'tides' } })).status, 201);
    const draft = await one('POST', '/products', { body: { code: 'cxgc', definition: tideDefinition() } });
    assert.equal(draft.status, 201, JSON.stringify(draft.body));
    assert.equal((await one('POST', '/products/cxgc/publish', { etag: draft.headers.get('etag') })).status, 200);
    await api('POST', '/subjects', { body: { name: 'app', kind: 'application', ownerId: people.user.id } });
    const { secret: appkey } = (await api('POST', '/subjects/app/credentials', { body: {} })).body;
    await api('POST', '/grants', { body: { subject: 'app', product: 'cxgc' } });
    assert.equal((await fetch(`${node.dataUrl}/gov/v1/cxgc?appkey=${appkey}&pageSize=1`)).status, 200);
  });

  it('[SEA-4.1] a provider adds, publishes and lists his own; another provider finds none of it', async () => {
    for (const path of ['/sources', '/resources', '/products', '/grants']) {
      assert.equal((await as('one')('GET', path)).body.items.length, 1, path);
      assert.deepEqual((await as('two')('GET', path)).body.items, [], path);
    }
    const grant = (await bench.api('GET', '/grants')).body.items[0].id;
    const resource = `/resources/${encodeURIComponent('潮汐')}`;
    for (const [path, code] of [['/sources/src', 'source.unknown'], ['/sources/src/tables', 'source.unknown'], [resource, 'resource.unknown'], [`${resource}/definition`, 'resource.unknown'], ['/products/cxgc', 'product.unknown'], [`/grants/${grant}`, 'grant.unknown']] as const) {
      const { status, body } = await as('two')('GET', path);
      assert.deepEqual([status, body.code], [404, code], path);
      const mine = await as('one')('GET', path);
      assert.equal(mine.status, 200, path);
    }
  });

  it("another's thing is changed, removed, packaged and previewed like one that is not there", async () => {
    const two = as('two');
    const etag = '"1"';
    for (const [method, path, body] of [
      ['PATCH', '/sources/src', { settings: {} }], ['DELETE', '/sources/src', undefined], ['POST', '/sources/src/check', undefined],
      ['POST', '/resources', { name: 'mine', source: 'src', table: 'tides' }], ['DELETE', `/resources/${encodeURIComponent('潮汐')}`, undefined],
      ['POST', '/products', { definition: tideDefinition() }], ['PUT', '/products/cxgc', { definition: tideDefinition() }], ['POST', '/products/cxgc/withdraw', undefined], ['DELETE', '/products/cxgc', undefined],
      ['POST', '/explain', { subject: 'app', product: 'cxgc' }], ['POST', '/preview', { subject: 'app', product: 'cxgc' }],
    ] as const) {
      const { status, body: problem } = await two(method, path, { etag, ...(body === undefined ? {} : { body }) });
      assert.deepEqual([status, problem.title], [404, 'not-found'], `${method} ${path}`);
    }
    const one = as('one');
    assert.equal((await one('POST', '/explain', { body: { subject: 'app', product: 'cxgc' } })).body.allowed, true);
    assert.equal((await one('POST', '/preview', { body: { subject: 'app', product: 'cxgc', limit: 1 } })).body.rows.length, 1);
  });

  it("whether another's product or subject exists is not told: lists narrow to nothing, questions are answered alike", async () => {
    await bench.api('POST', '/subjects', { body: { name: 'ungranted', kind: 'application' } });
    for (const who of ['two', 'stranger'] as const) {
      for (const filter of ['product=cxgc', 'product=nowhere', 'subject=app', 'subject=nobody']) {
        for (const path of ['/grants', '/usage']) {
          const { status, body } = await as(who)('GET', `${path}?${filter}`);
          assert.deepEqual([status, body], [200, { items: [], next: null }], `${who} ${path}?${filter}`);
        }
      }
    }
    assert.equal((await bench.api('GET', '/grants?product=nowhere')).body.code, 'product.unknown');
    for (const path of ['/explain', '/preview']) {
      const [granted, none] = await Promise.all(['ungranted', 'nobody'].map((subject) => as('one')('POST', path, { body: { subject, product: 'cxgc' } })));
      assert.deepEqual([granted?.status, granted?.body.code], [404, 'grant.none']);
      assert.deepEqual([none?.status, none?.body.code, none?.body.detail], [404, 'grant.none', granted?.body.detail]);
    }
    const [another, missing] = await Promise.all(['app', 'nobody'].map((subject) => as('stranger')('GET', `/subjects/${subject}`)));
    assert.deepEqual([another?.status, another?.body.code, another?.body.detail], [404, 'identity.subject.unknown', missing?.body.detail]);
    assert.deepEqual([missing?.status, missing?.body.code], [404, 'identity.subject.unknown']);
  });

  it('grants are given by managers alone; imports, the journal and its export have their own roles', async () => {
    const forbidden = async (who: keyof typeof people, method: string, path: string, body?: object): Promise<void> => {
      const answer = await as(who)(method, path, body === undefined ? {} : { body });
      assert.deepEqual([answer.status, answer.body.title], [403, 'forbidden'], `${who} ${method} ${path}`);
    };
    const grant = (await bench.api('GET', '/grants')).body.items[0].id;
    await forbidden('one', 'POST', '/grants', { subject: 'app', product: 'cxgc' });
    await forbidden('one', 'POST', `/grants/${grant}/revoke`);
    await forbidden('one', 'GET', '/imports');
    await forbidden('one', 'DELETE', '/imports/x');
    await forbidden('one', 'GET', '/journal');
    await forbidden('one', 'GET', '/journal/export');
    await forbidden('user', 'GET', '/sources');
    await forbidden('user', 'GET', '/products');
    await forbidden('user', 'POST', '/explain', { subject: 'app', product: 'cxgc' });
    await forbidden('auditor', 'GET', '/sources');
    await forbidden('auditor', 'GET', '/grants');
    assert.equal((await as('auditor')('GET', '/journal?limit=1')).status, 200);
    assert.equal((await as('auditor')('GET', '/journal/export')).status, 200);
  });

  it('a consumer sees the grants and usage of his own subjects', async () => {
    assert.deepEqual(names(await as('user')('GET', '/grants')), ['cxgc']);
    assert.deepEqual(names(await as('stranger')('GET', '/grants')), []);
    const calls = async (who: keyof typeof people): Promise<number> => (await as(who)('GET', '/usage')).body.items.reduce((sum: number, item: { calls: number }) => sum + item.calls, 0);
    assert.deepEqual([await calls('user'), await calls('stranger'), await calls('one'), await calls('two'), await calls('auditor')], [1, 0, 1, 0, 1]);
  });

  it('a notice goes to whoever added the resource', async () => {
    await bench.table.query('ALTER TABLE tides RENAME COLUMN phone TO mobile');
    assert.match((await as('one')('POST', `/resources/${encodeURIComponent('潮汐')}/refresh`)).body.notice, /phone/);
    const [notice] = (await as('one')('GET', '/notices')).body.items;
    assert.equal(notice.about, '潮汐');
    assert.deepEqual((await as('two')('GET', '/notices')).body.items, []);
    assert.equal((await as('two')('POST', `/notices/${notice.id}/seen`)).body.code, 'notice.unknown');
    assert.equal((await as('one')('POST', `/notices/${notice.id}/seen`)).body.seen, true);
    assert.equal((await as('user')('GET', '/notices')).status, 403);
  });
});
