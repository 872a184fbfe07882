/**
 * A governed call that is relayed to an upstream of 1 KB (key, grant, quotas, journal), beside a bare @fastify/http-proxy
 * and beside our own path with a stub in the place of governance: CPU of the process per call, and apart from it that of
 * PostgreSQL, which keeps the journal; in fresh processes, rounds interleaved. The floor is measured with them: node:http
 * before undici's dispatch, with nothing between.
 * The claims: at most 0.75 of the proxy, at most 1.10 of our own path.
 *
 *   LINGQU_TEST_POSTGRES_URL=postgres://postgres@127.0.0.1:5432/postgres node bench/relay.ts [rounds] [concurrency]
 */
import { cpuWithDatabase, median } from './cpu.ts';
import { get, load } from './load.ts';
import { makeGoverned, startPeer, type Server } from './relay-setup.ts';

/** Node compiles what is called often while it runs: a node that runs for months is measured after that. */
const WARM = 40_000;
const CALLS = 20_000;
/** Enough to keep the node busy: one that waits for its journal between bursts pays for waking up, and so does its upstream. */
const CONCURRENCY = Number(process.argv[3] ?? 128);

interface Cost {
  readonly process: number;
  readonly database: number;
}

async function measure(start: () => Promise<Server>): Promise<Cost> {
  const server = await start();
  try {
    await load(server.url, server.headers, WARM, CONCURRENCY);
    const before = cpuWithDatabase(server.pid, [governed.database]);
    await load(server.url, server.headers, CALLS, CONCURRENCY);
    const after = cpuWithDatabase(server.pid, [governed.database]);
    return { process: (after.process - before.process) / CALLS, database: (after.database - before.database) / CALLS };
  } finally {
    await server.stop();
  }
}

const rounds = Number(process.argv[2] ?? 5);
const upstream = await startPeer('relay-upstream.ts', '', {});
const origin = new URL(upstream.url).origin;
const governed = await makeGoverned(origin);
const contenders: readonly (readonly [string, () => Promise<Server>])[] = [
  ['governed', () => governed.start()],
  ['without governance', () => startPeer('peer-ungoverned.ts', '/gov/v1/weather', { PEER_UPSTREAM: origin })],
  ['http-proxy', () => startPeer('peer-proxy.ts', '/weather', { PEER_UPSTREAM: origin })],
  ['bare dispatch', () => startPeer('peer-dispatch.ts', '/weather', { PEER_UPSTREAM: origin })],
];

const bodies = new Set<string>();
for (const [, start] of contenders) {
  const server = await start();
  bodies.add(await get(server.url, server.headers));
  await server.stop();
}
if (bodies.size !== 1) throw new Error(`the bodies differ:\n${[...bodies].join('\n')}`);
process.stdout.write(`bodies equal, ${Buffer.byteLength([...bodies][0] ?? '')} bytes; ${CALLS} calls a round, ${CONCURRENCY} at a time; µs of CPU per call (process; database apart)\n`);

const costs = new Map<string, number[]>(contenders.map(([name]) => [name, []]));
for (let round = 1; round <= rounds; round += 1) {
  for (const [name, start] of round % 2 === 0 ? contenders.toReversed() : contenders) {
    const cost = await measure(start);
    costs.get(name)?.push(cost.process);
    process.stdout.write(`round ${round} ${name.padEnd(18)} ${cost.process.toFixed(0).padStart(5)}; ${cost.database.toFixed(0)}\n`);
  }
}
await governed.drop();
await upstream.stop();

const of = (name: string): readonly number[] => costs.get(name) ?? [];
const floor = of('bare dispatch').map((cost, index) => cost / (of('http-proxy')[index] ?? Number.NaN));
process.stdout.write(`bare dispatch / http-proxy: median ratio ${median(floor).toFixed(3)} (${floor.map((each) => each.toFixed(2)).join(' ')}): no face, no right, no record\n`);
for (const [name, most] of [['http-proxy', 0.75], ['without governance', 1.1]] as const) {
  const ratios = of('governed').map((cost, index) => cost / (of(name)[index] ?? Number.NaN));
  const ratio = median(ratios);
  process.stdout.write(`governed / ${name}: median ratio ${ratio.toFixed(3)} (${ratios.map((each) => each.toFixed(2)).join(' ')}); at most ${most}: ${ratio <= most ? 'holds' : 'does not hold'}\n`);
}
