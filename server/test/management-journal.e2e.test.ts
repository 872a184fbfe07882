import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { parse } from 'csv-parse/sync';
import { onStartedNodes } from './support/engines.ts';
import { tideDefinition } from './support/tide-table.ts';

interface Line {
  readonly at: string;
  readonly requestId: string;
  readonly result: string;
  readonly rows: number;
  readonly bytes: number;
  readonly event: string;
  readonly details: string;
}

onStartedNodes('journal and usage', (bench) => {
  const sent: { id: string; status: number; bytes: number; rows: number }[] = [];
  const query = async (filter: string): Promise<Line[]> => (await bench.api('GET', `/journal?limit=200&${filter}`)).body.items;

  before(async () => {
    const { api, table, node } = bench;
    await api('POST', '/sources', { body: { name: 'src', type: 'postgres', settings: table.settings } });
    await api('POST', '/resources', { body: { name: '潮汐', source: 'src', table: 'tides' } });
    const draft = await api('POST', '/products', { body: { code: 'cxgc', definition: tideDefinition() } });
    await api('POST', '/products/cxgc/publish', { etag: draft.headers.get('etag') });
    for (const name of ['app', '=cmd|x']) await api('POST', '/subjects', { body: { name, kind: 'application' } });
    const { secret: appkey } = (await api('POST', '/subjects/app/credentials', { body: {} })).body;
    await api('POST', '/grants', { body: { subject: 'app', product: 'cxgc', terms: { policy: { quotas: [{ per: 'total', unit: 'calls', limit: 5 }] } } } });
    const formula = (await api('POST', `/subjects/${encodeURIComponent('=cmd|x')}/credentials`, { body: {} })).body.secret;
    for (const [key, rest] of [...Array.from({ length: 7 }, () => [appkey, '&pageSize=10']), [formula, ''], ['nosuchkey', ''], [appkey, '&station=1']]) {
      const id = `journal-${sent.length}-${crypto.randomUUID()}`;
      const response = await fetch(`${node.dataUrl}/gov/v1/cxgc?appkey=${key}${rest}`, { headers: { 'x-request-id': id } });
      const text = await response.text();
      const { data }: { data: unknown[] } = JSON.parse(text);
      sent.push({ id, status: response.status, bytes: Buffer.byteLength(text), rows: data.length });
      assert.equal(response.headers.get('x-request-id'), id);
    }
  });

  it('each call is found by its request ID, with what it got', async () => {
    for (const { id, status, bytes, rows } of sent) {
      const [line, ...others] = await query(`requestId=${id}`);
      assert.deepEqual([line?.result, line?.rows, others.length], [status === 200 ? 'allowed' : 'denied', rows, 0], id);
      if (status === 200) assert.equal(line?.bytes, bytes);
    }
    assert.deepEqual(sent.map(({ status }) => status), [200, 200, 200, 200, 200, 429, 429, 403, 401, 429]);
  });

  it('filters narrow together; times without zone are Asia/Shanghai, and an end given as a day includes it', async () => {
    const shanghai = (at: Date): string => new Date(at.getTime() + 8 * 3_600_000).toISOString();
    const today = shanghai(new Date()).slice(0, 10);
    assert.equal((await query(`stream=business&from=${today}&to=${today}`)).length, sent.length);
    assert.equal((await query('stream=business&subject=app&result=denied')).length, 3);
    assert.equal((await query('product=cxgc&result=allowed')).length, 5);
    assert.equal((await query('product=cxgc&stream=business')).length, sent.length);
    assert.equal((await query(`stream=business&actor=${encodeURIComponent('=cmd|x')}`)).length, 1);
    const [newest] = await query('stream=business');
    const at = shanghai(new Date(newest?.at ?? '')).slice(0, 23).replace('T', '%20');
    assert.equal((await query(`stream=business&to=${at}`)).length, sent.length - 1, 'the end is exclusive');
    assert.equal((await query(`stream=business&from=${at}`)).length, 1);
    for (const wrong of ['from=2026-13-01', 'to=yesterday', 'result=fine', 'stream=x', 'limit=0', 'cursor=x', 'where=1']) {
      const { status, body } = await bench.api('GET', `/journal?${wrong}`);
      assert.deepEqual([status, body.title], [400, 'invalid-parameter'], wrong);
    }
    assert.equal((await bench.api('GET', '/journal?subject=nosuch')).status, 404);
  });

  it('the history of a subject that was removed is asked for by the name it had', async () => {
    const { api } = bench;
    await api('POST', '/subjects', { body: { name: '已撤"单位', kind: 'application' } });
    const path = `/subjects/${encodeURIComponent('已撤"单位')}`;
    const known = (await query(`subject=${encodeURIComponent('已撤"单位')}`)).length;
    assert.ok(known > 0);
    assert.equal((await api('DELETE', path)).status, 204);
    assert.equal((await query(`subject=${encodeURIComponent('已撤"单位')}`)).length, known + 1);
    assert.equal((await api('GET', `/journal?subject=${encodeURIComponent('已撤')}`)).status, 404);
  });

  it('pages go through all of it once, newest first', async () => {
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body }: { body: { items: Line[]; next: string | null } } = await bench.api('GET', `/journal?stream=business&limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`);
      assert.ok(body.items.length <= 3);
      seen.push(...body.items.map(({ requestId }) => requestId));
      cursor = body.next;
    }
    assert.deepEqual(seen, sent.map(({ id }) => id).toReversed());
  });

  it('[NDI-6.2.5a] business, operation and system are three streams, each queried and exported', async () => {
    for (const stream of ['business', 'operation', 'system']) {
      const queried = await query(`stream=${stream}`);
      assert.ok(queried.length > 0, stream);
      const { body } = await bench.api('GET', `/journal/export?format=ndjson&stream=${stream}`);
      const exported = body.trimEnd().split('\n').map((line: string): Line & { stream: string } => JSON.parse(line));
      assert.ok(exported.every((line: { stream: string }) => line.stream === stream));
      const last = stream === 'operation' ? exported.slice(0, queried.length) : exported; // the export is an operation too
      assert.deepEqual(last, queried.toReversed(), stream);
    }
  });

  it('export gives the same as CSV and NDJSON, oldest first, and is itself journalled', async () => {
    const { api } = bench;
    const ndjson = await api('GET', '/journal/export?format=ndjson&stream=business');
    assert.match(ndjson.headers.get('content-type') ?? '', /application\/x-ndjson/);
    const lines = ndjson.body.trimEnd().split('\n').map((line: string): Line => JSON.parse(line));
    assert.deepEqual(lines.map(({ requestId }: Line) => requestId), sent.map(({ id }) => id));
    const csv = await api('GET', '/journal/export?format=csv&stream=business');
    assert.match(csv.headers.get('content-disposition') ?? '', /journal\.csv/);
    const rows = parse(csv.body, { columns: true, bom: true }) as Record<string, string>[];
    assert.deepEqual(rows.map(({ requestId }) => requestId), sent.map(({ id }) => id));
    assert.deepEqual(Object.keys(rows[0] ?? {}), Object.keys(lines[0]));
    assert.equal(rows[7]?.['actor'], "'=cmd|x", 'no spreadsheet program runs what a caller is named');
    assert.equal((await api('GET', '/journal/export?format=xlsx')).status, 400);
    const exports = (await query('stream=operation')).filter(({ event }) => event === 'journal.export');
    assert.deepEqual(exports.slice(0, 2).map(({ details }) => JSON.parse(details).format), ['csv', 'ndjson']);
  });

  it('no key stands in the journal, nor in the log', async () => {
    const { body } = await bench.api('GET', '/journal/export?format=ndjson');
    assert.ok(!body.includes('nosuchkey'));
    assert.ok(!bench.node.log().includes('appkey='));
  });

  it('usage sums equal the calls that were made, per product, subject, day and result', async () => {
    const { body } = await bench.api('GET', '/usage');
    const of = (result: string, subjectName: string) => body.items.find((sum: { result: string; subjectName: string }) => sum.result === result && sum.subjectName === subjectName);
    const allowed = sent.filter(({ status }) => status === 200);
    const sums = of('allowed', 'app');
    assert.deepEqual([sums.calls, sums.rows, sums.bytes, sums.productCode], [5, 50, allowed.reduce((sum, { bytes }) => sum + bytes, 0), 'cxgc']);
    assert.ok(sums.withinTarget <= 5);
    assert.equal(of('denied', 'app').calls, 3);
    assert.equal(of('denied', '=cmd|x').calls, 1);
    const paged: object[] = [];
    for (let page = 'limit=1'; page !== ''; ) {
      const { items, next } = (await bench.api('GET', `/usage?${page}`)).body;
      paged.push(...items);
      page = next === null ? '' : `limit=1&cursor=${next}`;
    }
    assert.deepEqual(paged, body.items);
    assert.deepEqual((await bench.api('GET', '/usage?from=2020-01-01&to=2020-12-31')).body.items, []);
    assert.equal((await bench.api('GET', '/usage?subject=app&product=cxgc')).body.items.length, 2);
    for (const wrong of ['from=2026-1-1', 'from=2026-02-31', 'from=2026-02-02&to=2026-02-01', 'day=1']) {
      assert.equal((await bench.api('GET', `/usage?${wrong}`)).status, 400, wrong);
    }
  });
});
