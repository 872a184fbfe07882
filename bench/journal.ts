/**
 * What a record of the journal costs: CPU of Node and of PostgreSQL per record, and how long a caller waits, at 1, 16
 * and 64 concurrent callers. Needs LINGQU_TEST_POSTGRES_URL; PostgreSQL's CPU is read from /proc, so only on its own
 * machine (Linux).
 *   node bench/journal.ts [records per run, default 40000]
 */
import { readFileSync } from 'node:fs';
import { systemClock } from '../server/src/kernel/clock.ts';
import { ensurePartitions, openWriter, type CallEntry } from '../server/src/modules/journal/index.ts';
import type { Database } from '../server/src/storage/database.ts';
import { freshPostgres } from '../server/test/support/database.ts';
import { callEntry } from '../server/test/support/journal.ts';

const records = Number(process.argv[2] ?? 40_000);
const TICK_US = 10_000; // USER_HZ is 100 on Linux

/** User and system time of the server's processes for this database, in microseconds. */
async function serverCpu(database: Database): Promise<number> {
  const rows = await database.query<{ pid: number }>("SELECT pid FROM pg_stat_activity WHERE datname = current_database() OR backend_type IN ('walwriter', 'background writer', 'checkpointer')");
  let ticks = 0;
  for (const { pid } of rows) {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks * TICK_US;
}

async function run(database: Database, concurrency: number): Promise<void> {
  const writer = await openWriter(database, systemClock);
  const entries: CallEntry[] = Array.from({ length: records }, () => callEntry());
  const waits = new Float64Array(records);
  let next = 0;
  const caller = async (): Promise<void> => {
    for (let index = next++; index < records; index = next++) {
      const entry = entries[index];
      if (entry === undefined) return;
      const from = performance.now();
      await writer.record(entry);
      waits[index] = performance.now() - from;
    }
  };
  const [server, node, from] = [await serverCpu(database), process.cpuUsage(), performance.now()];
  await Promise.all(Array.from({ length: concurrency }, caller));
  const wall = performance.now() - from;
  const used = process.cpuUsage(node);
  const serverUsed = (await serverCpu(database)) - server;
  await writer.close();
  waits.sort();
  console.log(
    JSON.stringify({
      concurrency,
      records,
      nodeUsPerRecord: round((used.user + used.system) / records),
      postgresUsPerRecord: round(serverUsed / records),
      perSecond: Math.round((records / wall) * 1000),
      waitMsMedian: round(waits[Math.floor(records / 2)] ?? 0),
      waitMsP99: round(waits[Math.floor(records * 0.99)] ?? 0),
    }),
  );
}

const round = (value: number): number => Math.round(value * 100) / 100;

await using place = await freshPostgres();
await ensurePartitions(place.database, systemClock);
for (const concurrency of [64, 1, 16, 64, 256]) await run(place.database, concurrency);
