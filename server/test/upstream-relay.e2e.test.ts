import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { definitionOf, hostTable, make, refusal } from './support/sharing.ts';
import { endsOf, startRelayStage, startUpstream, type RelayStage, type TestUpstream } from './support/upstream.ts';

const megabyte = Buffer.alloc(1024 * 1024, 'x');
const operations = [
  { name: 'forecast', path: '/v1/{district}/forecast', query: { units: 'metric' }, headers: { 'X-From': 'lingqu' }, parameters: [{ name: 'district', in: 'path', required: true }, { name: '日期', as: 'day', in: 'query', type: 'date' }, { name: 'since', in: 'query', type: 'timestamp', times: 'compact' }, { name: 'trace', in: 'header' }] },
  { name: 'search', method: 'POST', path: '/search', body: { fixed: { source: 'lingqu', page: { size: 10 } } }, parameters: [{ name: 'word', in: 'body', required: true }, { name: 'most', in: 'body', type: 'integer' }] },
  { name: 'form', method: 'POST', path: '/form', body: { format: 'form', fixed: { a: 'b&c' } }, parameters: [{ name: 'word', in: 'body' }] },
  { name: 'large', path: '/large' },
  { name: 'endless', path: '/endless' },
  { name: 'odd', path: '/odd' },
];

describe('[SEA-8.1c] an HTTP service is put under governance and relayed', () => {
  let stage: RelayStage;
  let upstream: TestUpstream;
  const running = new Set<ServerResponse>();
  let sent = 0;

  before(async () => {
    upstream = await startUpstream((request, response) => {
      if (request.url === '/large') return void response.setHeader('content-type', 'application/zip').setHeader('content-length', megabyte.length).end(megabyte);
      if (request.url === '/odd') return void response.setHeader('content-type', 'text/html\u00e9').end('<script>');
      if (request.url === '/endless') {
        running.add(response.on('close', () => running.delete(response)));
        const send = (): void => {
          while (!response.destroyed && response.write(megabyte)) sent += megabyte.length;
        };
        response.on('drain', send);
        return send();
      }
      for (const [name, value] of [['set-cookie', 'upstream=1'], ['server', 'secret-server/1.0'], ['via', '1.1 inner'], ['location', 'http://10.9.9.9/'], ['www-authenticate', 'Basic realm="inner"'], ['access-control-allow-origin', '*'], ['cache-control', 'public'], ['x-powered-by', 'inner']]) response.setHeader(name ?? '', value ?? '');
      response.setHeader('content-type', 'application/json; charset=utf-8');
      const body = JSON.stringify({ url: request.url });
      response.setHeader('content-length', body.length).end(body);
    });
    stage = await startRelayStage();
    await stage.addSource('weather', upstream, { auth: { kind: 'basic', user: 'lingqu' }, secret: 'upstream-secret', operations });
    await stage.relay('forecast', 'weather', 'forecast', {
      parameters: [{ name: 'district', column: 'district', operator: 'eq', required: true }, { name: 'day', column: '日期', operator: 'eq' }, { name: 'since', column: 'since', operator: 'eq' }, { name: 'trace', column: 'trace', operator: 'eq' }],
    });
    for (const operation of ['search', 'form']) await stage.relay(operation, 'weather', operation, { parameters: [{ name: 'word', column: 'word', operator: 'eq' }] });
    await stage.relay('large', 'weather', 'large', { policy: { quotas: [{ per: 'total', unit: 'bytes', limit: 2.5 * megabyte.length }] } });
    await stage.relay('endless', 'weather', 'endless');
    await stage.relay('odd', 'weather', 'odd');
    await stage.relay('fixed', 'weather', 'forecast', { parameters: [{ name: 'district', column: 'district', operator: 'eq' }], policy: { rows: { column: 'district', eq: '福田' } } });
  });
  after(async () => {
    await stage[Symbol.asyncDispose]();
    await upstream[Symbol.asyncDispose]();
  });

  it('hands over what it answers, in one record, under our own headers', async () => {
    const answer = await stage.call('forecast', { district: '福田/1', day: '20220901', since: '2022-09-01 08:00:00', trace: 'abc' });
    assert.equal(answer.status, 200);
    assert.deepEqual(await answer.json(), { url: '/v1/%E7%A6%8F%E7%94%B0%2F1/forecast?units=metric&day=2022-09-01&since=20220901080000' });
    const theirs = ['set-cookie', 'server', 'via', 'location', 'www-authenticate', 'access-control-allow-origin', 'x-powered-by'];
    assert.deepEqual(theirs.filter((name) => answer.headers.has(name)), []);
    const ours = ['content-type', 'cache-control', 'x-content-type-options', 'content-security-policy'].map((name) => answer.headers.get(name));
    assert.deepEqual(ours, ['application/json; charset=utf-8', 'no-store', 'nosniff', "sandbox; default-src 'none'"]);
    assert.deepEqual(await endsOf(stage.node, 'forecast'), ['whole allowed']);
  });

  it('adds our credentials, and passes none of the caller’s', async () => {
    await stage.call('forecast', { district: 'x' }, { 'cookie': 'caller=1', 'x-forwarded-for': '1.2.3.4', 'x-secret': 'caller', 'accept-language': 'zh' });
    const headers = upstream.requests.at(-1)?.headers ?? {};
    assert.equal(headers.authorization, `Basic ${Buffer.from('lingqu:upstream-secret').toString('base64')}`);
    assert.deepEqual(Object.keys(headers).toSorted(), ['accept', 'accept-encoding', 'authorization', 'connection', 'host', 'user-agent', 'x-from']);
  });

  it('shows the secret to nobody', async () => {
    const { settings, secrets } = await make(stage.node, 'GET', '/sources/weather');
    assert.equal(JSON.stringify(settings).includes('upstream-secret'), false);
    assert.deepEqual(secrets, { secret: true });
    assert.ok(!stage.node.log().includes('upstream-secret'));
  });

  it('writes bodies as its description says', async () => {
    await stage.call('search', { word: '潮"位' });
    assert.deepEqual(JSON.parse(upstream.requests.at(-1)?.body ?? ''), { source: 'lingqu', page: { size: 10 }, word: '潮"位' });
    await stage.call('form', { word: 'a=b&c' });
    assert.equal(upstream.requests.at(-1)?.body, 'a=b%26c&word=a%3Db%26c');
  });

  for (const [what, query, code] of [
    ['dots that would climb out of the path', { district: '..' }, 'upstream.input'],
    ['a line break in a header', { district: 'x', trace: 'a\r\nx-admin: 1' }, 'upstream.input'],
    ['a day that is none', { district: 'x', day: '2022-13-01' }, 'policy.parameter.value'],
    ['nothing where something is needed', {}, 'policy.parameter.missing'],
    ['a parameter that nobody published', { district: 'x', units: 'imperial' }, 'policy.parameter.unknown'],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const already = upstream.requests.length;
      const answer = await stage.call('forecast', query);
      assert.equal(answer.status, 400);
      const { code: said } = await answer.json() as { code: string };
      assert.ok(said === code || said.startsWith('policy.') && code.startsWith('policy.'), said);
      assert.equal(upstream.requests.length, already);
    });
  }

  it('a grant that fixes an input is held to it', async () => {
    assert.equal((await stage.call('fixed')).status, 200);
    assert.equal(upstream.requests.at(-1)?.url, '/v1/%E7%A6%8F%E7%94%B0/forecast?units=metric');
    const other = await stage.call('fixed', { district: '南山' });
    assert.deepEqual([other.status, ((await other.json()) as { code: string }).code], [403, 'policy.input']);
  });

  it('a caller who accepts only what we have no format for gets what the source answers', async () => {
    const answer = await stage.call('forecast', { district: 'x' }, { accept: 'image/png' });
    assert.equal(answer.headers.get('content-type'), 'application/json; charset=utf-8');
  });

  it('a type that is none is bytes', async () => {
    const answer = await stage.call('odd');
    assert.equal(answer.headers.get('content-type'), 'application/octet-stream');
  });

  it('answers in SEA’s face too; a SOAP caller is told where to go', async () => {
    const sea = await fetch(`${stage.node.dataUrl}/szsea/api/sharing/forecast?appkey=${stage.holder.appkey}&district=x`);
    assert.deepEqual(await sea.json(), { url: '/v1/x/forecast?units=metric' });
    const soap = await fetch(`${stage.node.dataUrl}/gov/v1/forecast`, {
      method: 'POST',
      headers: { 'content-type': 'text/xml', appkey: stage.holder.appkey },
      body: '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><q:query xmlns:q="urn:lingqu:gov:forecast"><q:district>x</q:district></q:query></s:Body></s:Envelope>',
    });
    assert.match(await soap.text(), /relay\.face/);
  });

  it('says in its OpenAPI document that the answer is its source’s, and offers no pages', async () => {
    const answer = await fetch(`${stage.node.dataUrl}/gov/v1/forecast/openapi.json`);
    const { get } = ((await answer.json()) as { paths: Record<string, { get: { parameters: { name: string }[]; responses: { '200': { content: object } } } }> }).paths['/gov/v1/forecast'] ?? {};
    assert.deepEqual(get?.parameters.map(({ name }) => name), ['district', 'day', 'since', 'trace']);
    assert.deepEqual(Object.keys(get?.responses['200'].content ?? {}), ['*/*']);
    assert.equal((await fetch(`${stage.node.dataUrl}/gov/v1/forecast?wsdl`)).status, 404);
  });

  it('a large answer streams with its length, between intent and outcome; bytes are taken from their quota before they leave', async () => {
    for (let call = 1; call <= 2; call += 1) {
      const answer = await stage.call('large');
      assert.equal(answer.headers.get('content-length'), String(megabyte.length));
      assert.equal((await answer.arrayBuffer()).byteLength, megabyte.length);
    }
    await assert.rejects(stage.call('large').then((answer) => answer.arrayBuffer()));
    const ends = await endsOf(stage.node, 'large');
    assert.deepEqual(ends.slice(0, 5), ['intent allowed', 'outcome allowed', 'intent allowed', 'outcome allowed', 'intent allowed']);
    assert.match(ends[5] ?? '', /^outcome cut quota/);
  });

  it('a reader that stands still holds the upstream back; a revocation ends the stream, and the upstream’s with it', async () => {
    const answer = await stage.call('endless');
    const reader = answer.body?.getReader();
    await reader?.read();
    let seen = -1;
    for (const deadline = performance.now() + 20_000; seen !== sent && performance.now() < deadline; ) {
      seen = sent;
      await new Promise((resolve) => setTimeout(resolve, 500)); // nothing tells that nothing comes
    }
    assert.equal(seen, sent);
    assert.ok(sent < 64 * megabyte.length, `${sent} bytes were taken for a reader of one piece`);
    const { items } = await make(stage.node, 'GET', '/grants?product=endless');
    await make(stage.node, 'POST', `/grants/${items[0].id}/revoke`, { etag: `"${items[0].version}"`, body: { reason: 'test' } });
    await assert.rejects(async () => {
      while ((await reader?.read())?.done === false);
    });
    for (const deadline = performance.now() + 10_000; running.size > 0 && performance.now() < deadline; ) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(running.size, 0);
    assert.deepEqual(await endsOf(stage.node, 'endless'), ['intent allowed', 'outcome cut grant.none']);
  });

  describe('what cannot be enforced is not published', () => {
    const draft = async (code: string, definition: object): Promise<{ code: string; details: { codes?: string[] } }> => {
      const made = await make(stage.node, 'POST', '/products', { body: { code, definition: definitionOf({ kind: 'relay', resource: 'forecast', ...definition }) } });
      return refusal(stage.node, 'POST', `/products/${code}/publish`, { etag: `"${made.version}"` });
    };
    it('rows, columns and masks of bytes', async () => {
      for (const [index, policy] of [{ columns: ['a'] }, { masks: [{ field: 'a', kind: 'hash' }] }, { rows: { column: 'depth', ge: 1 } }].entries()) assert.equal((await draft(`un${index}forceable`, { policy })).code, 'policy.unenforceable');
    });
    it('a relay of a source that has rows only', async () => {
      await hostTable(stage.node, 'table', 'a\n1\n');
      assert.equal((await draft('tablerelay', { resource: 'table' })).code, 'product.relay.source');
    });
    it('a query of an operation whose answer nobody described', async () => {
      const { code } = await refusal(stage.node, 'POST', '/products', { body: { code: 'undescribed', definition: definitionOf({ resource: 'forecast' }) } });
      assert.equal(code, 'shape.fields.none');
    });
  });
});
