import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Json } from './support/management.ts';
import { startNode, type StartedNode } from './support/node.ts';
import { callObservers, granted, observerProduct, shareObservers } from './support/observers.ts';
import { giveGrant, make, newHolder, publish, refusal } from './support/sharing.ts';

let node: StartedNode;
before(async () => {
  node = await startNode({ engine: 'pglite' });
  await shareObservers(node);
});
after(() => node.stop());

const explain = (subject: string, question: Json = {}): Promise<Json> => make(node, 'POST', '/explain', { body: { subject, product: 'observers1', ...question } });

interface Case {
  readonly title: string;
  readonly policy: Json;
  readonly period?: Json;
  readonly question: Json;
  readonly term: string;
  readonly code: string;
}

const cases: readonly Case[] = [
  { title: 'validity', policy: {}, period: { validTo: '2020-01-01' }, question: {}, term: 'validity', code: 'policy.validity.late' },
  { title: 'addresses', policy: { addresses: ['192.0.2.1'] }, question: { address: '127.0.0.1' }, term: 'addresses', code: 'policy.addresses' },
  { title: 'parameters', policy: {}, question: { parameters: { nothing: '1' } }, term: 'parameters', code: 'policy.parameter.unknown' },
  { title: 'columns', policy: { columns: ['id'] }, question: { parameters: { phone: '13800000001' } }, term: 'columns', code: 'policy.columns.parameter' },
  { title: 'masks', policy: { masks: [{ field: 'phone', kind: 'hash' }] }, question: { parameters: { phone: '13800000001' } }, term: 'masks', code: 'policy.masks.parameter' },
  { title: 'paging', policy: {}, question: { page: { offset: 0, limit: 100_000 } }, term: 'paging', code: 'policy.paging.limit' },
];

describe('explain', () => {
  for (const { title, policy, period, question, term, code } of cases) {
    it(`[AGR-8.3d] names the term that decides, and a caller meets the same: ${title}`, async () => {
      const { name, appkey } = await granted(node, `说明 ${title}`, policy, period);
      const told = await explain(name, question);
      assert.deepEqual([told.allowed, told.term, told.code], [false, term, code]);
      assert.ok(told.terms.some((verdict: Json) => verdict.term === term && verdict.verdict === 'deny'), JSON.stringify(told.terms));
      const page = question.page === undefined ? {} : { pageNum: '1', pageSize: String(question.page.limit) };
      const { body } = await callObservers(node, appkey, { ...question.parameters, ...page });
      assert.equal(body.code, code);
      assert.equal(body.msg, told.message);
    });
  }

  it('[AGR-8.3d] without an address the allow list is left out, at another time the answer is another', async () => {
    const { name } = await granted(node, '将来使用方', { addresses: ['192.0.2.1'] }, { validFrom: '2030-01-01', validTo: '2031-01-01' });
    assert.equal((await explain(name)).term, 'validity');
    assert.equal((await explain(name, { at: '2030-06-01' })).allowed, true);
    assert.equal((await explain(name, { at: '2030-06-01', address: '192.0.2.2' })).term, 'addresses');
    assert.equal((await explain(name, { at: '2030-06-01', address: '192.0.2.1' })).allowed, true);
  });

  it('[AGR-8.3d] before the policy: no grant, no key, a disabled subject, a product that is not published', async () => {
    const stranger = await newHolder(node, '陌生使用方');
    assert.deepEqual([(await explain(stranger.id)).term, (await explain(stranger.id)).code], ['grant', 'grant.none']);
    const { id, version } = await make(node, 'POST', '/subjects', { body: { name: '无钥使用方', kind: 'application' } });
    assert.equal((await explain(id)).term, 'credential');
    await make(node, 'PATCH', `/subjects/${id}`, { etag: `"${version}"`, body: { disabled: true } });
    assert.equal((await explain(id)).term, 'subject');
    const { definition } = await make(node, 'GET', '/products/observers1');
    await make(node, 'POST', '/products', { body: { code: 'draft1', definition } });
    const told = await make(node, 'POST', '/explain', { body: { subject: stranger.id, product: 'draft1' } });
    assert.deepEqual([told.allowed, told.term], [false, 'product']);
  });

  it('judges credentials by what is live, whatever the draft of the next version asks for', async () => {
    await publish(node, 'moving1', observerProduct());
    const holder = await newHolder(node, '有钥使用方');
    await giveGrant(node, holder.name, 'moving1');
    const { definition, version } = await make(node, 'GET', '/products/moving1');
    const ask = (): Promise<Json> => make(node, 'POST', '/explain', { body: { subject: holder.name, product: 'moving1' } });
    const changed = await make(node, 'PUT', '/products/moving1', { etag: `"${version}"`, body: { definition: { ...definition, authentication: ['signature'] } } });
    assert.equal((await ask()).allowed, true);
    await make(node, 'POST', '/products/moving1/publish', { etag: `"${changed.version}"` });
    assert.deepEqual([(await ask()).term, (await ask()).code], ['credential', 'credential.invalid']);
  });

  it('refuses what is no address: it would be judged as one that no list holds', async () => {
    const { name } = await granted(node, '地址使用方', { addresses: ['192.0.2.0/24'] });
    for (const address of ['1.2.3', '192.0.2.256', 'localhost', '192.0.2.0/24', '']) {
      const told = await refusal(node, 'POST', '/explain', { body: { subject: name, product: 'observers1', address } });
      assert.deepEqual([told.status, told.code], [400, 'explain.address'], address);
    }
    assert.equal((await explain(name, { address: '::ffff:192.0.2.7' })).allowed, true);
  });

  it('tells, as the answer to the one who gives the grant does, that rows come in the order of a masked key', async () => {
    await make(node, 'POST', '/resources', { body: { name: 'people', source: 'hosted', table: 'observers', key: ['idcard'] } });
    await publish(node, 'people1', observerProduct({ resource: 'people' }));
    const holder = await newHolder(node, '哈希使用方');
    const given = await giveGrant(node, holder.name, 'people1', { masks: [{ field: 'idcard', kind: 'hash' }] });
    assert.match(given.warnings.join(), /^行按键列 idcard 的原值排序/);
    const told = await make(node, 'POST', '/explain', { body: { subject: holder.name, product: 'people1' } });
    assert.deepEqual([told.allowed, told.terms.filter(({ note }: Json) => note === given.warnings[0]).length], [true, 1]);
    const terms = { policy: {}, validFrom: null, validTo: null };
    assert.deepEqual((await make(node, 'PUT', `/grants/${given.id}`, { etag: `"${given.version}"`, body: terms })).warnings, []);
    assert.equal((await make(node, 'GET', `/grants/${given.id}`)).warnings, undefined, 'the holder may see the grant');
  });

  it('makes no call: nothing in the journal of calls, no quota used', async () => {
    const { name, id } = await granted(node, '限次使用方', { quotas: [{ per: 'total', unit: 'calls', limit: 3 }] });
    for (let round = 0; round < 5; round += 1) {
      const told = await explain(name);
      assert.equal(told.allowed, true);
      assert.deepEqual(told.quotas.map(({ unit, limit, leased }: Json) => ({ unit, limit, leased })), [{ unit: 'calls', limit: 3, leased: 0 }]);
    }
    assert.deepEqual((await make(node, 'GET', `/journal?subject=${id}&stream=business`)).items, []);
    assert.deepEqual((await make(node, 'GET', `/usage?subject=${id}`)).items, []);
  });

  it('shows names and operators of parameters, never their values', async () => {
    const { name } = await granted(node, '保密使用方', {});
    const told = await explain(name, { parameters: { phone: '13800000001' } });
    assert.equal(told.allowed, true);
    assert.ok(!JSON.stringify(told).includes('13800000001'));
  });
});

describe('preview', () => {
  it('[NDI-6.2.3c] shows the rows as the grant would see them, and says which columns are masked', async () => {
    const policy = { columns: ['id', 'observer'], rows: { column: 'station', eq: '赤湾' }, masks: [{ field: 'observer', kind: 'partial', preset: 'name' }] };
    const { name, appkey } = await granted(node, '预览使用方', policy);
    const { columns, rows } = await make(node, 'POST', '/preview', { body: { subject: name, product: 'observers1', limit: 50 } });
    assert.deepEqual(columns, [{ name: 'id', type: 'int', masked: false }, { name: 'observer', type: 'varchar', masked: true }]);
    const { body } = await callObservers(node, appkey);
    assert.deepEqual(rows, body.data.map((row: Json) => [String(row.id), row.observer]));
    assert.deepEqual(rows, [['1', '张*'], ['2', '李**']]);
  });

  it('takes no quota, stands in the journal as the operator’s own act, and keeps sensitive values out of it', async () => {
    const { name, id } = await granted(node, '预览限次使用方', { quotas: [{ per: 'total', unit: 'calls', limit: 1 }] });
    const asked = { subject: name, product: 'observers1', parameters: { phone: '13900000003' } };
    for (let round = 0; round < 3; round += 1) assert.equal((await make(node, 'POST', '/preview', { body: asked })).rows.length, 1);
    assert.equal((await explain(name)).quotas[0].leased, 0);
    const { items } = await make(node, 'GET', `/journal?subject=${id}&stream=operation`);
    const previews = items.filter(({ event }: Json) => event === 'product.preview');
    assert.equal(previews.length, 3);
    assert.deepEqual([previews[0].actor, previews[0].rows, JSON.parse(previews[0].details)], ['operator', 1, { phone: '***' }]);
  });

  it('refuses the conditions that a call is refused, and more than 50 rows', async () => {
    const { name } = await granted(node, '预览受限使用方', { columns: ['id'] });
    const asked = { subject: name, product: 'observers1' };
    assert.equal((await refusal(node, 'POST', '/preview', { body: { ...asked, parameters: { phone: '1' } } })).code, 'policy.columns.parameter');
    assert.equal((await refusal(node, 'POST', '/preview', { body: { ...asked, limit: 51 } })).code, 'request.invalid');
    assert.equal((await refusal(node, 'POST', '/preview', { body: { ...asked, subject: (await newHolder(node, '无授权预览')).name } })).code, 'grant.none');
  });
});
