import { setTimeout as pause } from 'node:timers/promises';
import { newId } from '../../src/kernel/ids.ts';
import { createDatabase, dropDatabase } from '../support/database.ts';
import { postgresUrl } from '../support/services.ts';
import type { StartedNode } from '../support/node.ts';
import { Admin, type JournalLine } from './admin.ts';
import { grantTo, publishFromPostgres, tableSql, type LoadCaller, type LoadProduct } from './product.ts';
import { openReader, type Reader } from './reader.ts';
import { startReplicas, type Replicas } from './replicas.ts';
import { runSql } from './sql.ts';
import { openWire, type Wire } from './wire.ts';

/** Two replicas, a large product, and a wire that can cut the second replica off from the node's database. */
export interface Stage extends AsyncDisposable {
  readonly replicas: Replicas;
  readonly admin: Admin;
  readonly product: LoadProduct;
  readonly source: string;
  readonly wire: Wire;
}

export async function setStage(rows: number): Promise<Stage> {
  const source = await createDatabase();
  await runSql(source, ...tableSql(rows));
  const wire = await openWire(postgresUrl ?? '');
  const replicas = await startReplicas((url) => wire.through(url));
  const admin = new Admin(replicas.a);
  const product = await publishFromPostgres(admin, source);
  return {
    replicas, admin, product, source, wire,
    [Symbol.asyncDispose]: async () => {
      await replicas[Symbol.asyncDispose]();
      await wire[Symbol.asyncDispose]();
      await dropDatabase(source);
    },
  };
}

/** How a right is taken away. */
export interface Deed {
  readonly name: string;
  /** Terms of the grant that it is tried on. */
  readonly terms?: () => Readonly<Record<string, unknown>>;
  /** Answers when the right ended, on the clock of `performance.now()`, if that is not the moment of asking. */
  take(admin: Admin, caller: LoadCaller, product: LoadProduct): Promise<void>;
  /** Codes that the journal may give as the reason of a cut. */
  readonly reasons: readonly string[];
}

const EXPIRES_MS = 4_000;

export const deeds: readonly Deed[] = [
  { name: 'grant revoked', take: (admin, { grantId }) => admin.post(`/grants/${grantId}/revoke`), reasons: ['grant.none'] },
  { name: 'grant suspended', take: (admin, { grantId }) => admin.post(`/grants/${grantId}/suspend`), reasons: ['grant.none'] },
  { name: 'appkey revoked', take: (admin, { subject, credentialId }) => admin.call('DELETE', `/subjects/${subject}/credentials/${credentialId}`), reasons: ['credential.invalid'] },
  {
    name: 'subject disabled',
    take: async (admin, { subject }) => {
      const { version } = await admin.call<{ version: number }>('GET', `/subjects/${subject}`);
      await admin.call('PATCH', `/subjects/${subject}`, { disabled: true }, { 'if-match': `"${version}"` });
    },
    reasons: ['credential.invalid'],
  },
  {
    name: 'grant expired',
    terms: () => ({ validTo: new Date(Date.now() + EXPIRES_MS).toISOString() }),
    take: async (admin, { grantId }) => {
      const { validTo } = await admin.call<{ validTo: string }>('GET', `/grants/${grantId}`);
      await pause(Math.max(0, Date.parse(validTo) - Date.now()));
    },
    reasons: ['grant.none'],
  },
  {
    name: 'product withdrawn',
    take: async (admin, _caller, product) => {
      const { version } = await admin.call<{ version: number }>('GET', `/products/${product.id}`);
      await admin.post(`/products/${product.id}/withdraw`, undefined, version);
    },
    reasons: ['product.unknown'],
  },
];

/** What one replica's callers felt; milliseconds from the moment that the right was asked to end. */
export interface Felt {
  readonly replica: string;
  /** When the last answer with data and the first refusal had come. */
  readonly lastAnswerMs: number;
  readonly nextCallMs: number;
  /** Calls that were answered after the first refusal. */
  readonly answeredAfter: number;
  /** When the reader was told; what his own machine had taken in already he reads before. */
  readonly streamMs: number;
  /** When the node ended it, by the journal; NaN without a record. */
  readonly cutMs: number;
  readonly streamedBytes: number;
  readonly looksWhole: boolean;
  /** What the journal holds of the stream. */
  readonly journal: readonly JournalLine[];
}

const streamUrl = (node: StartedNode): string => `${node.dataUrl}/gov/v1/readings`;
const pageUrl = (node: StartedNode): string => `${streamUrl(node)}?pageNum=1&pageSize=5`;
/** Slow beside the node, yet soon through with what its own machine holds for it when the cut comes. */
const READ_RATE = 4_000_000;
const MID_STREAM = 1_500_000;

interface Running {
  readonly node: StartedNode;
  readonly name: string;
  readonly reader: Reader;
  readonly requestId: string;
  readonly tail: () => string;
}

async function startStream(node: StartedNode, name: string, caller: LoadCaller): Promise<Running> {
  const requestId = newId();
  let tail = '';
  const reader = await openReader({
    url: streamUrl(node),
    headers: { appkey: caller.appkey, 'x-request-id': requestId },
    rate: READ_RATE,
    onData: (chunk) => {
      tail = (tail + chunk.toString('latin1')).slice(-64);
    },
  });
  if (reader.status !== 200) throw new Error(`${name} answered ${reader.status}`);
  await reader.took(MID_STREAM);
  return { node, name, reader, requestId, tail: () => tail };
}

/** Asks again and again until it is refused; then a few times more. */
async function untilRefused(node: StartedNode, caller: LoadCaller): Promise<{ at: number; answered: number; answeredAfter: number }> {
  const ask = async (): Promise<boolean> => {
    const answer = await fetch(pageUrl(node), { headers: { appkey: caller.appkey } });
    await answer.arrayBuffer();
    return answer.ok;
  };
  let answered = Number.NEGATIVE_INFINITY;
  while (await ask()) {
    answered = performance.now();
    await pause(10);
  }
  const at = performance.now();
  let answeredAfter = 0;
  for (let again = 0; again < 5; again += 1) if (await ask()) answeredAfter += 1;
  return { at, answered, answeredAfter };
}

/** How a whole answer ends; a cut may well come after some row's own brace. */
const wholeTail = /\],"total":\d+\}$/;

async function untilAnswered(node: StartedNode, caller: LoadCaller): Promise<void> {
  while (!(await fetch(pageUrl(node), { headers: { appkey: caller.appkey } })).ok) await pause(50);
}

async function feel(running: Running, caller: LoadCaller, begun: () => number, journal: (requestId: string) => Promise<JournalLine[]>): Promise<Felt> {
  const [calls, end] = await Promise.all([untilRefused(running.node, caller), running.reader.ended]);
  const records = await journal(running.requestId);
  const outcome = records.find(({ phase }) => phase === 'outcome');
  return {
    replica: running.name,
    cutMs: outcome === undefined ? Number.NaN : Date.parse(outcome.at) - (performance.timeOrigin + begun()),
    lastAnswerMs: calls.answered - begun(),
    nextCallMs: calls.at - begun(),
    answeredAfter: calls.answeredAfter,
    streamMs: end.at - begun(),
    streamedBytes: running.reader.bytes,
    looksWhole: end.whole || wholeTail.test(running.tail()),
    journal: records,
  };
}

/** The records of one call, as soon as its outcome is there; what there is after `patienceMs` otherwise. */
async function recordsOf(stage: Stage, requestId: string, patienceMs = 2_000): Promise<JournalLine[]> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const { items } = await stage.admin.call<{ items: JournalLine[] }>('GET', `/journal?requestId=${requestId}`);
    if (items.some(({ phase }) => phase === 'outcome') || performance.now() > until) return items;
    await pause(20);
  }
}

/** Takes a right away by the first replica while both stream and answer. */
export async function runDeed(stage: Stage, deed: Deed): Promise<Felt[]> {
  const { a, b } = stage.replicas;
  const caller = await grantTo(stage.admin, stage.product.id, deed.terms?.());
  const streams = await Promise.all([startStream(a, 'A', caller), startStream(b, 'B', caller)]);
  let begun = performance.now();
  const felt = Promise.all(streams.map((running) => feel(running, caller, () => begun, (requestId) => recordsOf(stage, requestId))));
  begun = performance.now();
  await deed.take(stage.admin, caller, stage.product);
  if (deed.terms !== undefined) begun = performance.now();
  return felt;
}

export interface CutOff {
  readonly felt: Felt;
  /** Milliseconds from the mending of the wire until the replica answered again. */
  readonly recoveredMs: number;
}

/** Cuts the second replica off from the node's database, though not from the source. */
export async function runCutOff(stage: Stage, how: 'cut' | 'silence'): Promise<CutOff> {
  const { b } = stage.replicas;
  const caller = await grantTo(stage.admin, stage.product.id);
  await untilAnswered(b, caller);
  const running = await startStream(b, 'B', caller);
  const begun = performance.now();
  stage.wire[how]();
  const felt = await feel(running, caller, () => begun, async () => []);
  const mended = performance.now();
  stage.wire.mend();
  await untilAnswered(b, caller);
  const recoveredMs = performance.now() - mended;
  return { felt: { ...felt, journal: await recordsOf(stage, running.requestId) }, recoveredMs };
}
