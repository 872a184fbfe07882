import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startNode, type StartedNode } from '../../server/test/support/node.ts';
import { giveGrant, newHolder } from '../../server/test/support/sharing.ts';
import { shareTides, type Tide } from '../../server/test/support/tides.ts';
import { lingquWith } from './support/command.ts';

const golden = path.resolve(import.meta.dirname, '../../spec/agr-annex-b');

describe('lingqu decode', () => {
  let node: StartedNode;
  let rows: Tide[];
  let run: ReturnType<typeof lingquWith>;

  before(async () => {
    node = await startNode({ engine: 'pglite' });
    rows = (await shareTides(node, { days: 2 })).rows;
    run = lingquWith({ LINGQU_DATA: node.folder, XDG_CONFIG_HOME: path.join(node.folder, 'config') });
  });
  after(() => node.stop());

  const file = (name: string): string => path.join(node.folder, name);

  it('[AGR-B] opens the printed answer from a file and from stdin, and prints the JSON inside', async () => {
    const content = await readFile(path.join(golden, 'content.json'), 'utf8');
    const printed = path.join(golden, 'answer.json');
    for (const said of [await run(`decode ${printed}`), await run('decode', await readFile(printed, 'utf8')), await run(`decode ${printed} --json`)]) assert.deepEqual(said, { code: 0, stdout: content, stderr: '' });
  });

  it('[AGR-B] opens an answer whose key is wrapped, of a product and a public key that commands set', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'SM2' });
    await writeFile(file('public.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
    await writeFile(file('private.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const holder = await newHolder(node, 'decoder');
    assert.equal((await run(`subject public-key set decoder ${file('public.pem')}`)).code, 0);
    assert.equal((await run('subject public-key show decoder')).stdout, await readFile(file('public.pem'), 'utf8'));
    const made = await run('product create wrapped --resource tides --provider 市海洋局 --provider-code 440300 --agr AES:Deflate:wrap');
    assert.equal(made.code, 0, made.stderr);
    assert.equal((await run('product publish wrapped')).code, 0);
    await giveGrant(node, 'decoder', 'wrapped');
    const { faces } = JSON.parse((await run('product show wrapped --json')).stdout);
    const answer = await (await fetch(`${faces.agr}&applyKey=${holder.appkey}`)).text();
    await writeFile(file('answer.json'), answer);

    const opened = await run(`decode ${file('answer.json')} --private-key ${file('private.pem')} --json`);
    assert.equal(opened.code, 0, opened.stderr);
    assert.equal(JSON.parse(opened.stdout).data.length, rows.length);
    const closed = await run(`decode ${file('answer.json')} --json`);
    assert.deepEqual([closed.code, closed.stdout, JSON.parse(closed.stderr).code], [1, '', 'agr.key.wrapped']);

    assert.equal((await run('subject public-key remove decoder')).code, 0);
    assert.equal(JSON.parse((await run('subject public-key show decoder --json')).stdout).publicKey, null);
  });

  it('says what is wrong with what it cannot open', async () => {
    const refused = await run('decode --lang en', '{"code":401,"msg":"授权码无效","dev":"","data":null,"timestamp":1}');
    assert.deepEqual([refused.code, refused.stdout], [1, '']);
    assert.match(refused.stderr, /the call failed.*\n.*agr\.refused/s);
    assert.equal((await run(`decode ${file('none.json')}`)).code, 1);
    assert.equal((await run('decode --max-bytes ten', '{}')).code, 2);
    assert.equal((await run('product create x --resource tides --agr SM4:Gzip:rolled')).code, 2);
  });
});
