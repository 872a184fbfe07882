import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { lingquWith } from './support/command.ts';

const door = path.resolve(import.meta.dirname, '../bin/lingqu.js');
const settings = { PATH: process.env['PATH'], LINGQU_PORT: '0', LINGQU_HOST: '127.0.0.1' };

const started = new Set<ChildProcess>();

/** `lingqu serve`, until it has said a line of this kind. */
async function serve(folder: string, env: Readonly<Record<string, string>>, said: RegExp): Promise<ChildProcess> {
  const child = spawn(process.execPath, [door, 'serve'], { env: { ...settings, LINGQU_DATA: folder, ...env }, stdio: ['ignore', 'pipe', 'ignore'] });
  started.add(child);
  child.once('exit', () => started.delete(child));
  for await (const line of createInterface({ input: child.stdout })) {
    if (!said.test(line)) continue;
    child.stdout.resume();
    return child;
  }
  throw new Error('the node ended without a word');
}

async function stop(child: ChildProcess): Promise<number | null> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
  return child.exitCode;
}

const ready = /^灵渠 Lingqu ready /;

describe('lingqu serve', () => {
  let home: string;
  before(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'lingqu-serve-'));
  });
  after(async () => {
    for (const child of started) child.kill('SIGKILL'); // what a failed test left running
    await rm(home, { recursive: true });
  });

  it('starts the node, which commands find; it leaves nothing to find when it stops', async () => {
    const folder = path.join(home, 'found');
    const run = lingquWith({ LINGQU_DATA: folder, XDG_CONFIG_HOME: home });
    const node = await serve(folder, { LINGQU_SAMPLE: 'off' }, ready);
    assert.equal((await run('node status')).code, 0);
    assert.equal((await stat(path.join(folder, 'operator.token'))).mode & 0o777, 0o600);
    const second = await lingquWith({ ...settings, PATH: settings.PATH ?? '', LINGQU_DATA: folder })('serve');
    assert.equal(second.code, 1, 'a folder belongs to one node');
    assert.equal((await run('node status')).code, 0, 'the second start took nothing away');
    assert.equal(await stop(node), 0);
    const left = await readdir(folder);
    assert.ok(!left.includes('node.json') && !left.includes('operator.token'), left.join(' '));
    assert.equal((await run('node status')).code, 1);
  });

  it('shows the sample, whose key works, and takes it away', async () => {
    const folder = path.join(home, 'sample');
    const run = lingquWith({ LINGQU_DATA: folder, XDG_CONFIG_HOME: home });
    const node = await serve(folder, {}, /curl/);
    const sample = JSON.parse((await run('sample --json')).stdout);
    assert.equal(sample.product, 'cwgcsssj');
    assert.deepEqual([sample.interfaceId, sample.applyKey], [sample.product, sample.appkey]);
    const sealed = await fetch(`${sample.url}/gxjh/servicePublis/interface/data?interfaceId=${sample.interfaceId}&applyKey=${sample.applyKey}&params=${encodeURIComponent('{"input_station":"香港","start_time":"20260901","end_time":"20260910"}')}`);
    assert.equal(JSON.parse((await run('decode', await sealed.text())).stdout).data.length, 240);
    await writeFile(path.join(home, 'sample.key'), sample.appkey);
    const said = await run(`call cwgcsssj --data-url ${sample.url} --param input_station=香港 --param start_time=20260901 --param end_time=20260910 --key-file ${home}/sample.key`);
    assert.equal(said.code, 0, said.stderr);
    assert.ok(JSON.parse(said.stdout).data.length > 0);
    assert.match((await run('sample')).stdout, /cwgcsssj/);
    assert.equal((await run('sample remove')).code, 0);
    assert.equal((await run('sample')).code, 1);
    assert.equal(await stop(node), 0);
  });

  it('is backed up while it runs and while it does not, and restored elsewhere', async () => {
    const folder = path.join(home, 'origin');
    const run = lingquWith({ LINGQU_DATA: folder, XDG_CONFIG_HOME: home });
    const node = await serve(folder, { LINGQU_SAMPLE: 'off' }, ready);
    await run('subject add kept');
    const warm = await run(`backup ${home}/warm.backup --passphrase-stdin --json`, 'high-water-2026\n');
    assert.equal(warm.code, 0, warm.stderr);
    assert.equal(JSON.parse(warm.stdout).file, `${home}/warm.backup`);
    assert.equal((await run(`restore ${home}/warm.backup --passphrase-stdin --force`, 'high-water-2026\n')).code, 1, 'not under a running node');
    assert.equal(await stop(node), 0);
    assert.equal((await run(`backup ${home}/cold.backup --passphrase-stdin`, 'high-water-2026\n')).code, 0);
    const again = await run(`backup ${home}/cold.backup --passphrase-stdin --json`, 'high-water-2026\n');
    assert.equal(JSON.parse(again.stderr).code, 'backup.file.exists');
    const nowhere = JSON.parse((await run(`backup ${home}/none/x.backup --json`)).stderr);
    assert.deepEqual([nowhere.code, nowhere.detail.includes(`${home}/none `)], ['cli.folder', true], 'told before anybody is asked for a passphrase');
    const missing = JSON.parse((await run(`restore ${home}/none.backup --json`)).stderr);
    assert.deepEqual([missing.code, missing.detail.includes(`${home}/none.backup`)], ['cli.file', true]);
    const target = path.join(home, 'restored');
    const there = lingquWith({ LINGQU_DATA: target, XDG_CONFIG_HOME: home });
    const wrong = await there(`restore ${home}/warm.backup --passphrase-stdin --json`, 'low-water-2026\n');
    assert.equal(JSON.parse(wrong.stderr).code, 'backup.passphrase.wrong');
    assert.equal((await there(`restore ${home}/warm.backup --passphrase-stdin`, 'high-water-2026\n')).code, 0);
    const restored = await serve(target, { LINGQU_SAMPLE: 'off' }, ready);
    assert.equal(JSON.parse((await there('subject show kept --json')).stdout).name, 'kept');
    assert.equal(await stop(restored), 0);
  });
});
