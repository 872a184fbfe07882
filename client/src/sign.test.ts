import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { signCall, type SigningAlgorithm } from './sign.ts';

interface Example {
  readonly title: string;
  readonly algorithm: SigningAlgorithm;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: string;
  readonly keyId: string;
  readonly secret: string;
  readonly time: string;
  readonly nonce: string;
  readonly signature: string;
}

const examples: readonly Example[] = JSON.parse(await readFile(new URL('../../spec/signature.json', import.meta.url), 'utf8'));

describe('signCall', () => {
  for (const { title, algorithm, method, path, query, body, keyId, secret, time, nonce, signature } of examples) {
    it(`signs as the example has it: ${title}`, () => {
      const headers = signCall({ keyId, secret }, { method, url: `http://node.example:8601${path}?${query}`, body, algorithm }, Number(time), nonce);
      assert.deepEqual(headers, { 'x-lq-key-id': keyId, 'x-lq-time': time, 'x-lq-nonce': nonce, 'x-lq-signature': signature, 'x-lq-alg': algorithm });
    });
  }

  it('takes another nonce each time', () => {
    const key = { keyId: 'k', secret: 's' };
    const nonces = new Set(Array.from({ length: 100 }, () => signCall(key, { url: 'http://node.example/' })['x-lq-nonce']));
    assert.equal(nonces.size, 100);
    for (const nonce of nonces) assert.match(nonce, /^[0-9a-f]{32}$/);
  });
});
