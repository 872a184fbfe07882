import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { configFile } from './support/config-file.ts';
import type { Json } from './support/management.ts';
import { startNode, type StartedNode } from './support/node.ts';
import { make } from './support/sharing.ts';
import { begin, firstStart, logInAs, newUser, type Browser } from './support/browser.ts';

let node: StartedNode;
before(async () => {
  node = await startNode({ engine: 'pglite' });
});
after(() => node.stop());

const GOOD = 'Shanghai-Tide-42';

describe('the first start', () => {
  it('[NDI-8.1d] prints a one-time password, once; with it nothing can be done but change it', async () => {
    const started = await firstStart();
    try {
      const { name, password, managementUrl } = started;
      const browser = await logInAs(managementUrl, name, password);
      assert.equal(browser.mustChange, true);
      for (const path of ['/node', '/users', '/journal', '/sources', '/grants']) {
        const { status, body } = await browser.ask('GET', path);
        assert.deepEqual([status, body.code], [403, 'identity.password.must-change'], path);
      }
      assert.equal((await browser.ask('POST', '/tokens', { name: 'early', scopes: ['read'] })).body.code, 'identity.password.must-change');
      assert.equal((await browser.ask('POST', '/session/password', { current: password, next: GOOD })).status, 200);
      assert.equal((await browser.ask('GET', '/node')).status, 200);
      assert.deepEqual((await (await logInAs(managementUrl, name, GOOD)).ask('GET', '/session')).body.role, 'manager');
      assert.equal((await begin(managementUrl, name, password)).status, 401);
      assert.ok(!started.log().includes(password));
    } finally {
      await started.stop();
    }
  });
});

describe('passwords', () => {
  const rules: readonly (readonly [next: string, code: string])[] = [
    ['Ab1!', 'identity.password.short'],
    ['Aa1!'.repeat(40), 'identity.password.long'],
    ['alllowercaseletters', 'identity.password.classes'],
    ['Rules-1-tester-x', 'identity.password.name'],
    ['Control\u0007Tide-42', 'identity.password.control'],
  ];
  it('[NDI-8.1d] each rule is told by its own code, and none of the last ones is taken again', async () => {
    const { name, password } = await newUser(node, 'rules-1', 'auditor');
    const browser = await logInAs(node.managementUrl, name, password);
    for (const [next, code] of rules) {
      const { status, body } = await browser.ask('POST', '/session/password', { current: password, next });
      assert.deepEqual([status, body.code], [400, code]);
    }
    assert.equal((await browser.ask('POST', '/session/password', { current: 'Wrong-Password-1', next: GOOD })).status, 401);
    assert.equal((await browser.ask('POST', '/session/password', { current: password, next: GOOD })).status, 200);
    for (const [current, next] of [[GOOD, GOOD], [GOOD, password]] as const) {
      assert.equal((await browser.ask('POST', '/session/password', { current, next })).body.code, 'identity.password.history');
    }
  });

  it('[NDI-8.1d] a reset gives a one-time password again and ends every session', async () => {
    const { id, name, password } = await newUser(node, 'reset-me', 'auditor');
    const browser = await logInAs(node.managementUrl, name, password);
    const { body } = await browser.ask('POST', '/session/password', { current: password, next: GOOD });
    const { oneTimePassword } = await make(node, 'POST', `/users/${id}/password-reset`, { etag: `"${body.version}"` });
    assert.equal((await browser.ask('GET', '/session')).status, 401);
    assert.equal((await begin(node.managementUrl, name, GOOD)).status, 401);
    assert.equal((await logInAs(node.managementUrl, name, oneTimePassword)).mustChange, true);
  });
});

describe('log-in', () => {
  it('[NDI-8.2c] five failures lock the name, also for the right password, and a manager unlocks it', async () => {
    const { id, name, password } = await newUser(node, 'locked-1', 'auditor');
    const statuses: number[] = [];
    for (let guess = 1; guess <= 5; guess += 1) statuses.push((await begin(node.managementUrl, name, `Wrong-Guess-${guess}`)).status);
    assert.deepEqual(statuses, [401, 401, 401, 401, 423]);
    const locked = await begin(node.managementUrl, name, password);
    assert.deepEqual([locked.status, locked.body.code], [423, 'identity.log-in.locked']);
    assert.ok(new Date((await make(node, 'GET', `/users/${id}`)).lockedUntil).getTime() > Date.now());
    await make(node, 'POST', `/users/${id}/unlock`);
    assert.equal((await begin(node.managementUrl, name, password)).status, 201);
    const { items } = await make(node, 'GET', '/journal?actor=user%3Alocked-1&stream=operation');
    assert.equal(items.filter(({ event, result }: Json) => event === 'session.begin' && result === 'denied').length, 6);
  });

  it('[NDI-8.1d] a name that nobody has, a wrong password and a disabled user are answered alike, and lock alike', async () => {
    const { id, name, password } = await newUser(node, 'disabled-1', 'auditor');
    await newUser(node, 'enabled-1', 'auditor');
    await make(node, 'PATCH', `/users/${id}`, { etag: '"1"', body: { disabled: true } });
    const tell = async (who: string, secret: string): Promise<unknown> => {
      const { status, body } = await begin(node.managementUrl, who, secret);
      return { status, code: body.code, detail: body.detail };
    };
    const answers = [await tell(name, password), await tell('nobody-there', 'x'), await tell('enabled-1', 'x'), await tell("' OR '1'='1", 'x')];
    for (const answer of answers) assert.deepEqual(answer, answers[0]);
    const guesses: unknown[] = [];
    for (let guess = 0; guess < 5; guess += 1) guesses.push(((await tell('nobody-at-all', 'x')) as Json).status);
    assert.deepEqual(guesses, [401, 401, 401, 401, 423]);
  });
});

describe('sessions', () => {
  let browser: Browser;
  before(async () => {
    const { name, password } = await newUser(node, 'session-1', 'manager');
    const first = await logInAs(node.managementUrl, name, password);
    await first.ask('POST', '/session/password', { current: password, next: GOOD });
    browser = await logInAs(node.managementUrl, name, GOOD);
  });

  it('[NDI-8.2c] the cookie is HttpOnly and SameSite=Strict, for the whole site, and ends', () => {
    const flags = browser.setCookie.split(';').map((part) => part.trim().toLowerCase());
    assert.match(flags[0] ?? '', /^lingqu_session=[a-z0-9_-]{32}$/);
    for (const flag of ['httponly', 'samesite=strict', 'path=/']) assert.ok(flags.includes(flag), browser.setCookie);
    assert.ok(flags.some((flag) => flag.startsWith('expires=')));
    assert.ok(!flags.some((flag) => flag.startsWith('domain=')));
  });

  it('[NDI-8.2c] the cookie is Secure where the browser came by TLS, to a trusted proxy too', async () => {
    assert.doesNotMatch(browser.setCookie, /secure/i);
    await using settings = await configFile({ listeners: [{ name: 'management', serves: 'management', address: '127.0.0.1', port: 0, trustedProxies: ['127.0.0.1'] }] });
    await using behind = await startNode({ engine: 'pglite', env: { LINGQU_CONFIG: settings.path } });
    const { name, password } = await newUser(behind, 'session-2', 'manager');
    const cookieBy = async (proto: string): Promise<string> => {
      const headers = { 'content-type': 'application/json', 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': proto };
      return (await fetch(`${behind.managementUrl}/api/v1/session`, { method: 'POST', headers, body: JSON.stringify({ name, password }) })).headers.get('set-cookie') ?? '';
    };
    assert.match(await cookieBy('https'), /; Secure/);
    assert.match(await cookieBy('http'), /^lingqu_session=(?!.*Secure)/);
  });

  it('[NDI-8.2c] a change without the CSRF token, or with another one, is refused; reading needs none', async () => {
    const body = { name: '跨站主体', kind: 'application' };
    for (const csrf of [undefined, '', 'wrong', `${browser.csrfToken}x`, browser.csrfToken.toLowerCase()]) {
      const { status, body: problem } = await browser.ask('POST', '/subjects', body, csrf);
      assert.deepEqual([status, problem.code], [403, 'identity.session.csrf'], String(csrf));
    }
    assert.equal((await browser.ask('GET', '/subjects', undefined, undefined)).status, 200);
    assert.equal((await browser.ask('POST', '/subjects', body)).status, 201);
    for (const [method, path] of [['DELETE', '/session'], ['POST', '/tokens'], ['PATCH', '/users/x'], ['PUT', '/products/x']] as const) {
      assert.equal((await browser.ask(method, path, method === 'DELETE' ? undefined : {}, undefined)).body.code, 'identity.session.csrf');
    }
  });

  it('[NDI-8.2c] the CSRF token of another session does not serve', async () => {
    const other = await logInAs(node.managementUrl, 'session-1', GOOD);
    assert.equal((await browser.ask('POST', '/subjects', { name: '他会话', kind: 'application' }, other.csrfToken)).body.code, 'identity.session.csrf');
  });

  it('is ended by logging out, and a cookie of one’s own making opens nothing', async () => {
    const other = await logInAs(node.managementUrl, 'session-1', GOOD);
    assert.equal((await other.ask('DELETE', '/session')).status, 204);
    assert.deepEqual([(await other.ask('GET', '/session')).status, (await browser.ask('GET', '/session')).status], [401, 200]);
    for (const cookie of ['lingqu_session=', `lingqu_session=${'A'.repeat(32)}`, "lingqu_session=' OR '1'='1"]) {
      assert.equal((await fetch(`${node.managementUrl}/api/v1/session`, { headers: { cookie } })).status, 401);
    }
  });
});
