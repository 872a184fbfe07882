import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '../server/src/kernel/ids.ts';
import { NodeKey } from '../server/src/storage/node-key.ts';
import { createDatabase, dropDatabase } from '../server/test/support/database.ts';
import { startNode } from '../server/test/support/node.ts';
import { giveGrant, make, newHolder, publish } from '../server/test/support/sharing.ts';
import { operation } from './relay-operation.ts';

export interface Server {
  readonly pid: number;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const query = 'district=440300';

/** A process of bench/ that prints `ready <port>` when it listens. */
export async function startPeer(file: string, path: string, env: Readonly<Record<string, string>>): Promise<Server> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...(process.env['BENCH_NODE_OPTIONS']?.split(' ') ?? []), join(import.meta.dirname, file)], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await readyPort(child);
  return { pid: child.pid ?? 0, url: `http://127.0.0.1:${port}${path}?${query}`, headers: {}, stop: () => ended(child) };
}

async function readyPort(child: ChildProcess): Promise<string> {
  const [line] = (await once(child.stdout ?? process.stdin, 'data')) as [Buffer];
  return line.toString().trim().split(' ')[1] ?? '';
}

async function ended(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** A node's database with one relay product over the upstream, and one grant with quotas of calls and bytes. */
export interface Governed {
  readonly database: string;
  start(): Promise<Server>;
  drop(): Promise<void>;
}

export async function makeGoverned(upstream: string): Promise<Governed> {
  const databaseUrl = await createDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'lingqu-bench-'));
  const config = join(folder, 'lingqu.yaml');
  await writeFile(config, JSON.stringify({ outbound: { allow: ['127.0.0.1'] } }));
  const env = { LINGQU_CONFIG: config, LINGQU_NODE_KEY: new NodeKey(Buffer.alloc(32, 7)).toText() };
  const begin = () => startNode({ engine: 'postgres', databaseUrl, env });
  let appkey: string;
  {
    await using node = await begin();
    await make(node, 'POST', '/sources', { body: { name: 'upstream', type: 'http', settings: { baseUrl: upstream, connections: 256, operations: [operation] } } });
    await make(node, 'POST', '/resources', { body: { name: 'weather', source: 'upstream', table: operation.name } });
    await publish(node, 'weather', { kind: 'relay', resource: 'weather', parameters: [{ name: 'district', column: 'district', operator: 'eq', required: true }] });
    const holder = await newHolder(node, newId().slice(0, 8));
    await giveGrant(node, holder.id, 'weather', { quotas: [{ per: 'day', unit: 'calls', limit: 1_000_000_000 }, { per: 'day', unit: 'bytes', limit: 1_000_000_000_000 }] });
    appkey = holder.appkey;
  }
  return {
    database: new URL(databaseUrl).pathname.slice(1),
    start: async () => {
      const node = await begin();
      return { pid: node.process.pid ?? 0, url: `${node.dataUrl}/gov/v1/weather?${query}`, headers: { appkey }, stop: async () => void (await node.stop()) };
    },
    drop: async () => {
      await dropDatabase(databaseUrl);
      await rm(folder, { recursive: true });
    },
  };
}
