import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { canonicalQuery, signedText, signingHashes, type SigningAlgorithm } from './signed-text.ts';

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
  readonly text: readonly string[];
  readonly signature: string;
}

/** Made by another program (server/test/support/sign.py). */
const examples: readonly Example[] = JSON.parse(await readFile(new URL('../../../spec/signature.json', import.meta.url), 'utf8'));

describe('the text that is signed', () => {
  for (const { title, path, query, body, secret, text, signature, ...rest } of examples) {
    it(`is as the example has it: ${title}`, () => {
      const made = signedText({ ...rest, target: query === '' ? path : `${path}?${query}`, body: Buffer.from(body) });
      assert.deepEqual(made.split('\n'), text);
      assert.equal(createHmac(signingHashes[rest.algorithm], secret).update(made).digest('base64'), signature);
    });
  }

  it('has one form of a query', () => {
    const forms: Record<string, string> = {
      '': '', '&&': '', a: 'a=', 'a=': 'a=', '=v': '=v', 'b=2&a=1': 'a=1&b=2', 'a=2&a=1': 'a=1&a=2', 'a==': 'a=%3D', 'a=b?c': 'a=b%3Fc',
      'a=%7e%2a': 'a=~%2A', 'a=x+y': 'a=x%20y', 'a=x%2By': 'a=x%2By', 'a=%e6%bd%ae': 'a=%E6%BD%AE', 'A=1&a=1': 'A=1&a=1', 'a=1&a-b=1': 'a-b=1&a=1',
    };
    for (const [raw, form] of Object.entries(forms)) assert.equal(canonicalQuery(raw), form, raw);
  });

  it('two queries that mean another have another form', () => {
    assert.notEqual(canonicalQuery('a=1&b=2'), canonicalQuery('a=1%26b=2'));
    assert.notEqual(canonicalQuery('a=1'), canonicalQuery('a%3D1'));
  });

  it('refuses what is no percent-encoding', () => {
    for (const raw of ['a=%', 'a=%zz', 'a=%ff', '%c3=1']) assert.throws(() => canonicalQuery(raw), { kind: 'malformed-request', code: 'request.encoding' });
  });
});
