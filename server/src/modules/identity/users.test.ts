import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { onBothEngines, type TestDatabase } from '../../../test/support/database.ts';
import { systemClock as clock } from '../../kernel/clock.ts';
import { newId } from '../../kernel/ids.ts';
import type { Database } from '../../storage/database.ts';
import { createUser, ensureAdministrator, getUser, listUsers, logIn, resetPassword, unlockUser, updateUser, type Role, type User } from './index.ts';

const oneTime = { text: 'never used here', hash: 'never looked at here' };

onBothEngines('users', (fresh) => {
  let opened: TestDatabase;
  let db: Database;
  before(async () => {
    opened = await fresh();
    db = opened.database;
  });
  after(() => opened[Symbol.asyncDispose]());

  const make = (name: string, role: Role = 'provider'): Promise<User> =>
    db.transaction((tx) => createUser(tx, clock, { name, displayName: '李四', role }, oneTime));
  const update = (...[id, version, changes]: [string, number, Parameters<typeof updateUser>[3]]): Promise<User> =>
    db.transaction((tx) => updateUser(tx, id, version, changes));

  test('a new user must change the one-time password; its hash is told to nobody', async () => {
    const user = await make('li.si');
    assert.deepEqual({ ...user, id: '', createdAt: 0, passwordSetAt: 0 }, {
      id: '', name: 'li.si', displayName: '李四', role: 'provider', disabled: false, mustChange: true, passwordSetAt: 0, version: 1, createdAt: 0,
    });
    assert.deepEqual(await getUser(db, clock, user.id), { ...user, lockedUntil: null });
  });

  test('a name is had by one', async () => {
    await make('only-one');
    await assert.rejects(make('only-one'), { kind: 'conflict', code: 'identity.user.name-taken', details: { name: 'only-one' } });
  });

  for (const [what, name] of Object.entries({ 'capitals': 'LiSi', 'too short': 'li', 'too long': 'l'.repeat(33), 'a digit first': '1li', 'Chinese': '李四五', 'a line end': 'lisi\n' })) {
    test(`names are refused: ${what}`, () => assert.rejects(make(name), { kind: 'invalid-parameter', code: 'identity.user.invalid', details: { fields: ['name'] } }));
  }

  test('each change has its version; a stale one is refused and told the present one', async () => {
    const user = await make('versioned');
    const changed = await update(user.id, 1, { displayName: '王五', role: 'auditor' });
    assert.deepEqual([changed.displayName, changed.role, changed.version], ['王五', 'auditor', 2]);
    await assert.rejects(update(user.id, 1, { role: 'manager' }), { kind: 'precondition-failed', code: 'identity.user.changed', details: { version: 2 } });
    const reset = await db.transaction((tx) => resetPassword(tx, clock, user.id, 2, oneTime));
    assert.deepEqual([reset.mustChange, reset.version], [true, 3]);
    await assert.rejects(db.transaction((tx) => resetPassword(tx, clock, user.id, 2, oneTime)), { code: 'identity.user.changed' });
  });

  test('nothing to change is refused', async () => {
    const user = await make('unchanged');
    await assert.rejects(update(user.id, 1, {}), { code: 'identity.user.invalid' });
  });

  test('who is not there, is not found', async () => {
    for (const id of [newId(), 'no-uuid', "'; DROP TABLE users", '\0']) {
      const unknown = { kind: 'not-found', code: 'identity.user.unknown' };
      await assert.rejects(getUser(db, clock, id), unknown);
      await assert.rejects(update(id, 1, { disabled: true }), unknown);
      await assert.rejects(db.transaction((tx) => resetPassword(tx, clock, id, 1, oneTime)), unknown);
      await assert.rejects(db.transaction((tx) => unlockUser(tx, id)), unknown);
    }
  });

  test('the last manager who can log in stays, also when two leave at once', async () => {
    const [one, two] = [await make('manager-1', 'manager'), await make('manager-2', 'manager')];
    const left = await Promise.allSettled([update(one.id, 1, { role: 'auditor' }), update(two.id, 1, { disabled: true })]);
    const refused = left.filter((outcome) => outcome.status === 'rejected');
    assert.equal(refused.length, 1);
    assert.deepEqual([refused[0]?.reason.kind, refused[0]?.reason.code], ['conflict', 'identity.user.last-manager']);
    const stayed = left[0]?.status === 'rejected' ? one : two;
    assert.equal((await update(stayed.id, 1, { displayName: '留守' })).role, 'manager');
  });

  test('lists go by name, page after page, without gap or double', async () => {
    for (const n of [3, 1, 5, 2, 4]) await make(`paged-${n}`);
    const all = (await listUsers(db, clock, { limit: 200 })).items.map((user) => user.name);
    assert.deepEqual(all, [...all].toSorted());
    const paged: string[] = [];
    for (let cursor: string | undefined, pages = 0; pages < 100; pages += 1) {
      const page = await listUsers(db, clock, { limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      assert.ok(page.items.length <= 2);
      paged.push(...page.items.map((user) => user.name));
      if (page.next === null) break;
      cursor = page.next;
    }
    assert.deepEqual(paged, all);
  });

  test('a page has its bounds, a cursor its form', async () => {
    for (const limit of [0, 201, 1.5, Number.NaN]) await assert.rejects(listUsers(db, clock, { limit }), { kind: 'invalid-parameter', code: 'identity.page.limit' });
    for (const cursor of ['', '***', Buffer.from('a\0').toString('base64url'), Buffer.from([0xff]).toString('base64url')]) {
      await assert.rejects(listUsers(db, clock, { cursor }), { kind: 'invalid-parameter', code: 'identity.page.cursor' });
    }
  });
});

onBothEngines('first start', (fresh) => {
  test('makes one administrator with a one-time password, however many replicas start', async () => {
    await using opened = await fresh();
    const db = opened.database;
    const made = (await Promise.all([1, 2, 3].map(() => ensureAdministrator(db, clock)))).filter((one) => one !== null);
    assert.equal(made.length, 1);
    assert.equal(await ensureAdministrator(db, clock), null);
    const begun = await logIn(db, clock, { name: 'admin', password: made[0]?.oneTimePassword ?? '' });
    assert.equal(begun.user.role, 'manager');
    assert.equal(begun.mustChange, true);
  });
});
