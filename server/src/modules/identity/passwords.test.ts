import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hashPassword, verifyPassword } from './hashing.ts';
import { assertPassword, mlps3, newOneTimePassword, passwordProblems } from './passwords.ts';

const codes = (password: string, name = 'zhangsan'): string[] => passwordProblems(password, name).map((problem) => problem.code);

describe('password rules of mlps3', () => {
  test('the settings are those of protection level 3', () => {
    const { minLength, minClasses, history, maxAgeDays, maxFailures, lockMinutes, idleMinutes, sessionHours } = mlps3;
    assert.deepEqual(
      { minLength, minClasses, history, maxAgeDays, maxFailures, lockMinutes, idleMinutes, sessionHours },
      { minLength: 10, minClasses: 3, history: 5, maxAgeDays: 90, maxFailures: 5, lockMinutes: 30, idleMinutes: 10, sessionHours: 8 },
    );
  });
  test('ten characters of three classes are enough', () => assert.deepEqual(codes('abcdefgH12'), []));
  test('nine are too short', () => assert.deepEqual(codes('abcdefH12'), ['identity.password.short']));
  test('a character beyond the basic plane counts once', () => assert.deepEqual(codes('aB1😀😀😀😀😀😀'), ['identity.password.short']));
  test('128 are enough', () => assert.deepEqual(codes('aB1' + 'x'.repeat(125)), []));
  test('129 are too long', () => assert.deepEqual(codes('aB1' + 'x'.repeat(126)), ['identity.password.long']));
  for (const [what, password] of Object.entries({ 'lower and digits': 'abcdefgh12', 'upper and lower': 'abcdefghIJ', 'digits and others': '1234567890-+', 'Chinese only': '春江潮水连海平海上明月' })) {
    test(`too few classes: ${what}`, () => assert.deepEqual(codes(password), ['identity.password.classes']));
  }
  for (const password of ['abcdefg12-', 'ABCDEFG12-', 'abcdEFGH--', '春江潮水连海平月aB']) {
    test(`three classes: ${password}`, () => assert.deepEqual(codes(password), []));
  }
  test('it must not contain the name, in whatever case', () => assert.deepEqual(codes('x1-ZhangSan-9'), ['identity.password.name']));
  test('full-width letters are the same letters', () => assert.deepEqual(codes('１２ｚｈａｎｇｓａｎ-A'), ['identity.password.name']));
  test('no control characters', () => assert.deepEqual(codes('abcdefgH12\n'), ['identity.password.control']));
  test('every broken rule is told, the first by its code', () => {
    assert.throws(() => assertPassword('zhangsan', 'zhangsan', mlps3), {
      kind: 'invalid-parameter',
      code: 'identity.password.short',
      details: { rules: ['identity.password.short', 'identity.password.classes', 'identity.password.name'] },
      message: /至少 10 个字符.*至少 3 类.*不得包含用户名/,
    });
  });
});

describe('password hashes', () => {
  test('are salted PHC texts that carry their parameters, and verify only the same password', async () => {
    const [one, two] = await Promise.all([hashPassword('Correct-Horse-1'), hashPassword('Correct-Horse-1')]);
    assert.match(one, /^\$scrypt\$ln=15,r=8,p=3\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    assert.notEqual(one, two);
    assert.equal(await verifyPassword('Correct-Horse-1', one), true);
    assert.equal(await verifyPassword('Correct-Horse-2', one), false);
  });
  test('with other parameters still verify', async () => {
    // RFC 7914, section 12: scrypt("password", "NaCl", N=1024, r=8, p=16), of which the first 32 bytes.
    const stored = `$scrypt$ln=10,r=8,p=16$TmFDbA$${Buffer.from('fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162', 'hex').toString('base64').replaceAll('=', '')}`;
    assert.equal(await verifyPassword('password', stored), true);
    assert.equal(await verifyPassword('Password', stored), false);
  });
  test('an unknown user costs the same work and is never right', async () => {
    const began = process.cpuUsage();
    assert.equal(await verifyPassword('Correct-Horse-1', undefined), false);
    const { user } = process.cpuUsage(began);
    assert.ok(user > 20_000, `a hash in vain takes time, not ${user} µs`);
  });
  test('an unreadable stored hash is an error, not a wrong password', async () => {
    await assert.rejects(verifyPassword('x', 'plain'), { kind: 'internal', code: 'identity.password.hash' });
  });
  test('beyond those that may wait, hashing is refused as busy, and goes on afterwards', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 70 }, (_, i) => verifyPassword(String(i), '$scrypt$ln=1,r=1,p=1$AAAA$AAAA')));
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    assert.equal(refused.length, 4); // 2 at work, 64 waiting
    for (const { reason } of refused) assert.deepEqual([reason.kind, reason.code], ['busy', 'identity.log-in.busy']);
    assert.equal(await verifyPassword('again', '$scrypt$ln=1,r=1,p=1$AAAA$AAAA'), false);
  });
  test('one-time passwords carry 128 random bits', async () => {
    const [one, two] = await Promise.all([newOneTimePassword(), newOneTimePassword()]);
    assert.match(one.text, /^[A-Za-z0-9_-]{22}$/);
    assert.notEqual(one.text, two.text);
    assert.equal(await verifyPassword(one.text, one.hash), true);
  });
});
