import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, it, test } from 'node:test';
import { onBothEngines, type TestDatabase } from '../../../test/support/database.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Database } from '../../storage/database.ts';
import { NodeKey } from '../../storage/node-key.ts';
import {
  assertInWindow, createSubject, dailySecret, dayEnd, findCredential, isSignedBy, issueCredential, revokeCredential, secretOf, spendProof, forgetSpent, type FoundCredential, type SignedProof,
} from './index.ts';

const MINUTE = 60_000;
const key = new NodeKey(Buffer.alloc(32, 7));

const proof = (changes: Partial<SignedProof> = {}): SignedProof => ({
  kind: 'signature', keyId: `k${'a'.repeat(16)}`, hash: 'sha256', time: 0, nonce: 'n'.repeat(16), text: 'what was signed', signature: '', ...changes,
});
const signedUnder = (secret: string, changes: Partial<SignedProof> = {}): SignedProof => {
  const unsigned = proof(changes);
  return { ...unsigned, signature: createHmac(unsigned.hash, secret).update(unsigned.text).digest('base64') };
};

describe('the window of a signature', () => {
  const now = new Date('2026-03-02T01:00:00Z');
  it('is ten minutes on either side, ends included', () => {
    for (const off of [-10 * MINUTE, 0, 10 * MINUTE]) assertInWindow(proof({ time: now.getTime() + off }), now);
  });
  for (const [off, word] of [[-10 * MINUTE - 1, /慢 600 秒.*2026-03-02 09:00:00.*behind/], [11 * MINUTE, /快 660 秒.*ahead/]] as const) {
    it(`tells a clock that is ${off} ms off`, () => {
      assert.throws(() => assertInWindow(proof({ time: now.getTime() + off }), now), (error: unknown) => error instanceof Error && word.test(error.message));
    });
  }
});

describe('the secret of the day', () => {
  const at = (text: string): string => dailySecret(key, 'c', new Date(text));
  it('holds from midnight to midnight of Asia/Shanghai', () => {
    assert.equal(at('2026-03-01T16:00:00Z'), at('2026-03-02T15:59:59.999Z'));
    assert.notEqual(at('2026-03-01T15:59:59.999Z'), at('2026-03-01T16:00:00Z'));
    assert.equal(dayEnd(new Date('2026-03-02T01:00:00Z')), Date.parse('2026-03-02T15:59:59.999Z'));
  });
  it('is another for each requester and node, and long', () => {
    assert.notEqual(at('2026-03-02'), dailySecret(key, 'd', new Date('2026-03-02')));
    assert.notEqual(at('2026-03-02'), dailySecret(new NodeKey(Buffer.alloc(32, 8)), 'c', new Date('2026-03-02')));
    assert.match(at('2026-03-02'), /^[\w-]{32}$/);
  });
});

onBothEngines('credentials that sign', (fresh) => {
  let opened: TestDatabase;
  let db: Database;
  let subjectId: string;
  const clock: Clock & { at: number } = { at: Date.parse('2026-03-02T15:55:00Z'), now: () => new Date(clock.at) };
  before(async () => {
    opened = await fresh();
    db = opened.database;
    subjectId = (await db.transaction((tx) => createSubject(tx, clock, { name: '签名方', kind: 'application' }))).id;
  });
  after(() => opened[Symbol.asyncDispose]());

  async function issued(kind: 'signature' | 'gateway'): Promise<{ secret: string; keyId: string; found: FoundCredential; id: string }> {
    const { secret, credential } = await db.transaction((tx) => issueCredential(tx, clock, key, subjectId, kind === 'gateway' ? { kind, cipher: 'ecb' } : { kind }));
    const keyId = credential.keyId ?? '';
    const found = await findCredential(db, proof({ kind, keyId }));
    assert.ok(found);
    return { secret, keyId, found, id: credential.id };
  }

  test('the secret is kept sealed, and opens in its own place only', async () => {
    const { secret, found } = await issued('signature');
    const other = await issued('signature');
    const rows = JSON.stringify(await db.query('SELECT * FROM credentials'));
    assert.ok(!rows.includes(secret));
    assert.equal(secretOf(key, found), secret);
    assert.throws(() => secretOf(key, { ...found, secretSealed: other.found.secretSealed }), { code: 'storage.key.open' });
  });

  test('a signature is its secret’s and nobody else’s', async () => {
    const { secret, found } = await issued('signature');
    assert.ok(isSignedBy(key, signedUnder(secret), found));
    assert.ok(isSignedBy(key, signedUnder(secret, { hash: 'sm3' }), found));
    assert.ok(!isSignedBy(key, { ...signedUnder(secret), text: 'another text' }, found));
    assert.ok(!isSignedBy(key, { ...signedUnder(secret), hash: 'sm3' }, found));
    assert.ok(!isSignedBy(key, signedUnder(`${secret}x`), found));
    assert.ok(!isSignedBy(key, { ...signedUnder(secret), signature: '' }, found));
    assert.ok(!isSignedBy(key, signedUnder('no credential has this secret'), undefined));
  });

  test('a key ID is found by its own kind only', async () => {
    const { keyId } = await issued('signature');
    assert.equal(await findCredential(db, proof({ kind: 'gateway', keyId })), undefined);
    assert.equal(await findCredential(db, { kind: 'appkey', key: keyId }), undefined);
  });

  test('a gateway’s call is signed under the secret of the day that it names', async () => {
    const { secret, keyId, found } = await issued('gateway');
    const [today, tomorrow] = [clock.at, clock.at + 6 * MINUTE];
    const of = (at: number): string => dailySecret(key, found.credentialId, new Date(at));
    const gateway = { kind: 'gateway', keyId, nonce: undefined } as const;
    assert.ok(isSignedBy(key, signedUnder(of(today), { ...gateway, time: today }), found));
    assert.ok(!isSignedBy(key, signedUnder(of(today), { ...gateway, time: tomorrow }), found), 'yesterday’s secret does not sign for today');
    assert.ok(isSignedBy(key, signedUnder(of(tomorrow), { ...gateway, time: tomorrow }), found));
    assert.ok(!isSignedBy(key, signedUnder(secret, { ...gateway, time: today }), found), 'the appKey signs no call');
  });

  test('a nonce is spent once, also by many at once, and each credential has its own', async () => {
    const [one, two] = [await issued('signature'), await issued('signature')];
    const spent = await Promise.allSettled(Array.from({ length: 20 }, () => spendProof(db, proof({ time: clock.at }), one.id)));
    assert.equal(spent.filter(({ status }) => status === 'fulfilled').length, 1);
    assert.deepEqual(new Set(spent.flatMap((each) => (each.status === 'rejected' ? [each.reason.code] : []))), new Set(['signature.replayed']));
    await spendProof(db, proof({ time: clock.at }), two.id);
  });

  test('it is forgotten when its signature has long left the window, not before', async () => {
    const { id } = await issued('signature');
    const old = proof({ time: clock.at, nonce: 'o'.repeat(16) });
    await spendProof(db, old, id);
    clock.at += 19 * MINUTE;
    await forgetSpent(db, clock.now());
    await assert.rejects(spendProof(db, old, id), { code: 'signature.replayed' });
    clock.at += 2 * MINUTE;
    await forgetSpent(db, clock.now());
    await spendProof(db, old, id);
  });

  test('ten of a kind may be in force; a revoked one tells nobody its secret', async () => {
    const made = await db.transaction((tx) => createSubject(tx, clock, { name: '十个', kind: 'platform' }));
    const issue = () => db.transaction((tx) => issueCredential(tx, clock, key, made.id, { kind: 'signature' }));
    const first = await issue();
    for (let count = 1; count < 10; count += 1) await issue();
    await assert.rejects(issue(), { code: 'identity.credential.too-many' });
    await db.transaction((tx) => issueCredential(tx, clock, key, made.id, { kind: 'appkey' }));
    const revoked = await db.transaction((tx) => revokeCredential(tx, clock, made.id, first.credential.id));
    assert.ok(!JSON.stringify(revoked).includes(first.secret));
    await issue();
  });
});
