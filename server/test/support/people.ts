import assert from 'node:assert/strict';
import { manage } from './management.ts';
import type { StartedNode } from './node.ts';

export interface Person {
  readonly id: string;
  /** An API token with the scopes that were asked for. */
  readonly token: string;
}

/** Makes a user, logs him in, changes his first password, and gives him a token. */
export async function person(node: StartedNode, name: string, role: 'manager' | 'provider' | 'consumer' | 'auditor', scopes: readonly string[]): Promise<Person> {
  const api = manage(node);
  const made = await api('POST', '/users', { body: { name, displayName: name, role } });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const { user, oneTimePassword } = made.body;
  const password = 'Tides rise 4 times, 2026!';
  const { cookie, csrf } = await logIn(node, name, oneTimePassword);
  const ask = (path: string, body: object, session: { cookie: string; csrf: string }) =>
    fetch(`${node.managementUrl}/api/v1${path}`, { method: 'POST', headers: { 'content-type': 'application/json', cookie: session.cookie, 'x-csrf-token': session.csrf }, body: JSON.stringify(body) });
  const changed = await ask('/session/password', { current: oneTimePassword, next: password }, { cookie, csrf });
  assert.equal(changed.status, 200, await changed.text());
  const issued = await ask('/tokens', { name: 'test', scopes }, await logIn(node, name, password));
  const { token }: { token: string } = JSON.parse(await issued.text());
  return { id: user.id, token };
}

async function logIn(node: StartedNode, name: string, password: string): Promise<{ cookie: string; csrf: string }> {
  const answer = await fetch(`${node.managementUrl}/api/v1/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name, password }) });
  const { csrfToken }: { csrfToken: string } = JSON.parse(await answer.text());
  return { cookie: answer.headers.get('set-cookie')?.split(';', 1)[0] ?? '', csrf: csrfToken };
}
