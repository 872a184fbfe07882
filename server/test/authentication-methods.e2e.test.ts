import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { after, before, describe, it } from 'node:test';
import type { Json } from './support/management.ts';
import { startNode, type StartedNode } from './support/node.ts';
import { observerProduct, shareObservers } from './support/observers.ts';
import { needs } from './support/services.ts';
import { giveGrant, journalOf, make, newHolder, publish, refusal, type Holder } from './support/sharing.ts';
import { newPair, signed, type Headers } from './support/signing.ts';

const publicSubject = '00000000-0000-4000-8000-7075626c6963';

let node: StartedNode;
let holder: Holder;
before(async () => {
  node = await startNode({ engine: 'pglite' });
  await shareObservers(node);
  await publish(node, 'signed1', observerProduct({ authentication: ['signature'] }));
  await publish(node, 'hidden1', observerProduct({ authentication: ['signature'], visibility: 'granted' }));
  await publish(node, 'open1', observerProduct({ authentication: ['none', 'appkey'], fields: [{ name: 'id', type: 'int' }, { name: 'station', type: 'varchar' }, { name: 'level', type: 'numeric' }], parameters: [], order: [] }));
  holder = await newHolder(node, 'holder');
  for (const product of ['signed1', 'open1', 'hidden1']) await giveGrant(node, 'holder', product);
});
after(() => node.stop());

async function call(path: string, headers: Headers = {}): Promise<{ status: number; body: Json; requestId: string }> {
  const answer = await fetch(`${node.dataUrl}${path}`, { headers });
  return { status: answer.status, body: await answer.json(), requestId: answer.headers.get('x-request-id') ?? '' };
}
const refused = async (path: string, headers: Headers = {}): Promise<unknown[]> => {
  const { status, body } = await call(path, headers);
  return [status, body.code];
};

describe('[GOV-auth] a product’s ways of authentication', needs('openssl'), () => {
  it('a product that takes signatures takes no appkey, and says so to whoever holds a grant', async () => {
    const { status, body } = await call('/gov/v1/signed1', { appkey: holder.appkey });
    assert.deepEqual([status, body.code, body.details], [401, 'credential.method', { methods: ['signature'] }]);
    const stranger = await newHolder(node, 'stranger');
    assert.deepEqual(await refused('/gov/v1/signed1', { appkey: stranger.appkey }), [403, 'grant.none']);
  });

  it('a product that takes appkeys takes no signature', async () => {
    await giveGrant(node, 'holder', 'observers1');
    assert.deepEqual(await refused('/gov/v1/observers1', await signed(await newPair(node, 'holder'), { path: '/gov/v1/observers1' })), [401, 'credential.method']);
  });

  it('without a credential all that is not open is answered alike, whether it is there or not', async () => {
    for (const code of ['signed1', 'hidden1', 'observers1', 'nothing1']) {
      assert.deepEqual(await refused(`/gov/v1/${code}`), [401, 'credential.invalid']);
    }
  });

  it('its OpenAPI document lists them; of a hidden product also to who signs for it', async () => {
    const document = async (code: string, headers: Headers = {}) => (await call(`/gov/v1/${code}/openapi.json`, headers)).body;
    assert.deepEqual((await document('open1')).security, [{}, { appkey: [] }, { bearer: [] }, { query: [] }]);
    const { security, components } = await document('signed1');
    assert.deepEqual(security, [{ 'x-lq-key-id': [], 'x-lq-time': [], 'x-lq-nonce': [], 'x-lq-signature': [] }]);
    assert.deepEqual(Object.keys(components.securitySchemes), ['x-lq-key-id', 'x-lq-time', 'x-lq-nonce', 'x-lq-signature']);
    const path = '/gov/v1/hidden1/openapi.json';
    assert.equal((await call(path)).status, 404);
    const headers = await signed(await newPair(node, 'holder'), { path });
    assert.deepEqual([(await call(path, headers)).status, (await call(path, headers)).status], [200, 401]);
  });

  it('a body that comes with the question for a description is covered by its signature', async () => {
    const path = '/gov/v1/hidden1/openapi.json';
    const pair = await newPair(node, 'holder');
    const ask = async (body: string, headers: Headers): Promise<number | undefined> => {
      const asked = request(`${node.dataUrl}${path}`, { headers: { ...headers, 'content-length': Buffer.byteLength(body) } }).end(body);
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      answer.resume();
      return answer.statusCode;
    };
    assert.equal(await ask('{}', await signed(pair, { path, body: '{}' })), 200);
    assert.equal(await ask('{}', await signed(pair, { path })), 401);
  });

  it('a hidden product that is not open shows nothing to callers without credential, whatever grant of the public subject is left', async () => {
    await giveGrant(node, publicSubject, 'hidden1');
    assert.deepEqual([(await call('/gov/v1/hidden1/openapi.json')).status, (await fetch(`${node.dataUrl}/gov/v1/hidden1?wsdl`)).status], [404, 404]);
  });

  it('what the journal keeps of a call is redacted though its credential is none', async () => {
    for (const [path, headers] of [
      ['/gov/v1/signed1', {}],
      ['/gov/v1/signed1', { appkey: 'A'.repeat(32) }],
      ['/gov/v1/signed1', await signed({ id: '', keyId: `k${'A'.repeat(16)}`, secret: 'x' }, { path: '/gov/v1/signed1' })],
    ] as const) {
      const { status, requestId } = await call(`${path}?phone=13800000001`, headers);
      const [record] = await journalOf(node, requestId);
      assert.deepEqual([status, record.details, record.productCode], [401, '{"phone":"***"}', 'signed1']);
    }
  });

  it('a definition names one at least, each once, and none that there is not', async () => {
    for (const authentication of [[], ['appkey', 'appkey'], ['password']]) {
      const body = { code: 'wrong1', definition: { ...(await make(node, 'GET', '/products/open1')).definition, authentication } };
      assert.equal((await refusal(node, 'POST', '/products', { body })).code, 'request.invalid');
    }
  });

  it('explain tells of credentials that do not fit the product', async () => {
    await newHolder(node, 'keyless');
    await giveGrant(node, 'keyless', 'signed1');
    const asked = await make(node, 'POST', '/explain', { body: { subject: 'keyless', product: 'signed1' } });
    assert.deepEqual([asked.allowed, asked.term, asked.code], [false, 'credential', 'credential.invalid']);
  });
});

describe('[GOV-auth] [AGR-B] a product open to all', () => {
  it('needs a grant of the public subject; then its rules bind like any other’s', async () => {
    assert.deepEqual(await refused('/gov/v1/open1'), [403, 'grant.none']);
    await giveGrant(node, publicSubject, 'open1', { columns: ['id', 'station'], quotas: [{ per: 'day', unit: 'calls', limit: 3 }] });
    const { status, body, requestId } = await call('/gov/v1/open1');
    assert.deepEqual([status, Object.keys(body.data[0])], [200, ['id', 'station']]);
    const [record] = await journalOf(node, requestId);
    assert.deepEqual([record.subjectId, record.result], [publicSubject, 'allowed']);
    assert.equal((await call('/gov/v1/open1')).status, 200);
    assert.equal((await call('/gxjh/servicePublis/interface/data?interfaceId=open1')).body.code, 0);
    assert.deepEqual(await refused('/gov/v1/open1'), [429, 'quotas.grant.day.calls']);
    assert.equal((await call('/gov/v1/open1', { appkey: holder.appkey })).status, 200);
  });

  it('a wrong key does not fall back to no key', async () => {
    assert.deepEqual(await refused('/gov/v1/open1', { appkey: 'A'.repeat(32) }), [401, 'credential.invalid']);
  });

  it('the public subject holds no key and cannot be removed, but be disabled', async () => {
    assert.equal((await refusal(node, 'POST', `/subjects/${publicSubject}/credentials`, { body: {} })).code, 'identity.subject.built-in');
    assert.equal((await refusal(node, 'DELETE', `/subjects/${publicSubject}`)).code, 'identity.subject.built-in');
    const [{ id, kind }] = (await make(node, 'GET', `/subjects/${publicSubject}/credentials`)).items;
    assert.equal(kind, 'none');
    assert.equal((await refusal(node, 'DELETE', `/subjects/${publicSubject}/credentials/${id}`)).code, 'identity.credential.unknown');
    await make(node, 'PATCH', `/subjects/${publicSubject}`, { body: { disabled: true }, etag: '"1"' });
    assert.deepEqual(await refused('/gov/v1/open1'), [401, 'credential.invalid']);
  });
});
