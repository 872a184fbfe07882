import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startRelayStage, type RelayStage } from '../support/upstream.ts';
import { openReader } from './reader.ts';

/** A node over an upstream that answers as many bytes as it is asked for, in a process of its own. */
export interface FloodStage extends AsyncDisposable {
  readonly stage: RelayStage;
  /** Resident memory of the node in MB once it was warm. */
  readonly rss: number;
  /** Bytes that the upstream could send so far. */
  sent(): Promise<number>;
}

const WARM_CALLS = 4_000;
const CALLERS = 16;

export async function startFlood(): Promise<FloodStage> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'flood-process.ts')], { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await urlOf(child);
  const stage = await startRelayStage();
  const operations = [{ name: 'flood', path: '/flood', parameters: [{ name: 'bytes', in: 'query', type: 'bigint', required: true }, { name: 'chunked', in: 'query', type: 'boolean' }] }];
  await stage.addSource('flood', { url }, { operations });
  await stage.relay('flood', 'flood', 'flood', { parameters: [{ name: 'bytes', column: 'bytes', operator: 'eq', required: true }, { name: 'chunked', column: 'chunked', operator: 'eq' }] });
  await warmUp(stage);
  return {
    stage,
    rss: rssOf(stage),
    sent: async () => Number(await (await fetch(`${url}/sent`)).text()),
    [Symbol.asyncDispose]: async () => {
      await stage[Symbol.asyncDispose]();
      child.kill();
    },
  };
}

async function urlOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new TypeError('no stdout');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return line.toString().trim();
}

/** Small answers and streams of both codings. */
async function warmUp(stage: RelayStage): Promise<void> {
  let left = WARM_CALLS;
  const caller = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const answer = await stage.call('flood', left % 8 === 0 ? { bytes: '3000000', chunked: String(left % 16 === 0) } : { bytes: '1000' }, { 'accept-encoding': 'identity' });
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`warming up: ${answer.status}`);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
}

export interface FloodRead {
  readonly megabytes: number;
  readonly seconds: number;
  readonly rssHighest: number;
  readonly end: 'whole' | 'middle' | 'cut';
}

/** Reads an answer of so many bytes, at full speed or at a rate for some time; the node's memory is sampled all the while. */
export async function readFlood({ stage }: FloodStage, bytes: number, { chunked, rate, seconds = 3600 }: { readonly chunked: boolean; readonly rate?: number; readonly seconds?: number }): Promise<FloodRead> {
  let rssHighest = rssOf(stage);
  const sampling = setInterval(() => {
    rssHighest = Math.max(rssHighest, rssOf(stage));
  }, 50);
  const begun = performance.now();
  const url = `${stage.node.dataUrl}/gov/v1/flood?bytes=${bytes}&chunked=${chunked}`;
  const reader = await openReader({ url, headers: { appkey: stage.holder.appkey }, ...(rate === undefined ? {} : { rate }) });
  const stopped = new AbortController();
  const end = await Promise.race([reader.ended, pause(seconds * 1000, undefined, { signal: stopped.signal }).catch(() => undefined)]);
  stopped.abort();
  clearInterval(sampling);
  const took = (performance.now() - begun) / 1000;
  reader.leave();
  await reader.ended;
  return { megabytes: reader.bytes / 1e6, seconds: took, rssHighest, end: end === undefined ? 'middle' : end.whole ? 'whole' : 'cut' };
}

/** Resident memory of the node's process in MB. */
export function rssOf({ node }: RelayStage): number {
  const status = readFileSync(`/proc/${node.process.pid}/status`, 'utf8');
  return (Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024) / 1e6;
}
