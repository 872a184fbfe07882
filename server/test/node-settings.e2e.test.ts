import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { configFile, listenersOf } from './support/config-file.ts';
import { startNode } from './support/node.ts';

/** Settings with which no node starts: it ends with exit code 2, and says why in both languages. */
async function refused(env: Readonly<Record<string, string>>, words: RegExp): Promise<void> {
  await assert.rejects(startNode({ engine: 'pglite', env }), (error: Error) => {
    assert.match(error.message, /exit code 2/);
    assert.match(error.message, words);
    assert.match(error.message, /[\u4e00-\u9fff].*\(/);
    assert.doesNotMatch(error.message, /\n\s+at /, 'no stack');
    return true;
  });
}

describe('a node whose settings are wrong', () => {
  it('says that a configuration file is not there', () => refused({ LINGQU_CONFIG: '/nosuch/lingqu.yaml' }, /nosuch/));

  it('says that its data folder is none', () => refused({ LINGQU_DATA: import.meta.filename }, /LINGQU_DATA/));

  it('says that another program has its port', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address() as AddressInfo;
    await using settings = await configFile({ listeners: listenersOf({ name: 'data', port: address.port }) });
    await refused({ LINGQU_CONFIG: settings.path }, new RegExp(`data .*${address.port}.*EADDRINUSE`));
    other.close();
  });

  it('says that its database does not let it in, without the password', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await refused({ DATABASE_URL: `postgres://lingqu:open-sesame@127.0.0.1:${port}/lingqu` }, /^(?!.*open-sesame).*DATABASE_URL.*ECONNREFUSED/s);
    await refused({ DATABASE_URL: 'postgres://lingqu:open/sesame@127.0.0.1/lingqu' }, /^(?!.*sesame).*DATABASE_URL/s);
  });
});
