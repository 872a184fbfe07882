import assert from 'node:assert/strict';
import { scryptSync } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import { onBothEngines, type TestDatabase } from '../../../test/support/database.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { DomainError } from '../../kernel/errors.ts';
import type { Database } from '../../storage/database.ts';
import {
  changePassword, createUser, getUser, logIn, logOut, resetPassword, resolveSession,
  sweepIdentity, unlockUser, updateUser, verifyCsrf, type LogIn, type OneTimePassword, type User,
} from './index.ts';
import { verifyPassword } from './hashing.ts';
import { chargeAttempt } from './store-attempts.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Hashes carry their parameters: with small ones these many log-ins take no time. */
const cheapHash = (text: string): string =>
  `$scrypt$ln=4,r=1,p=1$AAAA$${scryptSync(text, Buffer.alloc(3), 32, { N: 16, r: 1, p: 1 }).toString('base64').replaceAll('=', '')}`;
const password: OneTimePassword = { text: 'Correct-Horse-1', hash: cheapHash('Correct-Horse-1') };

onBothEngines('log-in', (fresh) => {
  let opened: TestDatabase;
  let db: Database;
  let count = 0;
  const clock: Clock & { at: number } = { at: 0, now: () => new Date(clock.at) };
  before(async () => {
    opened = await fresh();
    db = opened.database;
  });
  after(() => opened[Symbol.asyncDispose]());
  beforeEach(() => {
    clock.at = Date.parse('2026-03-02T01:00:00Z');
  });

  /** A user whose password is `password.text`, already changed unless `mustChange`. */
  async function aUser(mustChange = false): Promise<User> {
    const name = `user${++count}`;
    const user = await db.transaction((tx) => createUser(tx, clock, { name, displayName: '张三', role: 'provider' }, password));
    if (!mustChange) await db.query('UPDATE users SET must_change = false WHERE id = $1', [user.id]);
    return { ...user, mustChange };
  }
  const enter = (name: string, text = password.text): Promise<LogIn> => logIn(db, clock, { name, password: text });
  const failWith = async (name: string, text: string): Promise<string> =>
    enter(name, text).then(() => 'in', (error: { kind: string; code: string }) => `${error.kind} ${error.code}`);
  const WRONG = 'unauthenticated identity.log-in.wrong';
  const LOCKED = 'locked identity.log-in.locked';
  async function failTimes(times: number, name: string): Promise<void> {
    for (let i = 0; i < times; i += 1) await failWith(name, 'wrong');
  }

  test('the right password begins a session; key and CSRF token are not in the database', async () => {
    const user = await aUser();
    const begun = await enter(user.name);
    assert.equal(begun.user.id, user.id);
    assert.equal(begun.mustChange, false);
    assert.ok(!('passwordHash' in begun.user));
    assert.equal(begun.expiresAt.getTime(), clock.at + 8 * HOUR);
    assert.match(begun.sessionKey, /^[A-Za-z0-9_-]{32}$/);
    const session = await resolveSession(db, clock, begun.sessionKey);
    assert.deepEqual(session.actor, {
      kind: 'user', id: user.id, name: user.name, role: 'provider', scopes: ['read', 'operate', 'journal', 'users'], mustChange: false, token: null,
    });
    const kept = JSON.stringify(await db.query('SELECT * FROM sessions'));
    assert.ok(!kept.includes(begun.sessionKey) && !kept.includes(begun.csrfToken));
  });

  test('the name is read in any case and with blanks about it', async () => {
    const user = await aUser();
    assert.equal((await enter(` ${user.name.toUpperCase()} `)).user.id, user.id);
  });

  test('unknown, disabled and mistaken are answered alike', async () => {
    const [user, disabled] = [await aUser(), await aUser()];
    await db.query('UPDATE users SET disabled = true WHERE id = $1', [disabled.id]);
    const answers = await Promise.all(
      [['nobody-here', password.text], [disabled.name, password.text], [user.name, 'Wrong-Horse-1'], ['no name\0', 'x']].map(([name, text]) =>
        enter(name ?? '', text).then(() => assert.fail('let in'), ({ kind, code, details, message }: DomainError) => ({ kind, code, details, message })),
      ),
    );
    for (const answer of answers) assert.deepEqual(answer, answers[0]);
    assert.equal(answers[0]?.kind, 'unauthenticated');
  });

  test('the fifth failure locks for 30 minutes, also against the right password; then it is forgotten', async () => {
    const user = await aUser();
    const answers = [];
    for (let i = 0; i < 6; i += 1) answers.push(await failWith(user.name, 'Wrong-Horse-1'));
    assert.deepEqual(answers, [WRONG, WRONG, WRONG, WRONG, LOCKED, LOCKED]);
    const until = new Date(clock.at + 30 * MINUTE);
    await assert.rejects(enter(user.name), { code: 'identity.log-in.locked', details: { until: until.toISOString() } });
    assert.deepEqual((await getUser(db, clock, user.id)).lockedUntil, until);
    clock.at += 30 * MINUTE - 1;
    assert.equal(await failWith(user.name, password.text), LOCKED);
    clock.at += 1;
    assert.equal((await getUser(db, clock, user.id)).lockedUntil, null);
    assert.equal(await failWith(user.name, password.text), 'in');
  });

  test('a name that no user has is locked just the same', async () => {
    const answers = [];
    for (let i = 0; i < 6; i += 1) answers.push(await failWith('no-such-user', 'Wrong-Horse-1'));
    assert.deepEqual(answers, [WRONG, WRONG, WRONG, WRONG, LOCKED, LOCKED]);
  });

  test('a right password forgets the failures before it', async () => {
    const user = await aUser();
    await failTimes(4, user.name);
    await enter(user.name);
    await failTimes(4, user.name);
    assert.equal(await failWith(user.name, password.text), 'in');
  });

  test('the name that was typed is not kept: it may be a password', async () => {
    await failWith('hunter-2-hunter', 'x');
    const kept = await db.query<{ digest: string }>('SELECT name_digest AS digest FROM log_in_attempts');
    for (const { digest } of kept) assert.match(digest, /^[0-9a-f]{6}$/);
  });

  test('of many parallel attempts on one name exactly five are charged', async () => {
    const now = clock.now();
    const attempt = { nameDigest: 'parallel', now, forgetBefore: new Date(now.getTime() - 30 * MINUTE), maxFailures: 5, lockUntil: new Date(now.getTime() + 30 * MINUTE) };
    const charged = await Promise.all(Array.from({ length: 60 }, () => chargeAttempt(db, attempt)));
    assert.deepEqual(charged.filter((failures) => failures !== undefined).toSorted((a, b) => a - b), [1, 2, 3, 4, 5]);
  });

  test('parallel guesses cannot exceed five', async () => {
    const user = await aUser();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => failWith(user.name, `Wrong-Horse-${i}`)));
    assert.equal(answers.filter((answer) => answer === WRONG).length, 4);
    assert.equal(answers.filter((answer) => answer === LOCKED).length, 16);
    assert.equal(await failWith(user.name, password.text), LOCKED);
  });

  test('a manager lifts a lock, by hand or with a new one-time password', async () => {
    const [one, two] = [await aUser(), await aUser()];
    await Promise.all([failTimes(5, one.name), failTimes(5, two.name)]);
    assert.equal(await failWith(one.name, password.text), LOCKED);
    await db.transaction((tx) => unlockUser(tx, one.id));
    assert.equal(await failWith(one.name, password.text), 'in');
    await db.transaction((tx) => resetPassword(tx, clock, two.id, 1, password));
    assert.equal((await enter(two.name)).mustChange, true);
  });

  test('a session ends after 10 idle minutes, and its seen time is written once a minute', async () => {
    const user = await aUser();
    const { sessionKey } = await enter(user.name);
    const began = clock.at;
    const seenAt = async (): Promise<number> =>
      (await db.query<{ at: Date }>('SELECT seen_at AS at FROM sessions WHERE user_id = $1', [user.id]))[0]?.at.getTime() ?? 0;
    clock.at = began + 59_999;
    await resolveSession(db, clock, sessionKey);
    assert.equal(await seenAt(), began);
    clock.at = began + MINUTE;
    await resolveSession(db, clock, sessionKey);
    assert.equal(await seenAt(), began + MINUTE);
    clock.at = began + 11 * MINUTE - 1;
    await resolveSession(db, clock, sessionKey);
    clock.at += 10 * MINUTE;
    await assert.rejects(resolveSession(db, clock, sessionKey), { kind: 'unauthenticated', code: 'identity.session.unknown' });
  });

  test('a session ends after 8 hours however busy', async () => {
    const { sessionKey, expiresAt } = await enter((await aUser()).name);
    while (clock.at + 5 * MINUTE < expiresAt.getTime()) {
      clock.at += 5 * MINUTE;
      await resolveSession(db, clock, sessionKey);
    }
    clock.at = expiresAt.getTime();
    await assert.rejects(resolveSession(db, clock, sessionKey), { code: 'identity.session.unknown' });
  });

  test('logging out ends this session and no other', async () => {
    const user = await aUser();
    const [one, two] = [await enter(user.name), await enter(user.name)];
    await logOut(db, await resolveSession(db, clock, one.sessionKey));
    await assert.rejects(resolveSession(db, clock, one.sessionKey), { code: 'identity.session.unknown' });
    await resolveSession(db, clock, two.sessionKey);
  });

  test('disabling a user ends its sessions for good; a new role is felt at once', async () => {
    const user = await aUser();
    const { sessionKey } = await enter(user.name);
    const changed = await db.transaction((tx) => updateUser(tx, user.id, user.version, { role: 'consumer' }));
    assert.equal((await resolveSession(db, clock, sessionKey)).actor.role, 'consumer');
    const disabled = await db.transaction((tx) => updateUser(tx, user.id, changed.version, { disabled: true }));
    await assert.rejects(resolveSession(db, clock, sessionKey), { code: 'identity.session.unknown' });
    await db.transaction((tx) => updateUser(tx, user.id, disabled.version, { disabled: false }));
    await assert.rejects(resolveSession(db, clock, sessionKey), { code: 'identity.session.unknown' });
  });

  test('who is disabled or given another password while the old one is being looked at does not get in', async () => {
    const [disabled, reset] = [await aUser(), await aUser()];
    const attempts = async (): Promise<number> => (await db.query('SELECT 1 FROM log_in_attempts')).length;
    const already = await attempts();
    const others = Array.from({ length: 6 }, () => verifyPassword('x', undefined)); // the passwords wait behind these
    const answers = [failWith(disabled.name, password.text), failWith(reset.name, password.text)];
    while ((await attempts()) < already + 2);
    await db.transaction(async (tx) => {
      await updateUser(tx, disabled.id, disabled.version, { disabled: true });
      await resetPassword(tx, clock, reset.id, reset.version, { text: 'other', hash: cheapHash('other') });
    });
    assert.deepEqual(await Promise.all(answers), [WRONG, WRONG]);
    assert.deepEqual(await db.query('SELECT 1 FROM sessions WHERE user_id = ANY($1)', [[disabled.id, reset.id]]), []);
    await Promise.all(others);
  });

  test('a CSRF token counts for its own session only', async () => {
    const user = await aUser();
    const [one, two] = [await enter(user.name), await enter(user.name)];
    const session = await resolveSession(db, clock, one.sessionKey);
    verifyCsrf(session, one.csrfToken);
    for (const presented of [undefined, '', two.csrfToken, one.sessionKey]) {
      assert.throws(() => verifyCsrf(session, presented), { kind: 'forbidden', code: 'identity.session.csrf' });
    }
  });

  test('what the caller does alongside stands or falls with the log-in', async () => {
    const user = await aUser();
    const alongside = (): Promise<never> => Promise.reject(new RangeError('journal'));
    await assert.rejects(logIn(db, clock, { name: user.name, password: password.text }, { alongside }), RangeError);
    assert.deepEqual(await db.query('SELECT 1 FROM sessions WHERE user_id = $1', [user.id]), []);
  });

  test('a changed password ends the other sessions and the duty to change', async () => {
    const user = await aUser(true);
    const [mine, other] = [await enter(user.name), await enter(user.name)];
    assert.equal(mine.mustChange, true);
    const session = await resolveSession(db, clock, mine.sessionKey);
    assert.equal(session.actor.mustChange, true);
    await changePassword(db, clock, session, { current: password.text, next: 'Spring-Tide-1' });
    assert.equal((await resolveSession(db, clock, mine.sessionKey)).actor.mustChange, false);
    await assert.rejects(resolveSession(db, clock, other.sessionKey), { code: 'identity.session.unknown' });
    assert.equal(await failWith(user.name, password.text), WRONG);
    assert.equal(await failWith(user.name, 'Spring-Tide-1'), 'in');
  });

  test('a new password must differ from the last five, and may be the sixth', async () => {
    const user = await aUser();
    const session = await resolveSession(db, clock, (await enter(user.name)).sessionKey);
    for (const former of [1, 2, 3, 4, 5, 6]) {
      await db.query('INSERT INTO password_history (user_id, password_hash, set_at) VALUES ($1, $2, $3)', [
        user.id, cheapHash(`Spring-Tide-${former}`), new Date(clock.at - former * DAY),
      ]);
    }
    for (const next of [password.text, 'Spring-Tide-1', 'Spring-Tide-4']) {
      await assert.rejects(changePassword(db, clock, session, { current: password.text, next }), { kind: 'invalid-parameter', code: 'identity.password.history' });
    }
    await changePassword(db, clock, session, { current: password.text, next: 'Spring-Tide-5' });
    const kept = await db.query<{ hash: string }>('SELECT password_hash AS hash FROM password_history WHERE user_id = $1 ORDER BY set_at DESC', [user.id]);
    assert.deepEqual(kept.map((row) => row.hash), [password.hash, ...[1, 2, 3, 4].map((former) => cheapHash(`Spring-Tide-${former}`))]);
  });

  test('a weak password is refused by its rule, and a wrong present one counts towards the lock', async () => {
    const user = await aUser();
    const session = await resolveSession(db, clock, (await enter(user.name)).sessionKey);
    await assert.rejects(changePassword(db, clock, session, { current: password.text, next: 'short-A1' }), { code: 'identity.password.short' });
    for (let i = 0; i < 4; i += 1) {
      await assert.rejects(changePassword(db, clock, session, { current: 'Wrong-Horse-1', next: 'Spring-Tide-1' }), { code: 'identity.log-in.wrong' });
    }
    await assert.rejects(changePassword(db, clock, session, { current: 'Wrong-Horse-1', next: 'Spring-Tide-1' }), { code: 'identity.log-in.locked' });
    assert.equal(await failWith(user.name, password.text), LOCKED);
  });

  test('of two changes at once one wins', async () => {
    const user = await aUser();
    const session = await resolveSession(db, clock, (await enter(user.name)).sessionKey);
    const outcomes = await Promise.allSettled(
      ['Spring-Tide-1', 'Spring-Tide-2'].map((next) => changePassword(db, clock, session, { current: password.text, next })),
    );
    assert.deepEqual(outcomes.map((outcome) => outcome.status).toSorted(), ['fulfilled', 'rejected']);
  });

  test('after 90 days the password must be changed', async () => {
    const user = await aUser();
    clock.at += 90 * DAY - 1;
    assert.equal((await enter(user.name)).mustChange, false);
    clock.at += 1;
    const begun = await enter(user.name);
    assert.equal(begun.mustChange, true);
    assert.equal((await resolveSession(db, clock, begun.sessionKey)).actor.mustChange, true);
  });

  test('sweeping deletes what has ended and nothing else', async () => {
    const user = await aUser();
    await enter(user.name);
    clock.at += 9 * MINUTE;
    const { sessionKey } = await enter(user.name);
    await failTimes(1, 'sweep-me');
    clock.at += MINUTE;
    await sweepIdentity(db, clock);
    assert.equal((await db.query('SELECT 1 FROM sessions WHERE user_id = $1', [user.id])).length, 1);
    await resolveSession(db, clock, sessionKey);
    assert.notDeepEqual(await db.query('SELECT 1 FROM log_in_attempts'), []);
    clock.at += 30 * MINUTE;
    await sweepIdentity(db, clock);
    assert.deepEqual(await db.query('SELECT 1 FROM log_in_attempts'), []);
  });
});
