import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { configFile, listenersOf } from './support/config-file.ts';
import { manage, type Json } from './support/management.ts';
import { startNode, type StartedNode } from './support/node.ts';
import { logInAs, newUser, type Browser } from './support/browser.ts';
import { make } from './support/sharing.ts';

const roles = ['manager', 'provider', 'consumer', 'auditor'] as const;
const GOOD = 'Shanghai-Tide-42';

let node: StartedNode;
const browsers = new Map<string, Browser>();

before(async () => {
  node = await startNode({ engine: 'pglite' });
  for (const role of roles) {
    const { name, password } = await newUser(node, `the-${role}`, role);
    const browser = await logInAs(node.managementUrl, name, password);
    await browser.ask('POST', '/session/password', { current: password, next: GOOD });
    browsers.set(role, browser);
  }
});
after(() => node.stop());

const as = (role: string): Browser => browsers.get(role) ?? assert.fail(role);
/** 403 is "your role may not"; whatever else came, the role may ask. */
const may = ({ status, body }: { status: number; body: Json }): boolean => !(status === 403 && body.code === 'identity.role.forbidden');

it('a change of a person or a subject demands the version that was read, and its document says so', async () => {
  const api = manage(node);
  const user = (await api('GET', '/users')).body.items[0].id;
  const subject = (await api('POST', '/subjects', { body: { name: '版本', kind: 'application' } })).body.id;
  for (const [method, place, body] of [['PATCH', `/users/${user}`, { displayName: '甲' }], ['POST', `/users/${user}/password-reset`, undefined], ['PATCH', `/subjects/${subject}`, { unit: '乙' }]] as const) {
    const { status, body: problem } = await api(method, place, { body });
    assert.deepEqual([status, problem.code], [428, 'version.required'], place);
  }
});

it('a name that does not fit is told its rule in words', async () => {
  const { status, body } = await manage(node)('POST', '/users', { body: { name: 'li', displayName: '李', role: 'provider' } });
  assert.deepEqual([status, body.code], [400, 'request.invalid']);
  assert.match(body.detail, /name: 3 至 32 个字符.*3 to 32 characters/);
});

describe('roles', () => {
  const nobody = '00000000-0000-4000-8000-000000000000';
  /** Which roles may ask at all: the manager, provider, consumer, auditor. */
  const matrix: readonly (readonly [method: string, path: string, body: Json, who: string])[] = [
    ['GET', '/users', undefined, 'm'],
    ['GET', `/users/${nobody}`, undefined, 'm'],
    ['POST', `/users/${nobody}/unlock`, undefined, 'm'],
    ['GET', '/sources', undefined, 'mp'],
    ['POST', '/sources/test', { type: 'hosted', settings: {} }, 'mp'],
    ['POST', '/sources', { name: 'x', type: 'nothing', settings: {} }, 'mp'],
    ['GET', '/resources', undefined, 'mp'],
    ['GET', '/products', undefined, 'mp'],
    ['POST', '/preview', { subject: 'x', product: 'x' }, 'mp'],
    ['POST', '/explain', { subject: 'x', product: 'x' }, 'mp'],
    ['GET', '/subjects', undefined, 'mc'],
    ['POST', '/subjects', { name: '角色', kind: 'application', ownerId: nobody }, 'm'],
    ['POST', '/subjects/x/credentials', {}, 'm'],
    ['POST', '/subjects/x/credentials/rotate', { overlapSeconds: 0 }, 'mc'],
    ['GET', '/grants', undefined, 'mpc'],
    ['POST', '/grants', { subject: 'x', product: 'x' }, 'm'],
    ['POST', `/grants/${nobody}/revoke`, undefined, 'm'],
    ['GET', '/usage', undefined, 'mpca'],
    ['GET', '/journal', undefined, 'ma'],
    ['GET', '/journal/export?format=ndjson&requestId=none-such', undefined, 'a'],
    ['GET', '/notices', undefined, 'mp'],
    ['GET', '/node', undefined, 'm'],
    ['GET', '/session', undefined, 'mpca'],
    ['GET', '/tokens', undefined, 'mpca'],
  ];
  for (const [method, route, body, who] of matrix) {
    it(`[SEA-4.1] [AGR-8.3d] ${method} ${route.split('?', 1)[0]}: ${roles.filter((role) => who.includes(role.slice(0, 1))).join(', ')}`, async () => {
      for (const role of roles) assert.equal(may(await as(role).ask(method, route, body)), who.includes(role.slice(0, 1)), role);
    });
  }

  it('[SEA-4.1] nobody gives himself a role', async () => {
    const { items } = await make(node, 'GET', '/users');
    const own = items.find(({ name }: Json) => name === 'the-consumer');
    assert.equal((await as('consumer').ask('PATCH', `/users/${own.id}`, { role: 'manager' })).status, 403);
    assert.equal((await as('consumer').ask('GET', '/session')).body.role, 'consumer');
  });

  it('[SEA-4.1] whoever is not known is asked to log in, on every path', async () => {
    for (const [method, route, body] of matrix) {
      const response = await fetch(`${node.managementUrl}/api/v1${route}`, { method, ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }) });
      assert.equal(response.status, 401, `${method} ${route}`);
    }
  });
});

describe('API tokens', () => {
  const withToken = async (token: string, method: string, route: string): Promise<{ status: number; body: Json }> => {
    const response = await fetch(`${node.managementUrl}/api/v1${route}`, { method, headers: { authorization: `Bearer ${token}` } });
    const text = await response.text();
    return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
  };
  const issue = async (role: string, scopes: readonly string[]): Promise<Json> => as(role).ask('POST', '/tokens', { name: `token of ${scopes.join()}`, scopes });

  it('[AGR-8.3d] do what their scopes say and no more', async () => {
    const routes = { read: '/sources', journal: '/journal', users: '/users' };
    for (const scope of Object.keys(routes)) {
      const { body } = await issue('manager', [scope]);
      for (const [name, route] of Object.entries(routes)) {
        const answer = await withToken(body.token, 'GET', route);
        assert.deepEqual([answer.status, answer.body.code], name === scope ? [200, undefined] : [403, 'identity.scope.missing'], `${scope} ${route}`);
      }
      assert.equal((await withToken(body.token, 'POST', '/grants/00000000-0000-4000-8000-000000000000/revoke')).body.code, 'identity.scope.missing');
    }
  });

  it('[AGR-8.3d] cannot hold what the role has not, beget others, or change the password', async () => {
    for (const [role, scopes] of [['auditor', ['read']], ['provider', ['users']], ['consumer', ['journal']], ['consumer', ['users']]] as const) {
      assert.equal((await issue(role, scopes)).body.code, 'identity.token.scope', role);
    }
    const { body } = await issue('manager', ['read', 'operate', 'journal', 'users']);
    const post = async (route: string, content: Json): Promise<string> => {
      const response = await fetch(`${node.managementUrl}/api/v1${route}`, { method: 'POST', headers: { authorization: `Bearer ${body.token}`, 'content-type': 'application/json' }, body: JSON.stringify(content) });
      return ((await response.json()) as Json).code;
    };
    assert.equal(await post('/tokens', { name: 'child', scopes: ['read'] }), 'identity.token.session-only');
    assert.equal(await post('/session/password', { current: GOOD, next: `${GOOD}x` }), 'identity.session.needed');
  });

  it('are named in the journal, end when they are revoked, and cannot be revoked by another', async () => {
    const { body } = await issue('manager', ['journal']);
    assert.equal((await as('provider').ask('DELETE', `/tokens/${body.about.id}`)).body.code, 'identity.token.unknown');
    assert.equal((await withToken(body.token, 'GET', '/journal')).status, 200);
    assert.equal((await as('manager').ask('DELETE', `/tokens/${body.about.id}`)).status, 200);
    const revoked = await withToken(body.token, 'GET', '/journal');
    assert.deepEqual([revoked.status, revoked.body.code], [401, 'identity.token.wrong']);
    for (const token of ['lq_' + 'A'.repeat(32), 'x'.repeat(32)]) assert.equal((await withToken(token, 'GET', '/journal')).body.code, 'identity.token.wrong');
  });
});

describe('the operator token', () => {
  const ask = (headers: Readonly<Record<string, string>>, url = node.managementUrl): Promise<Response> => fetch(`${url}/api/v1/node`, { headers: { authorization: `Bearer ${node.operatorToken}`, ...headers } });

  it('[NDI-8.2c] lies in a file that only its owner reads, and another one at each start', async () => {
    assert.equal((await stat(path.join(node.folder, 'operator.token'))).mode & 0o777, 0o600);
    assert.match(node.operatorToken, /^lqo_[A-Za-z0-9_-]{32}$/);
    await using other = await startNode({ engine: 'pglite' });
    assert.notEqual(other.operatorToken, node.operatorToken);
    assert.equal((await ask({}, other.managementUrl)).status, 401);
  });

  for (const header of ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port', 'X-Forwarded-Prefix', 'x-real-ip', 'via', 'x-client-ip', 'true-client-ip', 'cf-connecting-ip', 'x-cluster-client-ip', 'fastly-client-ip']) {
    it(`[NDI-8.2c] is refused with ${header}: a proxy stands between`, async () => {
      assert.equal((await ask({})).status, 200);
      const response = await ask({ [header]: '127.0.0.1' });
      assert.deepEqual([response.status, ((await response.json()) as Json).code], [401, 'identity.operator.remote']);
    });
  }

  it('[NDI-8.2c] is an actor of its own in the journal', async () => {
    const { id } = await make(node, 'POST', '/subjects', { body: { name: '运维所建', kind: 'application' } });
    const { items } = await make(node, 'GET', `/journal?subject=${id}&actor=operator`);
    assert.deepEqual(items.map(({ event, actor, stream, result }: Json) => ({ event, actor, stream, result })), [{ event: 'subject.create', actor: 'operator', stream: 'operation', result: 'done' }]);
  });

  it('[NDI-8.2c] is not there where it is switched off', async () => {
    await using settings = await configFile({ listeners: listenersOf({ name: 'data' }), operatorToken: false });
    await using bare = await startNode({ engine: 'pglite', env: { LINGQU_CONFIG: settings.path } });
    assert.equal(bare.operatorToken, '');
    await assert.rejects(stat(path.join(bare.folder, 'operator.token')), { code: 'ENOENT' });
    assert.equal((await ask({}, bare.managementUrl)).status, 401);
    assert.equal((await fetch(`${bare.managementUrl}/healthz`)).status, 200);
  });

  it('[NDI-8.2c] works over the loopback only', async () => {
    const own = Object.values(networkInterfaces()).flat().find((each) => each !== undefined && !each.internal && each.family === 'IPv4');
    if (own === undefined) return; // a machine without a network has no other address
    await using settings = await configFile({ listeners: [{ name: 'management', serves: 'management', address: '0.0.0.0', port: 0 }] });
    await using open = await startNode({ engine: 'pglite', env: { LINGQU_CONFIG: settings.path } });
    const port = new URL(open.managementUrl).port;
    const from = async (host: string): Promise<number> => (await fetch(`http://${host}:${port}/api/v1/node`, { headers: { authorization: `Bearer ${open.operatorToken}` } })).status;
    assert.deepEqual([await from('127.0.0.1'), await from(own.address)], [200, 401]);
  });
});
