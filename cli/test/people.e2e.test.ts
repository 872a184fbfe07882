import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startNode, type StartedNode } from '../../server/test/support/node.ts';
import { lingquWith } from './support/command.ts';

const password = 'Tides-Of-2026';

describe('people log in by command', () => {
  let node: StartedNode;
  let home: string;
  /** On the node's own machine. */
  let here: ReturnType<typeof lingquWith>;
  /** On another machine: no data folder, a configuration folder of its own. */
  let away: ReturnType<typeof lingquWith>;
  let login: string;

  before(async () => {
    node = await startNode({ engine: 'pglite' });
    home = await mkdtemp(path.join(tmpdir(), 'lingqu-home-'));
    here = lingquWith({ LINGQU_DATA: node.folder });
    away = lingquWith({ LINGQU_DATA: path.join(home, 'none'), XDG_CONFIG_HOME: home });
    login = `login --url ${node.managementUrl} --user zhang.san --password-stdin`;
  });
  after(async () => {
    await node.stop();
    await rm(home, { recursive: true });
  });

  it('changes the one-time password on the way, and keeps a token for later commands', async () => {
    const added = await here("user add zhang.san --role manager --display-name '张三'");
    assert.equal(added.code, 0, added.stderr);
    const oneTime = added.stdout.trim();
    const refused = await away(login, `${oneTime}\n`);
    assert.equal(refused.code, 2, 'the second line is missing');
    const said = await away(login, `${oneTime}\n${password}\n`);
    assert.equal(said.code, 0, said.stderr);
    const file = path.join(home, 'lingqu', 'credentials.json');
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.doesNotMatch(await readFile(file, 'utf8'), new RegExp(`${oneTime}|${password}`));
    const status = JSON.parse((await away('node status --json')).stdout);
    assert.deepEqual([status.actor.name, status.actor.role, status.foundBy, status.url], ['zhang.san', 'manager', 'login', node.managementUrl]);
  });

  it('refuses a wrong password, and ends with 1', async () => {
    const said = await away(login, 'wrong\n');
    assert.equal(said.code, 1);
    assert.match(said.stderr, /identity\.log-in\.wrong/);
  });

  it('makes tokens of less power, lists and revokes them', async () => {
    const made = await away("token create reader --scopes read --user zhang.san --password-stdin --json", `${password}\n`);
    assert.equal(made.code, 2, 'without a URL there is no node to log in to');
    const again = await away(`token create reader --scopes read --user zhang.san --password-stdin --json --url ${node.managementUrl}`, `${password}\n`);
    const { token, about } = JSON.parse(again.stdout);
    assert.deepEqual(about.scopes, ['read']);
    const reader = lingquWith({ LINGQU_URL: node.managementUrl, LINGQU_TOKEN: token, LINGQU_DATA: home });
    assert.equal((await reader('subject list')).code, 0);
    const refused = await reader('subject add nobody --json');
    assert.equal(refused.code, 1);
    assert.deepEqual([JSON.parse(refused.stderr).status, JSON.parse(refused.stderr).next], [403, '请改用有此权限的账号登录，或请管理员授权']);
    assert.equal(JSON.parse((await away('token list --json')).stdout).length, 2);
    assert.equal((await away(`token revoke ${about.id}`)).code, 0);
    const gone = await reader('subject list');
    assert.equal(gone.code, 1);
    assert.match(gone.stderr, /npx lingqu login/);
  });

  it('changes one’s own password, also where it is the one-time password', async () => {
    const next = 'Ebb-And-Flow-2026';
    const change = `user password --url ${node.managementUrl} --user zhang.san --password-stdin`;
    assert.equal((await away(change, `${password}\n`)).code, 2, 'the second line is missing');
    const said = await away(change, `${password}\n${next}\n`);
    assert.equal(said.code, 0, said.stderr);
    assert.equal((await away(login, `${password}\n`)).code, 1, 'the old one is worth nothing');
    assert.equal((await away(login, `${next}\n`)).code, 0);
    const oneTime = (await here('user add wang.wu --role consumer')).stdout.trim();
    const first = await away(`user password --url ${node.managementUrl} --user wang.wu --password-stdin`, `${oneTime}\n${password}\n`);
    assert.equal(first.code, 0, first.stderr);
  });

  it('manages people: role, disable, enable, unlock, reset', async () => {
    assert.equal((await here('user add li.si --role consumer')).code, 0);
    assert.equal(JSON.parse((await here('user role li.si provider --json')).stdout).role, 'provider');
    assert.equal(JSON.parse((await here('user disable li.si --json')).stdout).disabled, true);
    assert.equal(JSON.parse((await here('user enable li.si --json')).stdout).disabled, false);
    assert.equal((await here('user unlock li.si')).code, 0);
    assert.equal(JSON.parse((await here('user reset li.si --json')).stdout).user.mustChange, true);
    const unknown = await here('user reset nobody --json');
    assert.equal(JSON.parse(unknown.stderr).code, 'identity.user.unknown');
  });

  it('logs out: the token is revoked and forgotten', async () => {
    const kept: { token: string }[] = JSON.parse(await readFile(path.join(home, 'lingqu', 'credentials.json'), 'utf8'));
    const said = await away('logout --json');
    assert.deepEqual(JSON.parse(said.stdout), { loggedOut: node.managementUrl, revoked: true });
    const thief = lingquWith({ LINGQU_URL: node.managementUrl, LINGQU_TOKEN: kept[0]?.token ?? '' });
    assert.equal((await thief('subject list')).code, 1);
    assert.match((await away('subject list')).stderr, /npx lingqu login/);
  });
});
