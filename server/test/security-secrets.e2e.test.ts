import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import type { Queryable } from '../src/storage/database.ts';
import { openPglite } from '../src/storage/pglite.ts';
import { configFile, listenersOf } from './support/config-file.ts';
import { createDatabase, dropDatabase } from './support/database.ts';
import { logInAs, newUser } from './support/browser.ts';
import type { Json } from './support/management.ts';
import { startNode, type StartedNode } from './support/node.ts';
import { callObservers, granted, shareObservers } from './support/observers.ts';
import { rawRequest } from './support/raw-http.ts';
import { needs } from './support/services.ts';
import { make, refusal, settingsOf } from './support/sharing.ts';
import { gatewaySigned, newPair, openDailySecret, signed, type Headers } from './support/signing.ts';

const NEW_PASSWORD = 'Tide-Password-4711';
const SOURCE_PASSWORD = 'source-password-not-to-be-seen';
const PERSONAL = '13900000003';

type Query = (sql: string) => Promise<readonly Record<string, unknown>[]>;

/** Every secret that there is, by what it is; each was used rightly, and wrongly where that can be. */
async function useSecrets(node: StartedNode, sourceUrl: string | undefined): Promise<Map<string, string>> {
  const secrets = new Map<string, string>([['operator token', node.operatorToken], ['source password', SOURCE_PASSWORD], ['password', NEW_PASSWORD]]);
  const holder = await granted(node, '密钥使用方', {});
  secrets.set('appkey', holder.appkey);
  secrets.set('rotated appkey', (await make(node, 'POST', `/subjects/${holder.id}/credentials/rotate`, { body: { overlapSeconds: 60 } })).secret);

  await useSigning(node, holder.name, secrets);

  const { name, password } = await newUser(node, 'secret-keeper', 'manager');
  secrets.set('one-time password', password);
  const first = await logInAs(node.managementUrl, name, password);
  await first.ask('POST', '/session/password', { current: password, next: NEW_PASSWORD });
  await first.ask('POST', '/session/password', { current: NEW_PASSWORD, next: 'short' });
  const browser = await logInAs(node.managementUrl, name, NEW_PASSWORD);
  for (const [what, session] of [['first', first], ['second', browser]] as const) {
    secrets.set(`session key, ${what}`, /lingqu_session=([^;]+)/.exec(session.setCookie)?.[1] ?? '');
    secrets.set(`CSRF token, ${what}`, session.csrfToken);
  }
  const { body: issued } = await browser.ask('POST', '/tokens', { name: 'secret', scopes: ['read'] });
  secrets.set('API token', issued.token);
  await fetch(`${node.managementUrl}/api/v1/users`, { headers: { authorization: `Bearer ${issued.token}` } }); // lacks the scope
  await fetch(`${node.managementUrl}/api/v1/node?token=${issued.token}`);

  for (const key of [holder.appkey, secrets.get('rotated appkey') ?? '']) await useKey(node, key);
  if (sourceUrl !== undefined) await useSource(node, sourceUrl);
  return secrets;
}

/** What signs, and the gateway's secret of the day; rightly used, and wrongly in the places of others. */
async function useSigning(node: StartedNode, subject: string, secrets: Map<string, string>): Promise<void> {
  const pair = await newPair(node, subject);
  const { keyId: rid, secret: appKey } = await newPair(node, subject, { kind: 'gateway', cipher: 'cbc' });
  const refresh = async (headers: Headers): Promise<Json> => (await fetch(`${node.dataUrl}/sysapi/auth/refreshappsecret`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(headers) })).json();
  const sealed = (await refresh(await gatewaySigned(appKey, rid, 'observers1'))).data.secret;
  const daily = await openDailySecret(appKey, 'cbc', sealed);
  for (const [what, secret] of [['signing secret', pair.secret], ['gateway appKey', appKey], ['secret of the day', daily]] as const) secrets.set(what, secret);
  const target = '/gov/v1/observers1';
  const headers = await signed(pair, { path: target });
  for (const sent of [headers, headers, { ...headers, 'x-lq-key-id': pair.secret }, { ...headers, 'x-lq-nonce': pair.secret }, await gatewaySigned(daily, rid, 'observers1'), await gatewaySigned(appKey, rid, 'observers1')]) {
    await fetch(`${node.dataUrl}${target}`, { headers: sent });
  }
  await refresh(await gatewaySigned(appKey, appKey, 'observers1'));
}

/** In every place where a key may stand, in calls that succeed, fail, and cannot be read. */
async function useKey(node: StartedNode, key: string): Promise<void> {
  await callObservers(node, key, { phone: PERSONAL });
  await callObservers(node, undefined, {}, { appkey: key });
  await callObservers(node, undefined, {}, { authorization: `Bearer ${key}` });
  await callObservers(node, key, { nothing: '1' });
  await callObservers(node, key, {}, { appkey: key });
  await callObservers(node, undefined, { appkeyy: key, token: key, password: key, access_token: key });
  await fetch(`${node.dataUrl}/szsea/api/sharing/observers1?appKey=${key}&station=x`);
  await fetch(`${node.dataUrl}/szsea/api/sharing/nothing?appkey=${key}`);
  await fetch(`${node.dataUrl}/nowhere?appkey=${key}`);
  await fetch(`${node.dataUrl}/gov/v1/observers1/openapi.json?appkey=${key}`);
  await fetch(`${node.dataUrl}/gov/v1/observers1?appkey=${key}`, { method: 'DELETE' });
  await fetch(`${node.dataUrl}/gov/v1/observers1`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ appkey: key }) });
  await fetch(`${node.dataUrl}/gov/v1/observers1`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: `{"appkey":"${key}",` });
  await fetch(`${node.dataUrl}/gov/v1/observers1?appkey=${key}&x=%ff`);
  await rawRequest(node.dataUrl, `GET /gov/v1/observers1?appkey=${key} HTTP/1.1\r\nHost: x\r\nbroken ${key}\r\n\r\n`);
}

async function useSource(node: StartedNode, sourceUrl: string): Promise<void> {
  const settings = { ...settingsOf(sourceUrl), password: SOURCE_PASSWORD };
  await make(node, 'POST', '/sources', { body: { name: 'kept', type: 'postgres', settings } });
  await refusal(node, 'POST', '/sources/test', { body: { type: 'postgres', settings: { ...settings, database: 'no_such_database' } } });
  await refusal(node, 'POST', '/sources/test', { body: { type: 'postgres', settings: { ...settings, port: 1 } } });
  await refusal(node, 'POST', '/sources', { body: { name: 'wrong', type: 'postgres', settings: { ...settings, nonsense: SOURCE_PASSWORD } } });
  assert.equal((await make(node, 'GET', '/sources/kept')).secrets.password, true);
}

/** Every row of every table, as text. */
async function dump(query: Query): Promise<string> {
  const tables = await query("SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')");
  const texts: string[] = [];
  for (const { name } of tables) for (const { row } of await query(`SELECT t::text AS row FROM ${String(name)} AS t`)) texts.push(`${String(name)} ${String(row)}`);
  return texts.join('\n');
}

function assertUnseen(secrets: ReadonlyMap<string, string>, text: string, where: string): void {
  for (const [what, secret] of secrets) {
    assert.ok(secret.length >= 16, `${what} is ${secret}`);
    const at = text.indexOf(secret);
    assert.equal(at, -1, `${what} in ${where}: …${text.slice(Math.max(0, at - 200), at)}<here>`);
  }
}

interface Setting {
  readonly engine: 'pglite' | 'postgres';
  readonly source: boolean;
}

function suite({ engine, source }: Setting): void {
  let config: Awaited<ReturnType<typeof configFile>>;
  let folder: string;
  let node: StartedNode;
  let databaseUrl: string | undefined;
  let sourceUrl: string | undefined;
  let secrets: Map<string, string>;
  let journal: string;

  before(async () => {
    config = await configFile({ listeners: listenersOf({ name: 'data' }), logLevel: 'debug' });
    folder = await mkdtemp(path.join(tmpdir(), 'lingqu-secrets-'));
    if (engine === 'postgres') databaseUrl = await createDatabase();
    if (source) sourceUrl = await createDatabase();
    node = await startNode({ engine, folder, ...(databaseUrl === undefined ? {} : { databaseUrl }), env: { LINGQU_CONFIG: config.path } });
    await shareObservers(node);
    secrets = await useSecrets(node, sourceUrl);
    journal = await make(node, 'GET', '/journal/export?format=ndjson');
    await node.stop();
  });
  after(async () => {
    await node.stop();
    await rm(folder, { recursive: true, force: true });
    await config[Symbol.asyncDispose]();
    for (const url of [databaseUrl, sourceUrl]) if (url !== undefined) await dropDatabase(url);
  });

  it('[NDI-8.1c] the log holds none of them, at its most talkative', () => {
    assert.ok(node.log().includes('call refused') && node.log().includes('request refused'), 'the log tells of what was refused');
    assertUnseen(secrets, node.log(), 'the log');
  });

  it('[NDI-8.1c] the journal holds none of them, nor the values of sensitive parameters', () => {
    assert.ok(journal.includes('"event":"call"') && journal.includes('"event":"session.begin"'));
    assert.ok(journal.includes('{\\"phone\\":\\"***\\"}'));
    assert.ok(!journal.includes(PERSONAL));
    assertUnseen(secrets, journal, 'the journal');
  });

  it('[NDI-8.1c] no column of the database holds one in clear: all are hashes or sealed', async () => {
    const text = await (databaseUrl === undefined ? dumpPglite(folder) : dumpPostgres(databaseUrl));
    for (const table of ['credentials', 'sessions', 'users', 'api_tokens', 'sources', 'journal']) assert.ok(text.includes(`public.${table}`), table);
    assertUnseen(secrets, text, 'the database');
  });

  it('[NDI-8.1c] the data folder holds the node key and nothing of the rest', async () => {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const content = await readFile(path.join(entry.parentPath, entry.name), 'latin1');
      assertUnseen(secrets, content, path.join(entry.parentPath, entry.name));
    }
  });
}

async function dumpPostgres(url: string): Promise<string> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return await dump(async (sql) => (await client.query<Record<string, unknown>>(sql)).rows);
  } finally {
    await client.end();
  }
}

async function dumpPglite(folder: string): Promise<string> {
  const database: Queryable & { close(): Promise<void> } = await openPglite(path.join(folder, 'pg'), (error) => {
    throw error;
  });
  try {
    return await dump((sql) => database.query<Record<string, unknown>>(sql));
  } finally {
    await database.close();
  }
}

describe('secrets, node on pglite', needs('openssl'), () => suite({ engine: 'pglite', source: false }));
describe('secrets, node on postgres', needs('postgres', 'openssl'), () => suite({ engine: 'postgres', source: true }));
