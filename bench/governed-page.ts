/**
 * A governed page of 100 rows (key, grant, row rule, mask, quota, journal) beside a bare node:http + pg server that
 * sends the same bytes: CPU of the process and of PostgreSQL together, per call, in fresh processes, rounds interleaved.
 * The claim: the median ratio is at most 1.25.
 *
 *   BENCH_POSTGRES_URL=postgres://postgres@127.0.0.1:5432/postgres node bench/governed-page.ts [rounds] [concurrency]
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { cpuWithDatabase, median } from './cpu.ts';
import { get, load } from './load.ts';
import { governedNode, makeDatabases, query } from './governed-setup.ts';

/** Node compiles what is called often while it runs: a node that runs for months is measured after that. */
const WARM = 12_000;
const CALLS = 6_000;
/** A node with much to do: records of calls in company share their commits. One that is half idle pays more for each, and has it to spare. */
const CONCURRENCY = Number(process.argv[3] ?? 64);

interface Cost {
  readonly process: number;
  readonly database: number;
}

interface Contender {
  readonly name: string;
  start(): Promise<{ pid: number; url: string; headers: Record<string, string>; stop(): Promise<void> }>;
}

async function measure(contender: Contender): Promise<Cost> {
  const server = await contender.start();
  try {
    await load(server.url, server.headers, WARM, CONCURRENCY);
    const before = cpuWithDatabase(server.pid, names);
    await load(server.url, server.headers, CALLS, CONCURRENCY);
    const after = cpuWithDatabase(server.pid, names);
    return { process: (after.process - before.process) / CALLS, database: (after.database - before.database) / CALLS };
  } finally {
    await server.stop();
  }
}

const peer = (databaseUrl: string, prepared: boolean): Contender => ({
  name: prepared ? 'bare, prepared' : 'bare',
  async start() {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'peer-json-agg.ts')], {
      env: { ...process.env, PEER_DATABASE_URL: databaseUrl, PREPARED: prepared ? '1' : '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const port = await readyPort(child);
    return { pid: child.pid ?? 0, url: `http://127.0.0.1:${port}/page?${query}`, headers: {}, stop: () => ended(child) };
  },
});

async function readyPort(child: ChildProcess): Promise<string> {
  const [line] = (await once(child.stdout ?? process.stdin, 'data')) as [Buffer];
  return line.toString().trim().split(' ')[1] ?? '';
}

async function ended(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'exit');
}

const nameOf = (url: string): string => new URL(url).pathname.slice(1);
const rounds = Number(process.argv[2] ?? 7);
const databases = await makeDatabases();
const names = [nameOf(databases.node), nameOf(databases.source)];
const governed: Contender = { name: 'governed', start: () => governedNode(databases) };
const contenders = [governed, peer(databases.source, false), peer(databases.source, true)];

const bodies = new Set<string>();
for (const contender of contenders) {
  const server = await contender.start();
  bodies.add(await get(server.url, server.headers));
  await server.stop();
}
if (bodies.size !== 1) throw new Error(`the bodies differ:\n${[...bodies].map((body) => body.slice(0, 400)).join('\n')}`);
process.stdout.write(`bodies equal, ${Buffer.byteLength([...bodies][0] ?? '')} bytes; ${CALLS} calls a round, ${CONCURRENCY} at a time; µs of CPU per call (process + database)\n`);

const costs = new Map<string, Cost[]>(contenders.map(({ name }) => [name, []]));
for (let round = 1; round <= rounds; round += 1) {
  const order = round % 2 === 0 ? contenders.toReversed() : contenders;
  for (const contender of order) {
    const cost = await measure(contender);
    costs.get(contender.name)?.push(cost);
    process.stdout.write(`round ${round} ${contender.name.padEnd(15)} ${cost.process.toFixed(0).padStart(5)} + ${cost.database.toFixed(0).padStart(5)} = ${(cost.process + cost.database).toFixed(0)}\n`);
  }
}
await databases.drop();

const totals = (name: string): number[] => (costs.get(name) ?? []).map((cost) => cost.process + cost.database);
for (const { name } of contenders.slice(1)) {
  const ratios = totals(governed.name).map((total, index) => total / (totals(name)[index] ?? Number.NaN));
  process.stdout.write(`governed / ${name}: median ratio ${median(ratios).toFixed(3)} (${ratios.map((ratio) => ratio.toFixed(2)).join(' ')})\n`);
}
