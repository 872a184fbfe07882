import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { backup, keepBackup, restore } from '../src/backup/index.ts';
import { createDatabase, dropDatabase } from './support/database.ts';
import { startNode, type StartedNode } from './support/node.ts';
import { needs } from './support/services.ts';

const passphrase = 'a passphrase of the test';

interface Manager {
  <T>(method: string, route: string, body?: unknown, version?: number): Promise<T>;
}

function managerOf(node: StartedNode): Manager {
  return async <T>(method: string, route: string, body?: unknown, version?: number): Promise<T> => {
    const csv = typeof body === 'string';
    const response = await fetch(`${node.managementUrl}/api/v1${route}`, {
      method,
      headers: {
        authorization: `Bearer ${node.operatorToken}`,
        ...(body === undefined ? {} : { 'content-type': csv ? 'text/csv' : 'application/json' }),
        ...(version === undefined ? {} : { 'if-match': `"${version}"` }),
      },
      ...(body === undefined ? {} : { body: csv ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${route}: ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  };
}

/** A product over an imported table, granted with a mask whose key comes from the node key; answers the appkey. */
async function furnish(node: StartedNode): Promise<string> {
  const manage = managerOf(node);
  const rows = Array.from({ length: 3000 }, (_, index) => `${index},灵渠 🌊 ${index},${index / 8},2026-09-01 08:00:00,13800138000`);
  await manage('POST', '/imports?name=measures', ['id,name,level,at,phone', ...rows].join('\n'));
  await manage('POST', '/resources', { name: 'measures', source: 'hosted', table: 'measures' });
  const suggested = await manage<{ definition?: object } & object>('GET', '/resources/measures/definition');
  const suggestion = (suggested.definition ?? suggested) as { fields: { name: string }[] };
  const definition = {
    ...suggestion,
    fields: suggestion.fields.filter(({ name }) => name !== '_row'),
    provider: { name: '测试单位', code: 'test' }, name: '测试单位测量数据查询', attribution: '',
    parameters: [{ name: 'name', column: 'name', operator: 'like', required: false }],
  };
  const { version } = await manage<{ version: number }>('POST', '/products', { code: 'measures', definition });
  await manage('POST', '/products/measures/publish', undefined, version);
  await manage('POST', '/subjects', { name: 'reader', kind: 'application' });
  const { secret: appkey } = await manage<{ secret: string }>('POST', '/subjects/reader/credentials', {});
  const terms = { policy: { masks: [{ field: 'phone', kind: 'hash' }], quotas: [{ per: 'total', unit: 'calls', limit: 1000 }] } };
  await manage('POST', '/grants', { subject: 'reader', product: 'measures', terms });
  return appkey;
}

/** Two calls of two faces, as they are answered. */
async function answersOf(node: StartedNode, appkey: string): Promise<string[]> {
  const calls = [`/szsea/api/sharing/measures?name=${encodeURIComponent('灵渠 🌊 29')}&appkey=${appkey}`, `/gov/v1/measures?pageNum=30&pageSize=100&appkey=${appkey}`];
  return Promise.all(
    calls.map(async (call) => {
      const response = await fetch(node.dataUrl + call);
      const text = await response.text();
      assert.ok(response.status === 200 && text.includes('灵渠'), text);
      return text;
    }),
  );
}

const environmentOf = (folder: string, databaseUrl: string | undefined): Record<string, string | undefined> => ({ LINGQU_DATA: folder, DATABASE_URL: databaseUrl });

describe('a back-up restored on the other engine', needs('postgres'), () => {
  let base: string;
  let databaseUrl: string;
  let appkey: string;
  let answers: string[];
  const file = (name: string): string => path.join(base, name);

  before(async () => {
    base = await mkdtemp(path.join(tmpdir(), 'lingqu-restore-'));
    databaseUrl = await createDatabase();
  });
  after(async () => {
    await dropDatabase(databaseUrl);
    await rm(base, { recursive: true, force: true });
  });

  it('is made by a running node on PGlite, and answers the same calls with the same keys on PostgreSQL', async () => {
    const first = await startNode({ engine: 'pglite', folder: file('first') });
    try {
      appkey = await furnish(first);
      answers = await answersOf(first, appkey);
      await assert.rejects(backup({ env: environmentOf(first.folder, undefined), file: file('locked.backup'), passphrase }), { code: 'storage.folder.locked' });
      const response = await fetch(`${first.managementUrl}/api/v1/backup`, {
        method: 'POST',
        headers: { authorization: `Bearer ${first.operatorToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ passphrase }),
      });
      assert.ok(response.body !== null && response.status === 200);
      await keepBackup(response.body, file('first.backup'), passphrase);
    } finally {
      await first.stop();
    }
    await restore({ env: environmentOf(file('second'), databaseUrl), file: file('first.backup'), passphrase, force: false });
    await using second = await startNode({ engine: 'postgres', folder: file('second'), databaseUrl });
    assert.deepEqual(await answersOf(second, appkey), answers);
  });

  it('is made beside a running node on PostgreSQL, and answers the same on PGlite', async () => {
    await using second = await startNode({ engine: 'postgres', folder: file('second'), databaseUrl });
    await backup({ env: environmentOf(file('second'), databaseUrl), file: file('second.backup'), passphrase });
    const busy = restore({ env: environmentOf(file('second'), databaseUrl), file: file('second.backup'), passphrase, force: true });
    await assert.rejects(busy, { code: 'restore.database.busy' });
    assert.deepEqual(await answersOf(second, appkey), answers);
    await restore({ env: environmentOf(file('third'), undefined), file: file('second.backup'), passphrase, force: false });
    await using third = await startNode({ engine: 'pglite', folder: file('third') });
    assert.deepEqual(await answersOf(third, appkey), answers);
  });

  it('replaces a node that lives there only when told to, and nothing under a wrong passphrase', async () => {
    const env = environmentOf(file('third'), undefined);
    const key = await readFile(file('third/node.key'), 'utf8');
    const from = { env, file: file('first.backup'), passphrase };
    await assert.rejects(restore({ ...from, force: false }), { code: 'restore.not-empty' });
    await assert.rejects(restore({ ...from, passphrase: 'another passphrase', force: true }), { code: 'backup.passphrase.wrong' });
    assert.equal(await readFile(file('third/node.key'), 'utf8'), key);
    await restore({ ...from, force: true });
    await using third = await startNode({ engine: 'pglite', folder: file('third') });
    assert.deepEqual(await answersOf(third, appkey), answers);
  });
});
