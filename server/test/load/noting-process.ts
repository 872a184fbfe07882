/**
 * Callers who write down, and fsync, the ID of each request whose answer has arrived whole. The node's address comes as
 * a line on stdin, and again whenever it has moved; who cannot reach it asks again.
 */
import { fsyncSync, openSync, writeSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { newId } from '../../src/kernel/ids.ts';

export interface NotingOrder {
  readonly appkey: string;
  readonly callers: number;
  /** Rows of a page, which is sent whole; every other answer is that of all rows, which is streamed. */
  readonly page: number;
  /** The file of notes: `w <ID>` for a whole answer, `s <ID>` for a streamed one. */
  readonly notes: string;
}

const order = JSON.parse(process.argv[2] ?? '{}') as NotingOrder;
const notes = openSync(order.notes, 'a');
const agent = new Agent({ keepAlive: true, maxSockets: order.callers });
let base = '';

/** Whether the answer was streamed; undefined when it was refused or did not arrive whole. */
function ask(path: string, requestId: string): Promise<boolean | undefined> {
  return new Promise((resolve) => {
    const call = request(`${base}${path}`, { agent, headers: { appkey: order.appkey, 'x-request-id': requestId } }, (answer) => {
      answer.on('error', () => resolve(undefined));
      answer.on('end', () => resolve(answer.complete && answer.statusCode === 200 ? answer.headers['transfer-encoding'] === 'chunked' : undefined));
      answer.resume();
    });
    call.on('error', () => resolve(undefined));
    call.end();
  });
}

async function caller(index: number): Promise<never> {
  for (let turn = index; ; turn += 1) {
    const requestId = newId();
    const streamed = base === '' ? undefined : await ask(`/gov/v1/readings${turn % 2 === 0 ? '' : `?pageNum=1&pageSize=${order.page}`}`, requestId);
    if (streamed === undefined) {
      await pause(20);
    } else {
      writeSync(notes, `${streamed ? 's' : 'w'} ${requestId}\n`);
      fsyncSync(notes);
    }
  }
}

createInterface({ input: process.stdin }).on('line', (line) => {
  base = line;
});
await Promise.all(Array.from({ length: order.callers }, (_, index) => caller(index)));
