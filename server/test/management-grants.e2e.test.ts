import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { onStartedNodes } from './support/engines.ts';
import { tideDefinition } from './support/tide-table.ts';

onStartedNodes('grants, explain, preview', (bench) => {
  let appkey = '';
  const keys: Record<string, string> = {};

  before(async () => {
    const { api, table } = bench;
    await api('POST', '/sources', { body: { name: 'src', type: 'postgres', settings: table.settings } });
    await api('POST', '/resources', { body: { name: '潮汐', source: 'src', table: 'tides' } });
    const draft = await api('POST', '/products', { body: { code: 'cxgc', definition: tideDefinition({ policy: { quotas: [{ per: 'day', unit: 'calls', limit: 1000 }] } }) } });
    assert.equal((await api('POST', '/products/cxgc/publish', { etag: draft.headers.get('etag') })).status, 200);
    for (const name of ['app', 'other']) {
      await api('POST', '/subjects', { body: { name, kind: 'application' } });
      keys[name] = (await api('POST', `/subjects/${name}/credentials`, { body: {} })).body.secret;
    }
    appkey = keys['app'] ?? '';
  });

  const call = (query = '') => fetch(`${bench.node.dataUrl}/gov/v1/cxgc?appkey=${appkey}&pageSize=2${query}`);
  const codeOf = async (answer: Response): Promise<string> => ((await answer.json()) as { code?: string }).code ?? '';
  const terms = {
    policy: {
      columns: ['id', 'station', 'phone'],
      rows: { column: 'station', eq: '深圳' },
      masks: [{ field: 'phone', kind: 'partial', preset: 'phone' }],
      addresses: ['10.0.0.0/8', '127.0.0.1'],
      quotas: [{ per: 'total', unit: 'calls', limit: 3 }],
    },
  };

  it('explain says why there is nothing yet', async () => {
    const { status, body } = await bench.api('POST', '/explain', { body: { subject: 'app', product: 'cxgc' } });
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual([body.allowed, body.term, body.code, body.grantId], [false, 'grant', 'grant.none', null]);
    assert.deepEqual(await codeOf(await call()), 'grant.none', 'the call says the same');
  });

  it('[SEA-6.3] a grant holds the one right of a subject to a product, with its terms', async () => {
    const { api } = bench;
    const refused = async (body: object, status: number, code: string): Promise<void> => {
      const answer = await api('POST', '/grants', { body });
      assert.deepEqual([answer.status, answer.body.code], [status, code], JSON.stringify(answer.body));
    };
    await refused({ subject: 'nosuch', product: 'cxgc' }, 404, 'identity.subject.unknown');
    await refused({ subject: 'app', product: 'nosuch' }, 404, 'product.unknown');
    await refused({ subject: 'app', product: 'cxgc', terms: { policy: { purpose: 'x' } } }, 400, 'request.invalid');
    await refused({ subject: 'app', product: 'cxgc', terms: { policy: { columns: ['nosuch'] } } }, 422, 'policy.unenforceable');
    await refused({ subject: 'app', product: 'cxgc', terms: { validFrom: '2027-01-01', validTo: '2026-01-01' } }, 422, 'grant.period');
    const both = await Promise.all([api('POST', '/grants', { body: { subject: 'app', product: 'cxgc', terms } }), api('POST', '/grants', { body: { subject: 'app', product: 'cxgc', terms } })]);
    assert.deepEqual(both.map(({ status }) => status).toSorted((a, b) => a - b), [201, 409]);
    assert.equal(both.find(({ status }) => status === 409)?.body.code, 'grant.exists');
  });

  it('explain tells for each term whether it passes, shapes or denies, and makes no call', async () => {
    const { api } = bench;
    const explain = async (question: object) => (await api('POST', '/explain', { body: { subject: 'app', product: 'cxgc', ...question } })).body;
    const verdicts = (body: { terms: { term: string; verdict: string }[] }): Record<string, string> => Object.fromEntries(body.terms.map(({ term, verdict }) => [term, verdict]));
    const allowed = await explain({ address: '10.1.2.3', parameters: { startTime: '2026-01-01' } }).catch(() => assert.fail());
    assert.deepEqual([allowed.allowed, allowed.term], [false, 'columns'], 'the time column is not shown: no condition on it');
    const fine = await explain({ address: '10.1.2.3', parameters: { station: '深圳' } });
    assert.deepEqual([fine.allowed, fine.term, fine.code], [true, null, '']);
    assert.deepEqual(verdicts(fine), {
      subject: 'pass', credential: 'pass', product: 'pass', grant: 'pass', state: 'pass', validity: 'pass', addresses: 'pass', parameters: 'shape',
      columns: 'shape', masks: 'shape', rows: 'shape', region: 'pass', time: 'pass', paging: 'pass', quotas: 'pass', concurrency: 'pass',
    });
    assert.deepEqual(fine.quotas.map(({ holder, limit, leased }: { holder: string; limit: number; leased: number }) => [holder, limit, leased]), [['product', 1000, 0], ['grant', 3, 0]]);
    const elsewhere = await explain({ address: '192.0.2.1' });
    assert.deepEqual([elsewhere.term, elsewhere.code, verdicts(elsewhere)['rows']], ['addresses', 'policy.addresses', 'shape'], 'later terms are told too');
    assert.equal((await explain({ parameters: { nosuch: '1' } })).term, 'parameters');
    assert.equal((await explain({ page: { offset: 0, limit: 100_000 } })).term, 'paging');
    assert.equal((await explain({ at: 'yesterday' })).code, 'request.time');
    const usage = await api('GET', '/usage?product=cxgc&subject=app');
    assert.deepEqual(usage.body.items.filter(({ result }: { result: string }) => result === 'allowed'), []);
  });

  it('preview shows the rows as the grant would see them, and the journal says who looked', async () => {
    const { api } = bench;
    const { status, body } = await api('POST', '/preview', { body: { subject: 'app', product: 'cxgc', parameters: { station: '深圳' }, limit: 2 } });
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual(body.columns, [
      { name: 'id', type: 'int', masked: false }, { name: 'station', type: 'varchar', masked: false }, { name: 'phone', type: 'varchar', masked: true },
    ]);
    assert.deepEqual(body.rows, [['100', '深圳', '138****0100'], ['101', '深圳', '138****0101']]);
    const hidden = await api('POST', '/preview', { body: { subject: 'app', product: 'cxgc', parameters: { startTime: '2026-01-01' } } });
    assert.deepEqual([hidden.status, hidden.body.code], [403, 'policy.columns.parameter']);
    const none = await api('POST', '/preview', { body: { subject: 'other', product: 'cxgc' } });
    assert.deepEqual([none.status, none.body.code], [404, 'grant.none']);
    assert.equal((await api('POST', '/preview', { body: { subject: 'app', product: 'cxgc', limit: 51 } })).body.code, 'request.invalid');
    const { items } = (await api('GET', '/journal?stream=operation&subject=app')).body;
    const looks = items.filter(({ event }: { event: string }) => event === 'product.preview');
    assert.deepEqual(looks.map(({ actor, rows, productCode }: { actor: string; rows: number; productCode: string }) => [actor, rows, productCode]), [['operator', 2, 'cxgc']]);
    const { quotas } = (await api('POST', '/explain', { body: { subject: 'app', product: 'cxgc' } })).body;
    assert.deepEqual(quotas.map(({ leased }: { leased: number }) => leased), [0, 0], 'looking costs no quota');
  });

  it('calls get what preview showed, until the quota is used up, which explain then says', async () => {
    const answers = [await call(), await call(), await call(), await call()];
    assert.deepEqual(answers.map(({ status }) => status), [200, 200, 200, 429]);
    const first = (await answers[0]?.json()) as { data: unknown[] };
    assert.deepEqual(first.data[0], { id: 100, station: '深圳', phone: '138****0100' });
    const { body } = await bench.api('POST', '/explain', { body: { subject: 'app', product: 'cxgc' } });
    assert.deepEqual([body.allowed, body.term], [false, 'quotas']);
    assert.equal(body.quotas.find(({ holder }: { holder: string }) => holder === 'grant').leased, 3);
  });

  it('new terms are felt by the next call; the version that was read is demanded', async () => {
    const { api } = bench;
    const { items } = (await api('GET', '/grants?subject=app&product=cxgc')).body;
    const path = `/grants/${items[0].id}`;
    const read = await api('GET', path);
    const open = { policy: { columns: ['id'] }, validTo: '2099-12-31 00:00:00' };
    assert.equal((await api('PUT', path, { body: open })).body.code, 'version.required');
    const changed = await api('PUT', path, { etag: read.headers.get('etag'), body: open });
    assert.equal(changed.status, 200, JSON.stringify(changed.body));
    assert.equal(changed.body.validTo, '2099-12-30T16:00:00.000Z', 'a time without zone is Asia/Shanghai');
    assert.equal((await api('PUT', path, { etag: read.headers.get('etag'), body: open })).body.code, 'version.stale');
    assert.deepEqual(((await (await call()).json()) as { data: unknown[] }).data[0], { id: 0 });
  });

  it('suspend, resume, revoke: each felt by the next call, and a revoked grant stays so', async () => {
    const { api } = bench;
    const { items } = (await api('GET', '/grants?subject=app')).body;
    const path = `/grants/${items[0].id}`;
    assert.equal((await api('POST', `${path}/suspend`)).body.state, 'suspended');
    assert.equal(await codeOf(await call()), 'policy.state.suspended');
    assert.equal((await api('POST', `${path}/suspend`)).body.code, 'grant.state');
    assert.equal((await api('POST', `${path}/resume`)).body.state, 'active');
    assert.equal((await call()).status, 200);
    const raced = await Promise.all([api('POST', `${path}/revoke`), api('POST', `${path}/suspend`), api('POST', `${path}/revoke`)]);
    assert.ok(raced.some(({ status }) => status === 200));
    assert.equal((await api('GET', path)).body.state, 'revoked');
    assert.equal(await codeOf(await call()), 'grant.none');
    assert.equal((await api('POST', `${path}/resume`)).body.code, 'grant.state');
    const { headers } = await api('GET', path);
    assert.equal((await api('PUT', path, { etag: headers.get('etag'), body: {} })).body.code, 'grant.state');
    assert.equal((await api('POST', '/grants', { body: { subject: 'app', product: 'cxgc' } })).status, 201, 'a new one may follow');
  });

  it('explain knows a disabled subject, a missing key, and a product that is not published', async () => {
    const { api } = bench;
    const explain = async (subject: string) => (await api('POST', '/explain', { body: { subject, product: 'cxgc' } })).body;
    await api('POST', '/subjects', { body: { name: 'keyless', kind: 'application' } });
    await api('POST', '/grants', { body: { subject: 'keyless', product: 'cxgc' } });
    assert.deepEqual([(await explain('keyless')).term, (await explain('keyless')).code], ['credential', 'credential.invalid']);
    const { headers } = await api('GET', '/subjects/app');
    await api('PATCH', '/subjects/app', { etag: headers.get('etag'), body: { disabled: true } });
    assert.equal((await explain('app')).term, 'subject');
    const product = await api('GET', '/products/cxgc');
    await api('POST', '/products/cxgc/withdraw', { etag: product.headers.get('etag') });
    assert.equal((await explain('other')).term, 'product');
  });
});
