import { readFileSync } from 'node:fs';
import { Transform } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { createDatabase, dropDatabase } from '../support/database.ts';
import { startNode, type StartedNode } from '../support/node.ts';
import { Admin } from './admin.ts';
import { formats, type Format } from './formats.ts';
import { grantTo, publishFromPostgres, tableSql, type LoadCaller } from './product.ts';
import { openReader, type ReaderOrder } from './reader.ts';
import { runSql } from './sql.ts';

/** A node over a large PostgreSQL table, warmed up by many callers who ask for pages of it in every format. */
export interface MemoryStage extends AsyncDisposable {
  readonly node: StartedNode;
  readonly admin: Admin;
  readonly caller: LoadCaller;
  readonly source: string;
  readonly rows: number;
  /** Resident memory in MB once it was warm. */
  readonly rss: number;
}

const CALLERS = 32;

async function warmUp({ dataUrl }: StartedNode, { appkey }: LoadCaller, calls: number): Promise<void> {
  let left = calls;
  const call = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const accept = ['application/json', 'application/xml', 'text/csv'][left % 3] ?? '';
      const answer = await fetch(`${dataUrl}/gov/v1/readings?pageNum=1&pageSize=100`, { headers: { appkey, accept } });
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`warming up: ${answer.status}`);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, call));
}

export async function setMemoryStage(rows: number, warmUpCalls: number): Promise<MemoryStage> {
  const source = await createDatabase();
  await runSql(source, ...tableSql(rows));
  const node = await startNode({ engine: 'postgres' });
  const admin = new Admin(node);
  const product = await publishFromPostgres(admin, source);
  const caller = await grantTo(admin, product.id);
  await warmUp(node, caller, warmUpCalls);
  return {
    node, admin, caller, source, rows, rss: rssOf(node),
    [Symbol.asyncDispose]: async () => {
      await node.stop();
      await dropDatabase(source);
    },
  };
}

const requestOf = ({ node, caller }: MemoryStage, { path, keyIn, headers }: Format): Pick<ReaderOrder, 'url' | 'headers'> =>
  keyIn === 'query' ? { url: `${node.dataUrl}${path}?appkey=${caller.appkey}`, headers } : { url: `${node.dataUrl}${path}`, headers: { appkey: caller.appkey, ...headers } };

export interface FullRead {
  readonly megabytes: number;
  readonly seconds: number;
  /** What is wrong with the answer; '' when it is whole, well-formed and has every row. */
  readonly fault: string;
}

/** Reads a whole answer as fast as it comes, and holds it against its format. */
export async function readFully(stage: MemoryStage, name: string): Promise<FullRead> {
  const format = formatOf(name);
  const check = format.check(stage.rows);
  const unzip = format.gzip ? createGunzip() : new Transform({ transform: (chunk, _encoding, done) => done(null, chunk) });
  unzip.on('data', (chunk: Buffer) => check.see(chunk));
  const checked = new Promise<void>((resolve, reject) => unzip.on('end', resolve).on('error', reject));
  const begun = performance.now();
  const reader = await openReader({ ...requestOf(stage, format), onData: (chunk) => unzip.write(chunk) });
  const end = await reader.ended;
  unzip.end();
  await checked;
  return { megabytes: reader.bytes / 1e6, seconds: (performance.now() - begun) / 1000, fault: end.whole ? check.fault() : `the connection was cut: ${end.error}` };
}

export interface SlowRead {
  readonly megabytes: number;
  readonly seconds: number;
  /** Resident memory in MB before him and at its highest while the slow reader read; and JavaScript's heap after. */
  readonly rssBefore: number;
  readonly rssHighest: number;
  readonly heapMegabytes: number;
  /** The slowest of the pages that another caller asked for meanwhile, in milliseconds; Infinity if one failed. */
  readonly slowestPageMs: number;
  readonly pages: number;
  /** `middle`: he read all the time and was not done; `whole`: he had all before. */
  readonly end: 'middle' | 'whole' | 'cut';
}

/** Reads at a bounded rate for some time, then goes away; the node's memory is sampled all the while. */
export async function readSlowly(stage: MemoryStage, name: string, rate: number, seconds: number): Promise<SlowRead> {
  const format = formatOf(name);
  const rssBefore = rssOf(stage.node);
  let rssHighest = rssBefore;
  let pages = 0;
  let slowestPageMs = 0;
  const page = async (): Promise<void> => {
    const ms = await pageTime(stage);
    pages += 1;
    slowestPageMs = Math.max(slowestPageMs, ms);
  };
  const sampling = setInterval(() => {
    rssHighest = Math.max(rssHighest, rssOf(stage.node));
  }, 100);
  const paging = setInterval(() => {
    void page();
  }, 1_000);
  const begun = performance.now();
  const reader = await openReader({ ...requestOf(stage, format), rate });
  const end = await Promise.race([reader.ended, pause(seconds * 1000, undefined)]);
  clearInterval(sampling);
  clearInterval(paging);
  const took = (performance.now() - begun) / 1000;
  const heapMegabytes = (await stage.admin.metric('nodejs_heap_size_used_bytes')) / 1e6;
  reader.leave();
  await reader.ended;
  return { megabytes: reader.bytes / 1e6, seconds: took, rssBefore, rssHighest, heapMegabytes, slowestPageMs, pages, end: end === undefined ? 'middle' : end.whole ? 'whole' : 'cut' };
}

async function pageTime(stage: MemoryStage): Promise<number> {
  const begun = performance.now();
  const answer = await fetch(`${stage.node.dataUrl}/gov/v1/readings?pageNum=1&pageSize=100`, { headers: { appkey: stage.caller.appkey } });
  await answer.arrayBuffer();
  return answer.ok ? performance.now() - begun : Number.POSITIVE_INFINITY;
}

/** Resident memory of the node's process in MB. */
export function rssOf({ process }: StartedNode): number {
  const status = readFileSync(`/proc/${process.pid}/status`, 'utf8');
  return (Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024) / 1e6;
}

function formatOf(name: string): Format {
  const format = formats.find((each) => each.name === name);
  if (format === undefined) throw new TypeError(`no format ${name}`);
  return format;
}
