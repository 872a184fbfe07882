import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import assert from 'node:assert/strict';
import type { Json } from './management.ts';
import type { StartedNode } from './node.ts';
import { make } from './sharing.ts';

/** A browser in which somebody has logged in. */
export interface Browser {
  readonly setCookie: string;
  readonly csrfToken: string;
  readonly mustChange: boolean;
  /** Asks the management API with the session's cookie; with its CSRF token unless another one, or undefined, is given. */
  ask(method: string, path: string, body?: Json, csrf?: string): Promise<{ status: number; body: Json }>;
}

/** Tries to log in. */
export async function begin(managementUrl: string, name: string, password: string): Promise<{ status: number; body: Json; setCookie: string }> {
  const response = await fetch(`${managementUrl}/api/v1/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name, password }) });
  return { status: response.status, body: await response.json(), setCookie: response.headers.get('set-cookie') ?? '' };
}

export async function logInAs(managementUrl: string, name: string, password: string): Promise<Browser> {
  const { status, body, setCookie } = await begin(managementUrl, name, password);
  assert.equal(status, 201, JSON.stringify(body));
  const cookie = setCookie.split(';', 1)[0] ?? '';
  return {
    setCookie,
    csrfToken: body.csrfToken,
    mustChange: body.mustChange,
    async ask(...[method, route, content, ...csrf]) {
      const token = csrf.length === 0 ? body.csrfToken : csrf[0];
      const response = await fetch(`${managementUrl}/api/v1${route}`, {
        method,
        headers: { cookie, ...(content === undefined ? {} : { 'content-type': 'application/json' }), ...(token === undefined ? {} : { 'x-csrf-token': token }) },
        ...(content === undefined ? {} : { body: JSON.stringify(content) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? null : JSON.parse(text) };
    },
  };
}

/** A user with a one-time password. */
export async function newUser(node: StartedNode, name: string, role: string): Promise<{ id: string; name: string; password: string }> {
  const { user, oneTimePassword } = await make(node, 'POST', '/users', { body: { name, displayName: name, role } });
  return { id: user.id, name, password: oneTimePassword };
}

const mainFile = path.resolve(import.meta.dirname, '../../src/main.ts');

/** A node on an empty folder, and what its first start printed of the administrator. */
export async function firstStart(): Promise<{ name: string; password: string; managementUrl: string; log(): string; stop(): Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lingqu-first-'));
  const env = { ...process.env, LINGQU_DATA: folder, LINGQU_PORT: '0', LINGQU_HOST: '127.0.0.1', LINGQU_SAMPLE: 'off', LINGQU_CONFIG: '', DATABASE_URL: '', LINGQU_NODE_KEY: '' };
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', mainFile], { stdio: ['ignore', 'pipe', 'pipe'], env });
  const orphan = (): boolean => child.kill('SIGKILL');
  process.once('exit', orphan);
  const ended = once(child, 'exit').finally(() => process.off('exit', orphan));
  let printed = '';
  let logged = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (logged += text));
  const { promise, resolve } = Promise.withResolvers<void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    if (printed.includes('Lingqu ready')) resolve();
  });
  await Promise.race([promise, ended]);
  const [, name = '', password = ''] = /^Administrator (\S+), one-time password: (\S+)/m.exec(printed) ?? [];
  const [, managementUrl = ''] = /"management":"([^"]+)"/.exec(printed) ?? [];
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  if (managementUrl === '') await stop();
  assert.notEqual(managementUrl, '', `the node did not start: ${logged}`);
  assert.equal(printed.split(password).length - 1, 2, 'told in Chinese and in English');
  return { name, password, managementUrl, log: () => logged, stop };
}
