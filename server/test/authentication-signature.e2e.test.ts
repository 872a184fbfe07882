import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Json } from './support/management.ts';
import { startNode, type StartedNode } from './support/node.ts';
import { observerProduct, shareObservers } from './support/observers.ts';
import { needs } from './support/services.ts';
import { giveGrant, hostTable, journalOf, make, newHolder, publish } from './support/sharing.ts';
import { callByGuide, newPair, signed, type Headers, type KeyPair, type ToSign } from './support/signing.ts';
import { tides, tideProduct } from './support/tides.ts';

let node: StartedNode;
let pair: KeyPair;
let other: KeyPair;
const path = '/gov/v1/signed1';

before(async () => {
  node = await startNode({ engine: 'pglite' });
  await shareObservers(node, { authentication: ['appkey', 'signature'] });
  await publish(node, 'signed1', observerProduct({ authentication: ['signature'] }));
  for (const name of ['signer', 'stranger']) {
    await newHolder(node, name);
    for (const product of ['signed1', 'observers1']) await giveGrant(node, name, product);
  }
  pair = await newPair(node, 'signer');
  other = await newPair(node, 'stranger');
});
after(() => node.stop());

interface Sent {
  readonly status: number;
  readonly code: string;
  readonly body: Json;
  readonly errorId: string | null;
  readonly requestId: string;
}

async function send(target: string, headers: Headers, init: { method?: string; body?: string | Uint8Array<ArrayBuffer> } = {}): Promise<Sent> {
  const answer = await fetch(`${node.dataUrl}${target}`, { ...init, headers });
  const body = (await answer.json()) as Json;
  return { status: answer.status, code: body.code, body, errorId: answer.headers.get('x-error-id'), requestId: answer.headers.get('x-request-id') ?? '' };
}

/** Signs one call and sends another, where `sent` says what differs. */
async function call(toSign: ToSign, sent: { target?: string; headers?: Headers; init?: { method?: string; body?: string | Uint8Array<ArrayBuffer> } } = {}, by = pair): Promise<Sent> {
  const headers = await signed(by, toSign);
  const { method, body, query } = toSign;
  const init = { ...(method === undefined ? {} : { method }), ...(body === undefined ? {} : { body: new Uint8Array(Buffer.from(body)) }), ...sent.init };
  const type: Headers = body === undefined ? {} : { 'content-type': 'application/json' };
  return send(sent.target ?? `${toSign.path}${query === undefined || query === '' ? '' : `?${query}`}`, { ...type, ...headers, ...sent.headers }, init);
}

describe('[GOV-auth] a signed call', needs('openssl'), () => {
  it('of python3 is answered, with parameters however they are encoded and ordered', async () => {
    for (const query of ['', 'station=%E8%B5%A4%E6%B9%BE', 'until=2026-03-01+09%3A00%3A00&station=%e8%b5%a4%e6%b9%be,%E9%A6%99%E6%B8%AF', 'who=*%21~%28%29%27&station=', '&&station=%E9%A6%99%E6%B8%AF&']) {
      const answer = await call({ path, query });
      assert.equal(answer.status, 200, `${query}: ${JSON.stringify(answer.body)}`);
    }
    assert.deepEqual((await call({ path, query: 'station=%E9%A6%99%E6%B8%AF' })).body.data.map((row: Json) => row.id), [5]);
  });

  it('covers a body, also a compressed one as it travels', async () => {
    const body = '{"station":"香港"}';
    assert.equal((await call({ method: 'POST', path, body })).body.data[0].id, 5);
    assert.equal((await call({ method: 'POST', path, body: gzipSync(body) }, { headers: { 'content-encoding': 'gzip' } })).body.data[0].id, 5);
  });

  it('may be signed by SM3', async () => {
    assert.equal((await call({ path, algorithm: 'HMAC-SM3', query: 'pageNum=1&pageSize=1' })).status, 200);
  });

  it('is answered on the SEA face too', async () => {
    assert.equal((await call({ path: '/szsea/api/sharing/signed1' })).body.success, true);
  });

  it('is made by the script of the consumer’s guide', async () => {
    const rows = tides(3);
    await hostTable(node, 'tides', ['id,stationname,timestamp,depth_m', ...rows.map(({ id, stationname, timestamp, depth_m: depth }) => `${id},${stationname},${timestamp},${depth}`)].join('\n'));
    await publish(node, 'cwgcsssj', tideProduct({ authentication: ['signature'] }));
    await giveGrant(node, 'signer', 'cwgcsssj');
    const answer = await callByGuide({ KEY_ID: pair.keyId, SECRET: pair.secret, NODE: node.dataUrl });
    assert.equal(answer.success, true, JSON.stringify(answer));
  });

  it('is journalled under its subject and credential', async () => {
    const { requestId } = await call({ path });
    const [record] = await journalOf(node, requestId);
    assert.deepEqual([record.actor, record.credentialId, record.result], ['signer', pair.id, 'allowed']);
  });
});

describe('[GOV-auth] a signature does not fit', needs('openssl'), () => {
  const body = '{"station":"香港"}';
  const query = 'station=%E9%A6%99%E6%B8%AF';
  const altered: Record<string, () => Promise<Sent>> = {
    'another method': () => call({ path }, { init: { method: 'POST' } }),
    'another path': () => call({ path: '/gov/v1/observers1' }, { target: path }),
    'another parameter': () => call({ path, query }, { target: `${path}?station=%E8%B5%A4%E6%B9%BE` }),
    'a parameter more': () => call({ path, query }, { target: `${path}?${query}&pageSize=1` }),
    'a parameter less': () => call({ path, query }, { target: path }),
    'another body': () => call({ method: 'POST', path, body }, { init: { body: body.replace('香港', '赤湾') } }),
    'a body more': () => call({ method: 'POST', path }, { init: { body }, headers: { 'content-type': 'application/json' } }),
    'another time': async () => call({ path }, { headers: { 'x-lq-time': String(Date.now() + 1234) } }),
    'another nonce': () => call({ path }, { headers: { 'x-lq-nonce': 'a'.repeat(16) } }),
    'another’s key ID': () => call({ path }, { headers: { 'x-lq-key-id': other.keyId } }),
    'another algorithm': () => call({ path }, { headers: { 'x-lq-alg': 'HMAC-SM3' } }),
    'another secret': () => call({ path }, {}, { ...pair, secret: other.secret }),
    'an unknown key ID': () => call({ path }, {}, { ...pair, keyId: `k${'A'.repeat(16)}` }),
    'a key ID that is none': () => call({ path }, {}, { ...pair, keyId: "k'OR'1=1" }),
  };
  for (const [title, refused] of Object.entries(altered)) {
    it(title, async () => {
      const { status, code, body: said, errorId } = await refused();
      assert.deepEqual([status, code, said.msg], [401, 'credential.invalid', '授权码或签名无效，请检查后重试 (the credential is missing or not valid: check it)']);
      assert.ok(errorId !== null && (await node.logged(errorId)) !== '');
    });
  }

  it('leaves nothing behind: what was altered is good once put right', async () => {
    const headers = await signed(pair, { path });
    assert.equal((await send(`${path}?station=x`, headers)).status, 401);
    assert.equal((await send(path, headers)).status, 200);
  });

  it('the operator sees what was expected, and no secret', async () => {
    const { errorId } = await call({ path }, { target: `${path}?station=x` });
    const line = await node.logged(errorId ?? '-');
    assert.ok(line.includes(pair.keyId) && line.includes('LINGQU1-HMAC-SHA256'));
    assert.ok(!node.log().includes(pair.secret));
  });
});

describe('[GOV-auth] what is no signature', needs('openssl'), () => {
  it('says which header is missing or of another form', async () => {
    const headers = await signed(pair, { path });
    for (const name of Object.keys(headers)) {
      const { [name]: _, ...rest } = headers;
      for (const bad of [rest, { ...rest, [name]: 'x'.repeat(100) }, { ...rest, [name]: `${headers[name]}, ${headers[name]}` }]) {
        const { status, code, body } = await send(path, bad);
        assert.deepEqual([status, code, body.details], [400, 'signature.header', { header: name }]);
      }
    }
    assert.equal((await send(path, { ...headers, 'x-lq-alg': 'none' })).code, 'signature.header');
  });

  it('a key beside it is one credential too many', async () => {
    const headers = await signed(pair, { path });
    assert.deepEqual([(await send(path, { ...headers, appkey: 'x' })).code, (await send(`${path}?appkey=x`, headers)).code], ['credential.twice', 'credential.twice']);
  });

  it('a clock 11 minutes off is told so, with the node’s time; 9 minutes off are borne', async () => {
    for (const minutes of [-11, 11]) {
      const { status, code, body } = await call({ path, time: Date.now() + minutes * 60_000 });
      assert.deepEqual([status, code], [401, 'signature.clock']);
      assert.ok(Math.abs(body.details.serverTime - Date.now()) < 60_000 && Math.abs(body.details.differenceSeconds - minutes * 60) < 60, JSON.stringify(body.details));
      assert.match(body.msg, minutes < 0 ? /慢 6\d\d 秒/ : /快 6\d\d 秒/);
    }
    for (const minutes of [-9, 9]) assert.equal((await call({ path, time: Date.now() + minutes * 60_000 })).status, 200);
  });
});

describe('[GOV-auth] keys that sign', needs('openssl'), () => {
  it('rotate with overlap, and end when revoked', async () => {
    await newHolder(node, 'rotating');
    await giveGrant(node, 'rotating', 'signed1');
    const first = await newPair(node, 'rotating');
    const second = await newPair(node, 'rotating', { kind: 'signature', overlapSeconds: 3600 }, '/rotate');
    assert.deepEqual([(await call({ path }, {}, first)).status, (await call({ path }, {}, second)).status], [200, 200]);
    const third = await newPair(node, 'rotating', { kind: 'signature', overlapSeconds: 0 }, '/rotate');
    assert.deepEqual([(await call({ path }, {}, first)).code, (await call({ path }, {}, second)).code, (await call({ path }, {}, third)).status], ['credential.invalid', 'credential.invalid', 200]);
    await make(node, 'DELETE', `/subjects/rotating/credentials/${third.id}`);
    assert.equal((await call({ path }, {}, third)).code, 'credential.invalid');
  });

  it('[NDI-8.1c] are shown once and kept sealed', async () => {
    const listed = JSON.stringify(await make(node, 'GET', '/subjects/signer/credentials'));
    assert.ok(listed.includes(pair.keyId) && !listed.includes(pair.secret));
    assert.ok(!JSON.stringify(await make(node, 'GET', '/journal?stream=operation')).includes(pair.secret));
  });

  it('rotating them leaves appkeys as they are', async () => {
    const { appkey } = await newHolder(node, 'both');
    await giveGrant(node, 'both', 'observers1');
    await newPair(node, 'both');
    await newPair(node, 'both', { kind: 'signature', overlapSeconds: 0 }, '/rotate');
    assert.equal((await send('/gov/v1/observers1', { appkey })).status, 200);
  });
});
