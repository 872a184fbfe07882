import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { notFound } from './errors.ts';
import { roles, scopes, type Role, type Scope } from './model.ts';
import { actorText, allow, allowOwned, can, operatorActor, ownerFilter, rights, scopesOfRole, systemActor, type Actor, type Right } from './rights.ts';

const user = (role: Role, more: Partial<Actor> = {}): Actor => ({
  kind: 'user', id: 'u1', name: 'zhangsan', role, scopes, mustChange: false, token: null, ...more,
});
const token = (role: Role, ...held: Scope[]): Actor => user(role, { kind: 'token', scopes: held, token: { id: 't1', name: 'nightly' } });

const reaching = (actor: Actor, reach: string): Right[] => rights.filter((right) => can(actor, right) === reach);

describe('rights of the roles', () => {
  test('a manager does everything but export the journal', () => {
    assert.deepEqual(reaching(user('manager'), 'none'), ['journal.export']);
    assert.deepEqual(reaching(user('manager'), 'own'), []);
  });
  test('a provider maintains its own and sees the catalog', () => {
    assert.deepEqual(reaching(user('provider'), 'all'), ['catalog.read']);
    assert.deepEqual(reaching(user('provider'), 'own'), [
      'sources.read', 'sources.write', 'resources.read', 'resources.write', 'products.read', 'products.write', 'products.publish',
      'products.preview', 'grants.read', 'grants.explain', 'usage.read', 'notices.read',
    ]);
  });
  test('a consumer sees the catalog, its own subjects and grants, and rotates its own keys', () => {
    assert.deepEqual(reaching(user('consumer'), 'all'), ['catalog.read']);
    assert.deepEqual(reaching(user('consumer'), 'own'), ['subjects.read', 'credentials.read', 'credentials.rotate', 'grants.read', 'usage.read']);
  });
  test('an auditor reads journal and usage, and nothing else', () => {
    assert.deepEqual(reaching(user('auditor'), 'all'), ['usage.read', 'journal.read', 'journal.export']);
    assert.deepEqual(reaching(user('auditor'), 'own'), []);
  });
  test('the operator of the machine and the node itself may do everything', () => {
    for (const actor of [operatorActor, systemActor]) assert.deepEqual(reaching(actor, 'all'), rights);
  });
  test('until the password is changed there is no right at all, and that is said first', () => {
    for (const role of roles) assert.deepEqual(reaching(user(role, { mustChange: true }), 'none'), rights);
    assert.throws(() => allow(user('consumer', { mustChange: true }), 'users.write'), { kind: 'forbidden', code: 'identity.password.must-change' });
  });
});

describe('scopes of tokens', () => {
  test('a token with every scope of its role may do all that the role may', () => {
    for (const role of roles) {
      for (const right of rights) assert.equal(can(token(role, ...scopesOfRole[role]), right), can(user(role), right), `${role} ${right}`);
    }
  });
  test('each scope that a role may hold is good for something', () => {
    for (const role of roles) {
      for (const scope of scopesOfRole[role]) assert.ok(rights.some((right) => can(token(role, scope), right) !== 'none'), `${role} ${scope}`);
    }
  });
  test('a token without scopes may do nothing', () => assert.deepEqual(reaching(token('manager'), 'none'), rights));
  test('read does not write, operate does not touch users, users does nothing else', () => {
    assert.equal(can(token('manager', 'read'), 'products.write'), 'none');
    assert.equal(can(token('manager', 'operate'), 'users.write'), 'none');
    assert.deepEqual(reaching(token('manager', 'users'), 'all'), ['users.read', 'users.write']);
  });
  test('what is missing is named: the role before the scope', () => {
    assert.throws(() => allow(token('manager', 'read'), 'grants.write'), { kind: 'forbidden', code: 'identity.scope.missing', details: { right: 'grants.write', scopes: ['operate'] } });
    assert.throws(() => allow(token('consumer', 'read'), 'grants.write'), { kind: 'forbidden', code: 'identity.role.forbidden' });
  });
});

describe('ownership', () => {
  const missing = () => notFound('subject');
  test('own things are reached, others\' and nobody\'s are not there', () => {
    allowOwned(user('provider'), 'products.write', 'u1', missing);
    for (const owner of ['u2', null]) {
      assert.throws(() => allowOwned(user('provider'), 'products.write', owner, missing), { kind: 'not-found', code: 'identity.subject.unknown' });
    }
  });
  test('a manager reaches all', () => allowOwned(user('manager'), 'products.write', 'u2', missing));
  test('a token owns what its user owns', () => allowOwned(token('consumer', 'operate'), 'credentials.rotate', 'u1', missing));
  test('without the right, ownership does not help', () => {
    assert.throws(() => allowOwned(user('consumer'), 'products.write', 'u1', missing), { kind: 'forbidden' });
  });
  test('lists are narrowed to the owner', () => {
    assert.equal(ownerFilter(user('consumer'), 'subjects.read'), 'u1');
    assert.equal(ownerFilter(user('manager'), 'subjects.read'), undefined);
    assert.throws(() => ownerFilter(user('auditor'), 'subjects.read'), { kind: 'forbidden' });
  });
});

test('the journal names each kind of actor', () => {
  assert.deepEqual([user('manager'), token('manager', 'read'), operatorActor, systemActor].map(actorText), ['user:zhangsan', 'token:zhangsan/nightly', 'operator', 'system']);
});
