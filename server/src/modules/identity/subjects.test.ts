import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { onBothEngines, type TestDatabase } from '../../../test/support/database.ts';
import type { Clock } from '../../kernel/clock.ts';
import { newId } from '../../kernel/ids.ts';
import type { Database } from '../../storage/database.ts';
import { NodeKey } from '../../storage/node-key.ts';
import { currentRevision } from '../../storage/revision.ts';
import {
  createSubject, createUser, deleteSubject, findCredential, getSubject, getSubjectByName, isInForce, issueCredential, listCredentials,
  listSubjects, revokeCredential, rotateCredential, updateSubject, type IssuedCredential, type Subject, type SubjectChanges,
} from './index.ts';
import { hashKey } from './secrets.ts';

const SECOND = 1000;

const key = new NodeKey(Buffer.alloc(32, 7));

onBothEngines('subjects and their appkeys', (fresh) => {
  let opened: TestDatabase;
  let db: Database;
  let count = 0;
  const clock: Clock & { at: number } = { at: Date.parse('2026-03-02T01:00:00Z'), now: () => new Date(clock.at) };
  before(async () => {
    opened = await fresh();
    db = opened.database;
  });
  after(() => opened[Symbol.asyncDispose]());

  const aSubject = (more: { name?: string; ownerId?: string | null } = {}): Promise<Subject> =>
    db.transaction((tx) => createSubject(tx, clock, { name: `海洋预报系统 ${++count}`, kind: 'application', ...more }));
  const anOwner = async (): Promise<string> =>
    (await db.transaction((tx) => createUser(tx, clock, { name: `owner${++count}`, displayName: '王五', role: 'consumer' }, { text: '', hash: '' }))).id;
  const update = (id: string, version: number, changes: SubjectChanges): Promise<Subject> => db.transaction((tx) => updateSubject(tx, id, version, changes));
  const issue = (subjectId: string, validity: { notBefore?: Date; expiresAt?: Date } = {}): Promise<IssuedCredential> =>
    db.transaction((tx) => issueCredential(tx, clock, key, subjectId, { kind: 'appkey', ...validity }));
  const rotate = (subjectId: string, overlapSeconds: number, expiresAt?: Date): Promise<IssuedCredential> =>
    db.transaction((tx) => rotateCredential(tx, clock, key, subjectId, { kind: 'appkey', overlapSeconds, ...(expiresAt && { expiresAt }) }));
  const revoke = (subjectId: string, id: string): Promise<unknown> => db.transaction((tx) => revokeCredential(tx, clock, subjectId, id));
  /** What a call with the key meets now. */
  const call = async (appkey: string): Promise<string> => {
    const found = await findCredential(db, { kind: 'appkey', key: appkey });
    return isInForce(found, clock.now()) ? found.subjectName : 'refused';
  };
  /** Asserts that `change` raised the revision, so that running calls feel it. */
  async function felt<T>(change: Promise<T> | (() => Promise<T>)): Promise<T> {
    const beforehand = await currentRevision(db);
    const result = await (typeof change === 'function' ? change() : change);
    assert.ok((await currentRevision(db)) > beforehand);
    return result;
  }

  test('a subject is made, found by id and by name', async () => {
    const ownerId = await anOwner();
    const subject = await felt(() => aSubject({ ownerId }));
    assert.deepEqual({ ...subject, id: '', name: '' }, {
      id: '', name: '', kind: 'application', unit: '', contact: '', ownerId, disabled: false, version: 1, createdAt: clock.now(),
    });
    assert.deepEqual(await getSubject(db, subject.id), subject);
    assert.deepEqual(await getSubjectByName(db, subject.name), subject);
  });

  test('a name is had by one, also after a change', async () => {
    const [one, two] = [await aSubject(), await aSubject()];
    const taken = { kind: 'conflict', code: 'identity.subject.name-taken', details: { name: one.name } };
    await assert.rejects(aSubject({ name: one.name }), taken);
    await assert.rejects(update(two.id, 1, { name: one.name }), taken);
    assert.deepEqual(await getSubject(db, two.id), two);
  });

  test('names say something and the owner is a user', async () => {
    for (const name of ['', ' x', 'x\n', 'x'.repeat(101)]) {
      await assert.rejects(aSubject({ name }), { kind: 'invalid-parameter', code: 'identity.subject.invalid', details: { fields: ['name'] } });
    }
    await assert.rejects(aSubject({ ownerId: newId() }), { kind: 'invalid-parameter', code: 'identity.subject.owner-unknown' });
    const subject = await aSubject();
    await assert.rejects(update(subject.id, 1, { ownerId: newId() }), { code: 'identity.subject.owner-unknown' });
  });

  test('each change has its version and is felt; a stale one is refused', async () => {
    const subject = await aSubject();
    const changed = await felt(() => update(subject.id, 1, { unit: '海洋局', contact: '0755', disabled: true }));
    assert.deepEqual(changed, { ...subject, unit: '海洋局', contact: '0755', disabled: true, version: 2 });
    await assert.rejects(update(subject.id, 1, { disabled: false }), { kind: 'precondition-failed', code: 'identity.subject.changed', details: { version: 2 } });
    const outcomes = await Promise.allSettled([1, 2, 3].map((n) => update(subject.id, 2, { unit: String(n) })));
    assert.equal(outcomes.filter((outcome) => outcome.status === 'fulfilled').length, 1);
  });

  test('what is not there, is not found', async () => {
    const unknown = { kind: 'not-found', code: 'identity.subject.unknown' };
    for (const id of [newId(), 'no-uuid', '\0']) {
      await assert.rejects(getSubject(db, id), unknown);
      await assert.rejects(getSubjectByName(db, id), unknown);
      await assert.rejects(update(id, 1, { disabled: true }), unknown);
      await assert.rejects(issue(id), unknown);
      await assert.rejects(rotate(id, 0), unknown);
      await assert.rejects(db.transaction((tx) => deleteSubject(tx, id)), unknown);
      assert.deepEqual(await listCredentials(db, id), []);
    }
  });

  test('lists go by name, page after page, and narrow to an owner', async () => {
    const ownerId = await anOwner();
    const made = [];
    for (const name of ['乙', '甲', 'b', 'B', '😀', 'a b']) made.push((await aSubject({ name: `列 ${name}`, ownerId })).name);
    const byBytes = made.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const paged: string[] = [];
    let next: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof listSubjects>> = await listSubjects(db, { ownerId, limit: 2, ...(next !== null && { cursor: next }) });
      paged.push(...page.items.map((subject) => subject.name));
      next = page.next;
    } while (next !== null);
    assert.deepEqual(paged, byBytes);
    assert.ok((await listSubjects(db, { limit: 200 })).items.length > paged.length);
  });

  test('deleting takes the keys along, but not while a grant names the subject', async () => {
    const [free, granted] = [await aSubject(), await aSubject()];
    const { secret: appkey } = await issue(free.id);
    await felt(() => db.transaction((tx) => deleteSubject(tx, free.id)));
    assert.equal(await call(appkey), 'refused');
    const productId = newId();
    await db.query('INSERT INTO products (id, code) VALUES ($1, $2)', [productId, productId]);
    await db.query(`INSERT INTO grants (id, subject_id, product_id, policy) VALUES ($1, $2, $3, '{}')`, [newId(), granted.id, productId]);
    await assert.rejects(db.transaction((tx) => deleteSubject(tx, granted.id)), { kind: 'in-use', code: 'identity.subject.in-use' });
    await getSubject(db, granted.id);
  });

  test('an appkey is shown once, kept as a hash and found by it', async () => {
    const subject = await aSubject();
    const { secret: appkey, credential } = await felt(() => issue(subject.id));
    assert.match(appkey, /^[A-Za-z0-9_-]{32}$/);
    assert.equal(credential.hint, appkey.slice(-4));
    const [kept] = await db.query<{ key_hash: string }>('SELECT * FROM credentials WHERE id = $1', [credential.id]);
    assert.equal(kept?.key_hash, hashKey(appkey));
    assert.ok(!JSON.stringify(kept).includes(appkey));
    assert.deepEqual(await findCredential(db, { kind: 'appkey', key: appkey }), {
      credentialId: credential.id, kind: 'appkey', secretSealed: null, cipher: null, publicKey: null, subjectId: subject.id, subjectName: subject.name, notBefore: clock.now(), expiresAt: null, revokedAt: null, subjectDisabled: false,
    });
    assert.deepEqual(await listCredentials(db, subject.id), [credential]);
  });

  test('missing, unknown, revoked keys and disabled subjects are answered alike, be the key expired besides', async () => {
    const [revoked, disabled] = [await aSubject(), await aSubject()];
    const [one, two] = [await issue(revoked.id, { expiresAt: new Date(clock.at + SECOND) }), await issue(disabled.id)];
    assert.deepEqual([await call(one.secret), await call(two.secret)], [revoked.name, disabled.name]);
    await felt(() => revoke(revoked.id, one.credential.id));
    await felt(() => update(disabled.id, 1, { disabled: true }));
    clock.at += SECOND;
    for (const appkey of ['', 'x'.repeat(32), `${'x'.repeat(31)}\0`, 'x'.repeat(1000), one.secret, two.secret]) {
      assert.equal(await call(appkey), 'refused');
    }
    await update(disabled.id, 2, { disabled: false });
    assert.equal(await call(two.secret), disabled.name);
  });

  test('a key holds from its beginning to its end', async () => {
    const subject = await aSubject();
    const begins = clock.at + 60 * SECOND;
    const { secret: appkey } = await issue(subject.id, { notBefore: new Date(begins), expiresAt: new Date(begins + 60 * SECOND) });
    const at = async (time: number): Promise<string> => {
      clock.at = time;
      return call(appkey);
    };
    assert.equal(await at(begins - 5 * SECOND - 1), 'refused');
    assert.equal(await at(begins - 5 * SECOND), subject.name, 'a replica whose clock lags by 5 s');
    assert.equal(await at(begins + 60 * SECOND - 1), subject.name);
    assert.equal(await at(begins + 60 * SECOND), 'refused');
    for (const validity of [{ expiresAt: clock.now() }, { notBefore: new Date(clock.at + 2), expiresAt: new Date(clock.at + 2) }, { expiresAt: new Date(Number.NaN) }]) {
      await assert.rejects(issue(subject.id, validity), { kind: 'invalid-parameter', code: 'identity.credential.expiry' });
    }
  });

  test('rotation: the new key holds at once, the old ones to the end of the overlap or their own', async () => {
    const subject = await aSubject();
    const [short, long] = [await issue(subject.id, { expiresAt: new Date(clock.at + 10 * SECOND) }), await issue(subject.id)];
    const rotated = await felt(() => rotate(subject.id, 60));
    assert.notEqual(rotated.secret, long.secret);
    for (const { secret } of [short, long, rotated]) assert.equal(await call(secret), subject.name);
    clock.at += 10 * SECOND;
    assert.deepEqual([await call(short.secret), await call(long.secret)], ['refused', subject.name]);
    clock.at += 50 * SECOND;
    assert.deepEqual([await call(long.secret), await call(rotated.secret)], ['refused', subject.name]);
    const next = await rotate(subject.id, 0);
    assert.deepEqual([await call(rotated.secret), await call(next.secret)], ['refused', subject.name]);
  });

  test('rotations at once leave one key that outlives the overlap', async () => {
    const subject = await aSubject();
    const rotated = await Promise.all([rotate(subject.id, 30), rotate(subject.id, 30), rotate(subject.id, 30)]);
    clock.at += 30 * SECOND;
    const answers = await Promise.all(rotated.map(({ secret }) => call(secret)));
    assert.deepEqual(answers.toSorted(), ['refused', 'refused', subject.name].toSorted());
  });

  test('the overlap has its bounds', async () => {
    const subject = await aSubject();
    for (const overlap of [-1, 1.5, 30 * 24 * 3600 + 1, Number.NaN]) {
      await assert.rejects(rotate(subject.id, overlap), { kind: 'invalid-parameter', code: 'identity.credential.overlap' });
    }
    await rotate(subject.id, 30 * 24 * 3600);
  });

  test('ten keys may be in force; those ended do not count', async () => {
    const subject = await aSubject();
    const made = await Promise.allSettled(Array.from({ length: 11 }, () => issue(subject.id)));
    assert.deepEqual(made.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : [])), ['identity.credential.too-many']);
    await rotate(subject.id, 0);
    await issue(subject.id);
  });

  test('a key is revoked through its own subject only, and the time of revocation stays', async () => {
    const [one, two] = [await aSubject(), await aSubject()];
    const { secret: appkey, credential } = await issue(one.id);
    for (const [subjectId, id] of [[two.id, credential.id], [one.id, newId()], [one.id, 'x'], ['x', credential.id]] as const) {
      await assert.rejects(revoke(subjectId, id), { kind: 'not-found', code: 'identity.credential.unknown' });
    }
    assert.equal(await call(appkey), one.name);
    const first = await revoke(one.id, credential.id);
    clock.at += SECOND;
    assert.deepEqual(await revoke(one.id, credential.id), first);
  });
});
