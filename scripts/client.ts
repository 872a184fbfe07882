/**
 * `npm run client` writes client/src/schema.d.ts from the OpenAPI document that a started node serves;
 * `-- --check` only says whether it is up to date.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import openapiTS, { astToString } from 'openapi-typescript';

const target = 'client/src/schema.d.ts';
const head = '// Made by `npm run client` from the management API\'s own OpenAPI document. Do not edit.\n/* oxlint-disable */\n\n';

process.exitCode = (await main()) ? 0 : 1;

async function main(): Promise<boolean> {
  const wanted = head + astToString(await openapiTS(JSON.stringify(await readDocument(), withoutTuples), { alphabetize: true }));
  const there = await readFile(target, 'utf8').catch(() => '');
  if (there === wanted) return true;
  if (process.argv.includes('--check')) {
    console.error(`${target} is not what the node serves now: run npm run client`);
    return false;
  }
  await writeFile(target, wanted);
  console.log(`${target} is written.`);
  return true;
}

/** openapi-fetch's types know lists only: a tuple is a list of what stands in it. */
function withoutTuples(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('items' in value) || !Array.isArray(value.items)) return value;
  return { type: 'array', items: value.items[0] };
}

/** The document of a node that is started for it, in a folder of its own. */
async function readDocument(): Promise<unknown> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lingqu-client-'));
  const node = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'server/src/main.ts'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], LINGQU_DATA: folder, LINGQU_PORT: '0', LINGQU_HOST: '127.0.0.1', LINGQU_SAMPLE: 'off' },
  });
  const ended = once(node, 'exit');
  try {
    for await (const line of createInterface({ input: node.stdout })) {
      const ready = /^灵渠 Lingqu ready (\{.*\})$/.exec(line)?.[1];
      if (ready === undefined) continue;
      const { urls } = JSON.parse(ready) as { urls: Record<string, string> };
      return await (await fetch(`${urls['management']}/api/v1/openapi.json`)).json();
    }
    throw new Error('the node did not start');
  } finally {
    node.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true });
  }
}
