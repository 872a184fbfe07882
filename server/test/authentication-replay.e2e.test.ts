import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { startReplicas, type Replicas } from './load/replicas.ts';
import type { Json } from './support/management.ts';
import type { StartedNode } from './support/node.ts';
import { observerProduct, shareObservers } from './support/observers.ts';
import { needs } from './support/services.ts';
import { giveGrant, newHolder, publish } from './support/sharing.ts';
import { gatewaySigned, newPair, openDailySecret, signed, type Headers, type KeyPair } from './support/signing.ts';

const path = '/gov/v1/signed1';

describe('[GOV-auth] a signature is good once', needs('postgres', 'openssl'), () => {
  let replicas: Replicas;
  let pair: KeyPair;

  before(async () => {
    replicas = await startReplicas();
    await shareObservers(replicas.a);
    await publish(replicas.a, 'signed1', observerProduct({ authentication: ['signature', 'gateway'] }));
    await newHolder(replicas.a, 'signer');
    await giveGrant(replicas.a, 'signer', 'signed1');
    pair = await newPair(replicas.a, 'signer');
    await until(replicas.b, () => signed(pair, { path })); // the other replica has heard of it
  });
  after(() => replicas[Symbol.asyncDispose]());

  it('by the replica that took it and by the other one', async () => {
    for (const [first, second] of [[replicas.a, replicas.b], [replicas.b, replicas.a]] as const) {
      const headers = await signed(pair, { path });
      assert.equal(await codeOf(first, headers), 200);
      assert.deepEqual([await codeOf(first, headers), await codeOf(second, headers)], ['signature.replayed', 'signature.replayed']);
    }
  });

  it('another signature with the same nonce is refused too', async () => {
    const nonce = 'n'.repeat(64);
    assert.equal(await codeOf(replicas.a, await signed(pair, { path, nonce })), 200);
    assert.equal(await codeOf(replicas.b, await signed(pair, { path, nonce, time: Date.now() + 1000 })), 'signature.replayed');
  });

  it('one of 50 equal calls at once passes, on two replicas together', async () => {
    const headers = await signed(pair, { path });
    const codes = await Promise.all(Array.from({ length: 50 }, (_, index) => codeOf(index % 2 === 0 ? replicas.a : replicas.b, headers)));
    assert.deepEqual(codes.filter((code) => code === 200).length, 1);
    assert.ok(codes.every((code) => code === 200 || code === 'signature.replayed'), codes.join(' '));
  });

  it('what does not fit spends nothing', async () => {
    const nonce = 'm'.repeat(16);
    assert.equal(await codeOf(replicas.a, await signed({ ...pair, secret: 'guessed' }, { path, nonce })), 'credential.invalid');
    assert.equal(await codeOf(replicas.a, await signed(pair, { path, nonce })), 200);
  });

  it('both replicas give one secret of the day, and a call under it is good once', async () => {
    const { keyId: rid, secret: appKey } = await newPair(replicas.a, 'signer', { kind: 'gateway', cipher: 'cbc' });
    const secrets: string[] = [];
    for (const node of [replicas.a, replicas.b]) {
      await until(node, () => gatewaySigned(appKey, rid, 'signed1'), async (headers) => {
        const answer: Json = await (await fetch(`${node.dataUrl}/sysapi/auth/refreshappsecret`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(headers) })).json();
        if (answer.code === '0') secrets.push(await openDailySecret(appKey, 'cbc', answer.data.secret));
        return answer.code === '0';
      });
    }
    assert.equal(new Set(secrets).size, 1);
    const headers = await gatewaySigned(secrets[0] ?? '', rid, 'signed1');
    assert.deepEqual([await codeOf(replicas.b, headers), await codeOf(replicas.a, headers), await codeOf(replicas.b, headers)], [200, 'signature.replayed', 'signature.replayed']);
  });

  it('while the database cannot remember it, it is refused', async () => {
    const url = new URL(replicas.a.databaseUrl ?? '');
    const headers = await signed(pair, { path });
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    try {
      await client.query('ALTER TABLE spent_proofs RENAME TO spent_elsewhere');
      assert.equal(await codeOf(replicas.a, headers), 'signature.unspent');
      await client.query('ALTER TABLE spent_elsewhere RENAME TO spent_proofs');
      assert.equal(await codeOf(replicas.a, headers), 200);
    } finally {
      await client.end();
    }
  });
});

/** 200, or the code of the refusal. */
async function codeOf(node: StartedNode, headers: Headers): Promise<number | string> {
  const answer = await fetch(`${node.dataUrl}${path}`, { headers });
  const body: Json = await answer.json();
  return answer.status === 200 ? 200 : body.code;
}

/** Calls, each time anew, until the node has heard of what was made on the other one. */
async function until(node: StartedNode, make: () => Promise<Headers>, passes: (headers: Headers) => Promise<boolean> = async (headers) => (await codeOf(node, headers)) === 200): Promise<void> {
  const end = Date.now() + 5000;
  while (!(await passes(await make()))) assert.ok(Date.now() < end, 'the replica did not hear of it within 5 s');
}
