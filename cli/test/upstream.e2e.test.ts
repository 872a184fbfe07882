import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { configFile } from '../../server/test/support/config-file.ts';
import { startNode, type StartedNode } from '../../server/test/support/node.ts';
import { startUpstream, type TestUpstream } from '../../server/test/support/upstream.ts';
import { lingquWith, type Said } from './support/command.ts';

const openApi = (url: string): string => `
openapi: 3.0.3
servers: [{ url: '${url}/api' }]
paths:
  /readings/{station}:
    get:
      operationId: readings
      parameters: [{ name: station, in: path, required: true, schema: { type: string } }]
      responses: { '200': { content: { image/png: {} } } }
`;

describe('[SEA-8.1c] a service, published by commands alone', () => {
  let upstream: TestUpstream;
  let config: Awaited<ReturnType<typeof configFile>>;
  let node: StartedNode;
  let run: ReturnType<typeof lingquWith>;

  async function step(args: string): Promise<Said> {
    const said = await run(args, '');
    assert.deepEqual([said.code, said.stderr], [0, ''], said.stderr);
    return said;
  }

  before(async () => {
    upstream = await startUpstream((request, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify({ url: request.url, key: request.headers['x-key'] })));
    config = await configFile({ outbound: { allow: ['127.0.0.1'] } });
    node = await startNode({ engine: 'pglite', env: { LINGQU_CONFIG: config.path } });
    run = lingquWith({ LINGQU_DATA: node.folder, XDG_CONFIG_HOME: path.join(node.folder, 'config') });
  });
  after(async () => {
    await node.stop();
    await config[Symbol.asyncDispose]();
    await upstream[Symbol.asyncDispose]();
  });

  it('from its OpenAPI document to an answer', async () => {
    const at = (name: string): string => path.join(node.folder, name);
    await writeFile(at('openapi.yaml'), openApi(upstream.url));
    await writeFile(at('secret'), 'of-the-upstream\n');
    const { stdout } = await step(`source describe ${at('openapi.yaml')} --type http`);
    assert.match(stdout, /^# ! /); // what could not be read
    await writeFile(at('settings.yaml'), stdout.replace('{', '{ "auth": { "kind": "header", "name": "X-Key" },'));
    await step(`source add readings --type http --settings ${at('settings.yaml')} --secret-file ${at('secret')}`);
    await step('resource add readings --source readings --table readings');
    await step('product create readings --resource readings --provider 深圳市海洋中心 --provider-code 440300');
    await step('product publish readings');
    await step('subject add app');
    await step(`subject key issue app --key-file ${at('key')}`);
    await step('grant add --subject app --product readings');
    const said = await step(`call readings --param station=赤湾 --key-file ${at('key')}`);
    assert.match(said.stdout, /\/api\/readings\/%E8%B5%A4%E6%B9%BE/);
    assert.match(said.stdout, /of-the-upstream/); // the upstream was shown its credential
  });
});
