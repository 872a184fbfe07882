import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Json } from './support/management.ts';
import { startNode, type StartedNode } from './support/node.ts';
import { observerProduct, shareObservers } from './support/observers.ts';
import { needs } from './support/services.ts';
import { giveGrant, make, newHolder, publish, refusal } from './support/sharing.ts';
import { zeepCall } from './support/zeep.ts';
import { gatewaySigned, newPair, openDailySecret, type Headers } from './support/signing.ts';

const DAY = 86_400_000;
const code = 's_440300_7';

let node: StartedNode;
before(async () => {
  node = await startNode({ engine: 'pglite' });
  await shareObservers(node);
  await publish(node, code, observerProduct({ authentication: ['gateway'] }));
  await publish(node, 's_440300_8', observerProduct({ authentication: ['gateway'] }));
  await newHolder(node, 'ministry');
  for (const product of [code, 's_440300_8']) await giveGrant(node, 'ministry', product);
});
after(() => node.stop());

async function refresh(body: Json): Promise<{ status: number; xStatus: string | null; body: Json }> {
  const answer = await fetch(`${node.dataUrl}/sysapi/auth/refreshappsecret`, { method: 'POST', headers: { 'content-type': 'application/json;charset=UTF-8' }, body: JSON.stringify(body) });
  return { status: answer.status, xStatus: answer.headers.get('x-status'), body: await answer.json() };
}

async function call(headers: Headers, product = code, query = ''): Promise<{ status: number; body: Json }> {
  const answer = await fetch(`${node.dataUrl}/gov/v1/${product}${query}`, { headers });
  return { status: answer.status, body: await answer.json() };
}

/** A requester of the cipher, with its secret of the day. */
async function requester(cipher: 'ecb' | 'cbc'): Promise<{ id: string; rid: string; appKey: string; secret: string; end: number }> {
  const { id, keyId: rid, secret: appKey } = await newPair(node, 'ministry', { kind: 'gateway', cipher });
  const { body } = await refresh(await gatewaySigned(appKey, rid, code));
  assert.equal(body.code, '0', JSON.stringify(body));
  return { id, rid, appKey, secret: await openDailySecret(appKey, cipher, body.data.secret), end: Number(body.data.secretEndTime) };
}

describe('[GOV-auth] the national gateway’s convention', needs('openssl'), () => {
  for (const cipher of ['ecb', 'cbc'] as const) {
    it(`the secret of the day, opened by openssl (${cipher}), signs calls`, async () => {
      const { rid, appKey, secret, end } = await requester(cipher);
      assert.match(appKey, /^[0-9a-f]{32}$/);
      assert.match(new Date(end + 8 * 3_600_000 + 1).toISOString(), /T00:00:00\.000Z$/);
      assert.ok(end > Date.now() && end <= Date.now() + DAY);
      const { status, body } = await call(await gatewaySigned(secret, rid, code), code, '?station=%E9%A6%99%E6%B8%AF');
      assert.deepEqual([status, body.data[0].id], [200, 5]);
    });
  }

  it('a call is good once; the same secret signs the next', async () => {
    const { rid, secret } = await requester('ecb');
    const headers = await gatewaySigned(secret, rid, code);
    assert.deepEqual([(await call(headers)).status, (await call(headers)).body.code], [200, 'signature.replayed']);
    const spelled = { ...headers, gjgxjhpt_sign: respelled(headers['gjgxjhpt_sign'] ?? '') };
    assert.notEqual(spelled.gjgxjhpt_sign, headers['gjgxjhpt_sign']);
    assert.equal((await call(spelled)).body.code, 'signature.replayed');
    assert.equal((await call(await gatewaySigned(secret, rid, code, Date.now() + 1))).status, 200);
  });

  it('another interface, another requester, another secret, and the appKey itself do not open', async () => {
    const { rid, appKey, secret } = await requester('ecb');
    const second = await requester('ecb');
    assert.equal((await call(await gatewaySigned(secret, rid, code), 's_440300_8')).body.code, 'gateway.service');
    const foreign = { ...(await gatewaySigned(secret, rid, code)), gjgxjhpt_sid: 's_440300_8' };
    assert.equal((await call(foreign, 's_440300_8')).body.code, 'credential.invalid');
    for (const headers of [await gatewaySigned(secret, second.rid, code), await gatewaySigned(second.secret, rid, code), await gatewaySigned(appKey, rid, code)]) {
      assert.deepEqual([(await call(headers)).status, (await call(headers)).body.code], [401, 'credential.invalid']);
    }
  });

  it('yesterday’s time does not pass, whatever secret signed it', async () => {
    const { rid, appKey, secret } = await requester('ecb');
    assert.equal((await call(await gatewaySigned(secret, rid, code, Date.now() - DAY))).body.code, 'signature.clock');
    const { body } = await refresh(await gatewaySigned(appKey, rid, code, Date.now() - 11 * 60_000));
    assert.deepEqual([body.code, body.data], ['401', null]);
    assert.match(body.message, /慢 6\d\d 秒/);
  });

  it('a refused requester is told so as its program reads it', async () => {
    const { rid, appKey } = await requester('ecb');
    const headers = await gatewaySigned(appKey, rid, code);
    assert.equal((await refresh(headers)).body.code, '0');
    for (const wrong of [headers, await gatewaySigned('guessed', rid, code), await gatewaySigned(appKey, '00000000-0000-4000-8000-000000000000', code)]) {
      const { status, xStatus, body } = await refresh(wrong);
      assert.deepEqual([status, xStatus, body.code, body.data], [200, '401', '401', null]);
    }
    for (const unreadable of [{}, { ...headers, gjgxjhpt_rtime: 'now' }, { ...headers, gjgxjhpt_sign: '' }]) assert.equal((await refresh(unreadable)).body.code, '400');
  });

  it('handing out the secret is journalled; a revoked requester gets none, and its calls end', async () => {
    const { id, rid, appKey, secret } = await requester('ecb');
    const { items } = await make(node, 'GET', '/journal?stream=operation&limit=5');
    assert.ok(items.some((item: Json) => item.event === 'gateway.secret' && item.credentialId === id && item.actor === 'ministry'));
    await make(node, 'DELETE', `/subjects/ministry/credentials/${id}`);
    assert.equal((await refresh(await gatewaySigned(appKey, rid, code))).body.code, '401');
    assert.equal((await call(await gatewaySigned(secret, rid, code))).body.code, 'credential.invalid');
  });

  it('a SOAP client writes the four values into its header', async () => {
    const { rid, secret } = await requester('ecb');
    const envelope = (values: Headers): string => {
      const block = Object.entries(values).map(([name, value]) => `<${name.replace('rtime', 'rTime')}>${value}</${name.replace('rtime', 'rTime')}>`).join('');
      return `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header><tongtechheader>${block}</tongtechheader></e:Header><e:Body>${operation}</e:Body></e:Envelope>`;
    };
    const wsdl = await (await fetch(`${node.dataUrl}/gov/v1/${code}?wsdl`)).text();
    const namespace = /targetNamespace="([^"]+)"/.exec(wsdl)?.[1] ?? '';
    const name = /<(?:\w+:)?operation name="([^"]+)"/.exec(wsdl)?.[1] ?? '';
    const operation = `<o:${name} xmlns:o="${namespace}"/>`;
    const post = (body: string): Promise<Response> => fetch(`${node.dataUrl}/gov/v1/${code}`, { method: 'POST', headers: { 'content-type': 'text/xml; charset=utf-8' }, body });
    const message = envelope(await gatewaySigned(secret, rid, code));
    const answer = await post(message);
    assert.equal(answer.status, 200, await answer.clone().text());
    assert.match(await answer.text(), /欧阳明月/);
    assert.equal((await post(message)).headers.get('x-status'), '401');
  });

  for (const port of ['Soap11', 'Soap12']) {
    it(`[GOV-type] zeep finds the four values in the WSDL alone, over ${port}`, needs('zeep'), async () => {
      const { rid, secret } = await requester('ecb');
      const { answer } = await zeepCall(node, code, { port, arguments: { station: '香港' }, header: { gateway: await gatewaySigned(secret, rid, code) }, unchecked: ['lon', 'lat'] });
      assert.deepEqual([answer.success, answer.data.row[0].observer], [['bool', 'True'], '陈大文']);
    });
  }

  it('its cipher is asked for, and of no other kind', async () => {
    for (const wish of [{ kind: 'gateway' }, { kind: 'signature', cipher: 'ecb' }, { kind: 'appkey', cipher: 'cbc' }]) {
      assert.equal((await refusal(node, 'POST', '/subjects/ministry/credentials', { body: wish })).code, 'identity.credential.cipher');
    }
  });
});

/** The last character before the padding of 32 bytes carries two bits that stand for nothing. */
function respelled(signature: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const last = alphabet.indexOf(signature.charAt(42));
  return `${signature.slice(0, 42)}${alphabet.charAt(last ^ 1)}=`;
}
