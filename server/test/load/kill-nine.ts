import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createDatabase, dropDatabase } from '../support/database.ts';
import { startNode, type NodeOptions } from '../support/node.ts';
import { Admin, type JournalLine } from './admin.ts';
import type { NotingOrder } from './noting-process.ts';
import { grantTo, publishHosted } from './product.ts';

export interface KillRun {
  readonly engine: 'pglite' | 'postgres';
  readonly kills: number;
  /** How long the node runs under load before each kill, in milliseconds: from the first to the second. */
  readonly aliveMs: readonly [number, number];
  readonly callers: number;
  /** Told after each kill. */
  readonly onKill?: (kill: number, figures: KillFigures) => void;
}

export interface KillFigures {
  /** Finished requests that the client noted, and how many of them were streamed. */
  readonly noted: number;
  readonly streamed: number;
  /** Noted requests that the journal did not hold exactly once right after the restart. */
  readonly wrong: readonly string[];
  /** Calls of which the journal holds an intent alone: killed in the middle of their answer. */
  readonly unfinished: number;
  /** The slowest start after a kill, in milliseconds. */
  readonly slowestStartMs: number;
}

/** Rows of the hosted table: a page of them is sent whole, all of them are streamed. */
const ROWS = 1_500;
const PAGE = 20;

/** Kills the node under load and starts it on the same folder and database, again and again. */
export async function runKills(run: KillRun): Promise<KillFigures> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lingqu-kill-'));
  const databaseUrl = run.engine === 'postgres' ? await createDatabase() : undefined;
  const options: NodeOptions = { engine: run.engine, folder, env: { LINGQU_NODE_KEY: randomBytes(32).toString('base64url') }, ...(databaseUrl === undefined ? {} : { databaseUrl }) };
  const notes = path.join(folder, 'noted');
  let node = await startNode(options);
  let client: ChildProcess | undefined;
  try {
    const admin = new Admin(node);
    const product = await publishHosted(admin, ROWS);
    const { appkey } = await grantTo(admin, product.id);
    client = startClient({ appkey, callers: run.callers, notes, page: PAGE });
    client.stdin?.write(`${node.dataUrl}\n`);
    const count = new Count(notes);
    for (let kill = 1; kill <= run.kills; kill += 1) {
      const [least, most] = run.aliveMs;
      await pause(least + ((most - least) * (kill - 1)) / Math.max(1, run.kills - 1));
      await node.kill();
      const begun = performance.now();
      node = await startNode(options);
      count.started(performance.now() - begun);
      client.stdin?.write(`${node.dataUrl}\n`);
      await count.compare(new Admin(node), product.id);
      run.onKill?.(kill, count.figures);
    }
    client.kill('SIGTERM');
    await once(client, 'exit');
    await count.compareAll(new Admin(node), product.id);
    return count.figures;
  } finally {
    client?.kill('SIGKILL');
    await node.stop();
    await rm(folder, { recursive: true, force: true });
    if (databaseUrl !== undefined) await dropDatabase(databaseUrl);
  }
}

const clientFile = new URL('./noting-process.ts', import.meta.url).pathname;

const startClient = (order: NotingOrder): ChildProcess =>
  spawn(process.execPath, ['--disable-warning=ExperimentalWarning', clientFile, JSON.stringify(order)], { stdio: ['pipe', 'ignore', 'inherit'] });

/** A record may bear an earlier time than the note of its request: by the length of a call, and far less than this. */
const MARGIN_MS = 60_000;

/** Holds what the client noted against the journal. */
class Count {
  readonly #notes: string;
  readonly #wrong = new Set<string>();
  #compared = 0;
  #since = new Date(0);
  #streamed = 0;
  #unfinished = 0;
  #slowestStartMs = 0;

  constructor(notes: string) {
    this.#notes = notes;
  }

  get figures(): KillFigures {
    return { noted: this.#compared, streamed: this.#streamed, wrong: [...this.#wrong], unfinished: this.#unfinished, slowestStartMs: this.#slowestStartMs };
  }

  started(ms: number): void {
    this.#slowestStartMs = Math.max(this.#slowestStartMs, ms);
  }

  /** Compares what was noted since the last time; the notes are read first, so that the journal has nothing to wait for. */
  async compare(admin: Admin, product: string): Promise<void> {
    const begun = Date.now();
    const notes = (await this.#read()).slice(this.#compared);
    this.#hold(notes, await admin.journal(product, this.#since));
    this.#compared += notes.length;
    this.#since = new Date(begun - MARGIN_MS);
  }

  /** Compares everything once more. */
  async compareAll(admin: Admin, product: string): Promise<void> {
    const notes = await this.#read();
    const journal = await admin.journal(product);
    this.#hold(notes, journal);
    this.#compared = notes.length;
    this.#streamed = notes.filter(({ streamed }) => streamed).length;
    const outcomes = new Set(journal.filter(({ phase }) => phase === 'outcome').map(({ requestId }) => requestId));
    this.#unfinished = journal.filter(({ phase, requestId }) => phase === 'intent' && !outcomes.has(requestId)).length;
  }

  #hold(notes: readonly Note[], journal: readonly JournalLine[]): void {
    const records = Map.groupBy(journal, ({ requestId }) => requestId);
    for (const { requestId, streamed } of notes) if (!isRecorded(records.get(requestId) ?? [], streamed)) this.#wrong.add(requestId);
  }

  async #read(): Promise<Note[]> {
    const text = await readFile(this.#notes, 'utf8').catch(() => '');
    return text.split('\n').slice(0, -1).map((line) => ({ requestId: line.slice(2), streamed: line.startsWith('s') }));
  }
}

interface Note {
  readonly requestId: string;
  readonly streamed: boolean;
}

/** Once: one record of a whole answer, or one intent and one outcome of a streamed one, with the rows that were sent. */
function isRecorded(records: readonly JournalLine[], streamed: boolean): boolean {
  const phases = records.map(({ phase }) => phase).toSorted();
  const last = records.find(({ phase }) => phase !== 'intent');
  const expected = streamed ? ['intent', 'outcome'] : ['whole'];
  return phases.join() === expected.join() && last?.result === 'allowed' && last.rows === (streamed ? ROWS : PAGE);
}
