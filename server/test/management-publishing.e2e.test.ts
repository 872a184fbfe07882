import assert from 'node:assert/strict';
import { it } from 'node:test';
import { onStartedNodes } from './support/engines.ts';
import type { Json } from './support/management.ts';
import { tideDefinition } from './support/tide-table.ts';

onStartedNodes('from a table to a governed service interface', (bench) => {
  let appkey = '';
  const call = async (path: string): Promise<{ success: boolean; data: Record<string, unknown>[]; total?: number; msg: string }> =>
    (await fetch(`${bench.node.dataUrl}${path}${path.includes('?') ? '&' : '?'}appkey=${appkey}`)).json() as never;

  it('[AGR-7.2b] a table becomes a published interface without code, and [SEA-6.3] a grant and its key let callers in', async () => {
    const { api, table } = bench;
    const source = await api('POST', '/sources', { body: { name: '海洋库', type: 'postgres', settings: table.settings } });
    assert.equal(source.status, 201, JSON.stringify(source.body));
    const resource = await api('POST', '/resources', { body: { name: '潮汐', source: '海洋库', table: 'tides' } });
    assert.equal(resource.status, 201, JSON.stringify(resource.body));
    assert.equal(resource.body.title, '潮汐观测');
    assert.deepEqual(resource.body.key, ['id']);
    const suggested = await api('GET', `/resources/${encodeURIComponent('潮汐')}/definition`);
    assert.deepEqual(suggested.body.fields.map((field: { name: string; type: string; title: string }) => [field.name, field.type, field.title]), [
      ['id', 'int', ''], ['station', 'varchar', '站点'], ['f1', 'timestamp', '时间'], ['height', 'numeric', ''], ['phone', 'varchar', ''],
    ]);
    assert.deepEqual([suggested.body.parameters, suggested.body.order], [[], [{ column: 'id', direction: 'asc' }]]);

    const draft = await api('POST', '/products', { body: { code: 'cxgc', definition: tideDefinition() } });
    assert.equal(draft.status, 201, JSON.stringify(draft.body));
    assert.equal((await call('/szsea/api/sharing/cxgc')).success, false, 'a draft serves nobody');
    const published = await api('POST', '/products/cxgc/publish', { etag: draft.headers.get('etag') });
    assert.equal(published.status, 200, JSON.stringify(published.body));
    assert.equal(published.body.faces.sea, `${bench.node.dataUrl}/szsea/api/sharing/cxgc`);

    await api('POST', '/subjects', { body: { name: '预报应用', kind: 'application' } });
    appkey = (await api('POST', `/subjects/${encodeURIComponent('预报应用')}/credentials`, { body: {} })).body.secret;
    assert.equal((await call('/szsea/api/sharing/cxgc')).success, false, 'a key without a grant opens nothing');
    const grant = await api('POST', '/grants', {
      body: { subject: '预报应用', product: 'cxgc', terms: { policy: { rows: { column: 'station', eq: '香港' }, masks: [{ field: 'phone', kind: 'partial', preset: 'phone' }] } } },
    });
    assert.equal(grant.status, 201, JSON.stringify(grant.body));

    const answer = await call(`/szsea/api/sharing/cxgc?startTime=${encodeURIComponent('2026-01-02 00:00:00')}&pageNum=1&pageSize=2`);
    assert.deepEqual(answer.data, [
      { id: 24, station: '香港', time: '2026-01-02 00:00:00', height: 0.24, phone: '138****0024' },
      { id: 25, station: '香港', time: '2026-01-02 01:00:00', height: 0.25, phone: '138****0025' },
    ]);
    assert.equal(answer.total, 76);
    assert.equal((await fetch(published.body.faces.openapi)).status, 200);
    assert.equal((await fetch(`${published.body.faces.gov}?appkey=${appkey}&pageSize=1`)).status, 200);
  });

  it('a change is a new version beside the live one, which callers keep until it is published', async () => {
    const { api } = bench;
    const before = await api('GET', '/products/cxgc');
    const definition = tideDefinition({ fields: [{ name: 'id', column: 'id', type: 'int' }, { name: 'level', column: 'height', type: 'numeric' }], parameters: [], order: [] });
    const refused = await api('PUT', '/products/cxgc', { etag: before.headers.get('etag'), body: { definition: { ...definition, cap: 0 } } });
    assert.deepEqual([refused.status, refused.body.code], [400, 'request.invalid']);
    const changed = await api('PUT', '/products/cxgc', { etag: before.headers.get('etag'), body: { definition } });
    assert.equal(changed.status, 200, JSON.stringify(changed.body));
    assert.deepEqual([changed.body.liveVersion, changed.body.draftVersion], [1, 2]);
    assert.equal((await call('/szsea/api/sharing/cxgc?pageSize=1')).data[0]?.['station'], '香港', 'callers keep version 1');
    const live = await api('GET', '/products/cxgc?which=live');
    assert.equal(live.body.definition.fields.length, 5);

    await api('POST', '/subjects', { body: { name: '电话应用', kind: 'application' } });
    await api('POST', '/grants', { body: { subject: '电话应用', product: 'cxgc', terms: { policy: { columns: ['phone'] } } } });
    const unfit = (await api('GET', '/products/cxgc/check')).body.unfitGrants;
    const told = unfit.items.map(({ subjectName, state, denied, reasons }: Json) => [subjectName, state, denied, reasons.join().replace(/（.*| \(.*/, '')]).toSorted();
    assert.deepEqual([unfit.count, told], [2, [['电话应用', 'active', true, 'columns: 产品没有字段 phone'], ['预报应用', 'active', true, 'masks: 产品没有字段 phone，或已改名；请改正或删除该脱敏']]]);
    assert.equal((await api('GET', '/products/cxgc')).body.liveVersion, 1, 'a check changes nothing');

    const published = await api('POST', '/products/cxgc/publish', { etag: changed.headers.get('etag') });
    assert.equal(published.status, 200, JSON.stringify(published.body));
    assert.deepEqual(published.body.unfitGrants, unfit, 'publishing warns of the same');
    const denied = await call('/szsea/api/sharing/cxgc?pageSize=1');
    assert.deepEqual([denied.success, /masks/.test(denied.msg)], [false, true], 'the next call feels it: the masked field may live on under another name');
    const { id } = unfit.items.find((item: Json) => item.subjectName === '预报应用');
    const grant = await api('GET', `/grants/${id}`);
    const { masks: _, ...policy } = grant.body.policy;
    const mended = await api('PUT', `/grants/${id}`, { etag: grant.headers.get('etag'), body: { policy, validFrom: null, validTo: null } });
    assert.equal(mended.status, 200, JSON.stringify(mended.body));
    assert.deepEqual(Object.keys((await call('/szsea/api/sharing/cxgc?pageSize=1')).data[0] ?? {}), ['id', 'level']);
    const again = await api('POST', '/products/cxgc/publish', { etag: published.headers.get('etag') });
    assert.deepEqual([again.status, again.body.code], [409, 'product.published']);
  });

  it('[GOV-name] a name off the rule is refused with the rule', async () => {
    const { status, body } = await bench.api('POST', '/products', { body: { definition: tideDefinition({ name: '潮汐 数据' }) } });
    assert.deepEqual([status, body.code], [422, 'product.name.rule']);
    assert.equal(body.details.faults.length, 4, 'provider first, class word last, the resource between, letters only');
    assert.match(body.detail, /深圳市海洋中心.*查询/);
  });

  it('[GOV-code] the node gives codes by the rule, unique also under concurrency, and explains those that break it', async () => {
    const { api } = bench;
    const made = await Promise.all(Array.from({ length: 5 }, () => api('POST', '/products', { body: { definition: tideDefinition() } })));
    assert.deepEqual(made.map(({ body }) => String(body.code)).toSorted(), [1, 2, 3, 4, 5].map((n) => `s_440300_${n}`));
    for (const code of ['s_110000_1', 's_440300_x', 'S-1', 'ab', '../x']) {
      const { status, body } = await api('POST', '/products', { body: { code, definition: tideDefinition() } });
      assert.deepEqual([status, body.code], [422, 'product.code.rule'], code);
    }
    const taken = await api('POST', '/products', { body: { code: 's_440300_1', definition: tideDefinition() } });
    assert.deepEqual([taken.status, taken.body.code], [409, 'product.code.taken']);
    for (const { headers, body } of made) assert.equal((await api('DELETE', `/products/${body.code}`, { etag: headers.get('etag') })).status, 204);
  });

  it('a policy term that cannot be enforced is refused at publishing, each by name', async () => {
    const { api } = bench;
    const policy = { rows: { column: 'nosuch', eq: 1 }, masks: [{ field: 'phone', kind: 'date', unit: 'year' }] };
    const draft = await api('POST', '/products', { body: { code: 'broken', definition: tideDefinition({ policy }) } });
    assert.equal(draft.status, 201, 'a draft may be unfinished');
    const refused = await api('POST', '/products/broken/publish', { etag: draft.headers.get('etag') });
    assert.deepEqual([refused.status, refused.body.code], [422, 'policy.unenforceable']);
    assert.deepEqual(refused.body.details.terms.toSorted(), ['masks', 'rows']);
    const checked = await api('GET', '/products/broken/check');
    assert.deepEqual([checked.status, checked.body.details], [refused.status, refused.body.details]);
    assert.equal((await api('GET', '/products/broken')).body.state, 'draft');
    const unknownTerm = await api('PUT', '/products/broken', { etag: draft.headers.get('etag'), body: { definition: tideDefinition({ policy: { purpose: 'research' } }) } });
    assert.deepEqual([unknownTerm.status, unknownTerm.body.code], [400, 'request.invalid']);
    assert.match(unknownTerm.body.detail, /purpose/);
    const listener = await api('PUT', '/products/broken', { etag: draft.headers.get('etag'), body: { definition: tideDefinition({ listeners: ['internet'] }) } });
    assert.deepEqual([listener.status, listener.body.code], [422, 'product.listener.unknown']);
    assert.equal((await api('DELETE', '/products/broken', { etag: draft.headers.get('etag') })).status, 204);
  });

  it('changes demand the version that was read', async () => {
    const { api } = bench;
    const draft = await api('POST', '/products', { body: { code: 'contested', definition: tideDefinition() } });
    const etag = draft.headers.get('etag');
    const change = (given: string | null) => api('PUT', '/products/contested', { etag: given, body: { definition: tideDefinition({ description: '改' }) } });
    const without = await change(null);
    assert.deepEqual([without.status, without.body.code], [428, 'version.required']);
    const both = await Promise.all([change(etag), change(etag)]);
    assert.deepEqual(both.map(({ status }) => status).toSorted((a, b) => a - b), [200, 412], 'of two at once one wins');
    const stale = await change(etag);
    assert.deepEqual([stale.status, stale.body.code], [412, 'version.stale']);
    const removal = await api('DELETE', '/products/contested', { etag });
    assert.deepEqual([removal.status, removal.body.code], [412, 'version.stale']);
    const won = await api('GET', '/products/contested');
    assert.equal((await api('DELETE', '/products/contested', { etag: won.headers.get('etag') })).status, 204);
  });

  it('a withdrawn product serves nobody; what was published or granted is not removed', async () => {
    const { api } = bench;
    const { headers } = await api('GET', '/products/cxgc');
    const inUse = await api('DELETE', '/products/cxgc', { etag: headers.get('etag') });
    assert.deepEqual([inUse.status, inUse.body.code], [409, 'product.in-use']);
    const withdrawn = await api('POST', '/products/cxgc/withdraw', { etag: headers.get('etag') });
    assert.deepEqual([withdrawn.status, withdrawn.body.state, withdrawn.body.liveVersion], [200, 'withdrawn', null]);
    assert.equal((await call('/szsea/api/sharing/cxgc?pageSize=1')).success, false);
    const changed = await api('PUT', '/products/cxgc', { etag: withdrawn.headers.get('etag'), body: { definition: tideDefinition() } });
    assert.equal(changed.body.draftVersion, 3, 'a version that was live is kept as it was');
    const back = await api('POST', '/products/cxgc/publish', { etag: changed.headers.get('etag') });
    assert.equal(back.status, 200, JSON.stringify(back.body));
    assert.equal((await call('/szsea/api/sharing/cxgc?pageSize=1')).data[0]?.['station'], '香港');
  });

  it('[NDI-6.3.1b] a resource and a source in use are not removed: the refusal lists what uses them', async () => {
    const { api } = bench;
    const draft = await api('POST', '/products', { body: { code: 'unfinished', definition: tideDefinition() } });
    assert.equal(draft.status, 201);
    const resource = await api('GET', `/resources/${encodeURIComponent('潮汐')}`);
    const refused = await api('DELETE', `/resources/${encodeURIComponent('潮汐')}`, { etag: resource.headers.get('etag') });
    assert.deepEqual([refused.status, refused.body.code, refused.body.details.usedBy], [409, 'resource.in-use', ['cxgc', 'unfinished']]);
    const source = await api('GET', `/sources/${encodeURIComponent('海洋库')}`);
    const kept = await api('DELETE', `/sources/${encodeURIComponent('海洋库')}`, { etag: source.headers.get('etag') });
    assert.deepEqual([kept.status, kept.body.code, kept.body.details.usedBy], [409, 'source.in-use', ['潮汐']]);
    assert.equal((await api('DELETE', '/products/unfinished', { etag: draft.headers.get('etag') })).status, 204);
    assert.equal((await api('GET', '/products/unfinished')).body.code, 'product.unknown');
  });

  it('every change stands in the journal under whoever made it', async () => {
    const { body } = await bench.api('GET', '/journal?stream=operation&actor=operator&product=cxgc&limit=100');
    const events = body.items.map((record: { event: string }) => record.event).toReversed();
    assert.deepEqual(events, ['product.create', 'product.publish', 'grant.create', 'product.change', 'grant.create', 'product.publish', 'grant.change', 'product.withdraw', 'product.change', 'product.publish']);
  });
});
