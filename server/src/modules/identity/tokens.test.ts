import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { onBothEngines, type TestDatabase } from '../../../test/support/database.ts';
import type { Clock } from '../../kernel/clock.ts';
import { newId } from '../../kernel/ids.ts';
import type { Database } from '../../storage/database.ts';
import {
  createToken, createUser, isOperatorToken, listTokens, mintOperatorToken, operatorActor, removeOperatorToken, resolveToken, revokeToken, updateUser,
  type Actor, type IssuedToken, type Role, type Scope, type User,
} from './index.ts';

const DAY = 24 * 3600_000;

onBothEngines('API tokens', (fresh) => {
  let opened: TestDatabase;
  let db: Database;
  let count = 0;
  const clock: Clock & { at: number } = { at: Date.parse('2026-03-02T01:00:00Z'), now: () => new Date(clock.at) };
  before(async () => {
    opened = await fresh();
    db = opened.database;
  });
  after(() => opened[Symbol.asyncDispose]());

  async function aUser(role: Role): Promise<{ user: User; actor: Actor }> {
    const name = `user${++count}`;
    const user = await db.transaction((tx) => createUser(tx, clock, { name, displayName: '张三', role }, { text: '', hash: '' }));
    return { user, actor: { kind: 'user', id: user.id, name, role, scopes: [], mustChange: false, token: null } };
  }
  const create = (actor: Actor, scopes: Scope[], more: { name?: string; expiresAt?: Date } = {}): Promise<IssuedToken> =>
    db.transaction((tx) => createToken(tx, clock, actor, { name: 'nightly', scopes, ...more }));
  const wrong = { kind: 'unauthenticated', code: 'identity.token.wrong' };

  test('is shown once, kept as a hash, and stands for its user within its scopes', async () => {
    const { user, actor } = await aUser('manager');
    const { text, token } = await create(actor, ['read', 'users']);
    assert.match(text, /^lq_[A-Za-z0-9_-]{32}$/);
    assert.equal(token.hint, text.slice(-4));
    assert.equal(token.expiresAt.getTime(), clock.at + 90 * DAY);
    assert.deepEqual(await resolveToken(db, clock, text), {
      kind: 'token', id: user.id, name: user.name, role: 'manager', scopes: ['read', 'users'], mustChange: false, token: { id: token.id, name: 'nightly' },
    });
    assert.ok(!JSON.stringify(await db.query('SELECT * FROM api_tokens')).includes(text.slice(3)));
    assert.deepEqual(await listTokens(db, user.id, { limit: 10 }), [token]);
  });

  test('unknown, foreign, expired, revoked, and of a disabled user are answered alike', async () => {
    const { user, actor } = await aUser('manager');
    const other = await aUser('manager');
    const [expired, revoked, disabled] = [await create(actor, ['read'], { expiresAt: new Date(clock.at + 1) }), await create(actor, ['read']), await create(actor, ['read'])];
    clock.at += 1;
    await db.transaction((tx) => revokeToken(tx, clock, user.id, revoked.token.id));
    await resolveToken(db, clock, disabled.text);
    await db.transaction((tx) => updateUser(tx, user.id, 1, { disabled: true }));
    for (const text of [`lq_${'x'.repeat(32)}`, '', disabled.text.slice(3), expired.text, revoked.text, disabled.text]) {
      await assert.rejects(resolveToken(db, clock, text), wrong);
    }
    assert.equal(other.user.disabled, false);
  });

  test('only one\'s own are revoked, and the time of revocation stays', async () => {
    const [{ user, actor }, other] = [await aUser('provider'), await aUser('provider')];
    const { text, token } = await create(actor, ['read']);
    for (const [userId, id] of [[other.user.id, token.id], [user.id, newId()], [user.id, 'x']] as const) {
      await assert.rejects(db.transaction((tx) => revokeToken(tx, clock, userId, id)), { kind: 'not-found', code: 'identity.token.unknown' });
    }
    await resolveToken(db, clock, text);
    const first = await db.transaction((tx) => revokeToken(tx, clock, user.id, token.id));
    clock.at += 1000;
    assert.deepEqual(await db.transaction((tx) => revokeToken(tx, clock, user.id, token.id)), first);
  });

  test('a role holds its own scopes only, also when the role has changed since', async () => {
    const { user, actor } = await aUser('manager');
    const consumer = await aUser('consumer');
    await assert.rejects(create(consumer.actor, ['read', 'journal']), { kind: 'invalid-parameter', code: 'identity.token.scope', details: { permitted: ['read', 'operate'] } });
    const { text } = await create(actor, ['read', 'users', 'journal']);
    await aUser('manager');
    await db.transaction((tx) => updateUser(tx, user.id, 1, { role: 'auditor' }));
    const resolved = await resolveToken(db, clock, text);
    assert.deepEqual([resolved.role, resolved.scopes], ['auditor', ['journal']]);
  });

  test('is made in a session of someone whose password is not due', async () => {
    const { actor } = await aUser('manager');
    const { text } = await create(actor, ['read']);
    await assert.rejects(create(await resolveToken(db, clock, text), ['read']), { kind: 'forbidden', code: 'identity.token.session-only' });
    await assert.rejects(create(operatorActor, ['read']), { kind: 'forbidden', code: 'identity.token.session-only' });
    await assert.rejects(create({ ...actor, mustChange: true }, ['read']), { kind: 'forbidden', code: 'identity.password.must-change' });
  });

  test('has a name, scopes without doubles and an end within a year', async () => {
    const { actor } = await aUser('manager');
    await assert.rejects(create(actor, ['read'], { name: ' ' }), { code: 'identity.token.invalid' });
    await assert.rejects(create(actor, []), { code: 'identity.token.invalid' });
    await assert.rejects(create(actor, ['read', 'read']), { code: 'identity.token.invalid' });
    for (const expiresAt of [new Date(clock.at), new Date(clock.at + 366 * DAY + 1), new Date(Number.NaN)]) {
      await assert.rejects(create(actor, ['read'], { expiresAt }), { kind: 'invalid-parameter', code: 'identity.token.expiry' });
    }
    await create(actor, ['read'], { expiresAt: new Date(clock.at + 366 * DAY) });
  });

  test('fifty may be in force, also when made at once', async () => {
    const { actor } = await aUser('manager');
    const made = await Promise.allSettled(Array.from({ length: 52 }, () => create(actor, ['read'])));
    const refused = made.filter((outcome) => outcome.status === 'rejected');
    assert.deepEqual(refused.map((outcome) => outcome.reason.code), ['identity.token.too-many', 'identity.token.too-many']);
  });
});

describe('the operator token', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lingqu-operator-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test('is written anew by each start, readable by the owner alone, and the one before is void', async () => {
    const file = join(folder, 'operator.token');
    await writeFile(file, 'left by someone\n', { mode: 0o644 });
    const one = await mintOperatorToken(folder);
    const first = (await readFile(file, 'utf8')).trim();
    assert.match(first, /^lqo_[A-Za-z0-9_-]{32}$/);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.equal(isOperatorToken(one, first), true);
    const two = await mintOperatorToken(folder);
    const second = (await readFile(file, 'utf8')).trim();
    assert.equal(isOperatorToken(two, first), false);
    assert.equal(isOperatorToken(two, second), true);
    for (const presented of ['', 'lqo_', second.slice(0, -1), `${second} `]) assert.equal(isOperatorToken(two, presented), false);
    assert.deepEqual(await readdir(folder), ['operator.token']);
    assert.ok(!JSON.stringify(two).includes(second));
  });

  test('is taken away when the node stops, and that it is gone already does not matter', async () => {
    await mintOperatorToken(folder);
    await removeOperatorToken(folder);
    await removeOperatorToken(folder);
    assert.deepEqual(await readdir(folder), []);
  });
});
