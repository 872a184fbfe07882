import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { DomainError } from '../kernel/errors.ts';
import { readSettings } from './settings.ts';

const data = { name: 'data', serves: 'data', address: '127.0.0.1', port: 8601 };
const certificates = path.resolve(import.meta.dirname, '../../test/support/certificate');

describe('Settings', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lingqu-settings-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function fileOf(content: string | object): Promise<string> {
    const file = path.join(folder, 'lingqu.yaml');
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  }

  const refused = (env: Readonly<Record<string, string>>, code: string, words: RegExp): Promise<void> =>
    assert.rejects(readSettings(env), (error) => {
      assert.ok(error instanceof DomainError, String(error));
      assert.equal(error.code, code);
      assert.match(error.message, words);
      assert.match(error.message, /[\u4e00-\u9fff].*\(.*[a-z].*\)/s, 'in Chinese, and in English');
      return true;
    });

  test('a file that is not there, or is no YAML, or has what is unknown, is told by name', async () => {
    await refused({ LINGQU_CONFIG: path.join(folder, 'nosuch.yaml') }, 'settings.file.unreadable', /nosuch\.yaml/);
    await refused({ LINGQU_CONFIG: folder }, 'settings.file.unreadable', /EISDIR/);
    await refused({ LINGQU_CONFIG: await fileOf('listeners: [}') }, 'settings.file.syntax', /lingqu\.yaml/);
    await refused({ LINGQU_CONFIG: await fileOf({ colour: 'red' }) }, 'settings.file', /colour/);
    await refused({ LINGQU_CONFIG: await fileOf('just a text') }, 'settings.file', /lingqu\.yaml/);
  });

  test('listeners with networks that are none, of one name, or with unusable TLS files are refused', async () => {
    const each: readonly (readonly [object[], string, RegExp])[] = [
      [[{ ...data, allow: ['10.0.0.0/99'] }], 'settings.network', /data.*10\.0\.0\.0\/99/],
      [[{ ...data, trustedProxies: ['nonsense'] }], 'settings.network', /nonsense/],
      [[data, { ...data, port: 8602 }], 'settings.listener.name', /data/],
      [[{ ...data, tls: { certificate: `${folder}/nosuch.pem`, key: `${folder}/nosuch.key` } }], 'settings.tls', /nosuch/],
      [[{ ...data, tls: { certificate: import.meta.filename, key: import.meta.filename } }], 'settings.tls', /PEM/],
    ];
    for (const [listeners, code, words] of each) await refused({ LINGQU_CONFIG: await fileOf({ listeners }) }, code, words);
  });

  test('authorities of receivers are read from their file, and refused where they are none', async () => {
    const { outbound } = await readSettings({ LINGQU_CONFIG: await fileOf({ outbound: { ca: `${certificates}/certificate.pem` } }) });
    assert.match(outbound.authorities, /BEGIN CERTIFICATE/);
    assert.equal((await readSettings({})).outbound.authorities, '');
    await refused({ LINGQU_CONFIG: await fileOf({ outbound: { ca: `${folder}/nosuch.pem` } }) }, 'settings.outbound', /nosuch/);
    await refused({ LINGQU_CONFIG: await fileOf({ outbound: { ca: `${certificates}/key.pem` } }) }, 'settings.outbound', /PEM/);
  });

  test('variables are refused where they say nothing that can be meant, or nothing at all beside the file', async () => {
    await refused({ LINGQU_PORT: 'x' }, 'settings.port', /x/);
    await refused({ LINGQU_SAMPLE: 'false' }, 'settings.sample', /false/);
    for (const url of ['nonsense', 'postgres://[', 'mysql://root@127.0.0.1/x', 'postgres://a:se/cret@host:port/db']) await refused({ DATABASE_URL: url }, 'settings.database.url', /^(?!.*cret)/);
    const file = await fileOf({ listeners: [data] });
    await refused({ LINGQU_CONFIG: file, LINGQU_PORT: '9000' }, 'settings.listeners', /LINGQU_PORT/);
    await refused({ LINGQU_CONFIG: file, LINGQU_HOST: '127.0.0.1' }, 'settings.listeners', /LINGQU_HOST/);
    assert.equal((await readSettings({ LINGQU_CONFIG: file, LINGQU_PORT: '' })).listeners[0]?.port, 8601);
  });

  test('a public URL loses the slash at its end, to which paths are put', async () => {
    for (const publicUrl of ['https://x.example', 'https://x.example/', 'https://x.example/share/']) {
      const { listeners } = await readSettings({ LINGQU_CONFIG: await fileOf({ listeners: [{ ...data, publicUrl }] }) });
      assert.equal(listeners[0]?.publicUrl, publicUrl.replace(/\/$/, ''));
    }
  });

  test('a sound file is read with its defaults', async () => {
    const tls = { certificate: `${certificates}/certificate.pem`, key: `${certificates}/key.pem` };
    const { listeners, sample } = await readSettings({ LINGQU_CONFIG: await fileOf({ listeners: [{ ...data, tls, allow: ['10.0.0.0/8', '::1'] }] }), LINGQU_SAMPLE: 'off' });
    assert.deepEqual(listeners, [{ ...data, tls, allow: ['10.0.0.0/8', '::1'], trustedProxies: [], headSeconds: 10, requestSeconds: 30 }]);
    assert.equal(sample, false);
  });
});
