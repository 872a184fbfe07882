import assert from 'node:assert/strict';
import { it } from 'node:test';
import { startNode } from './support/node.ts';
import { needs } from './support/services.ts';
import { waitUntil } from './support/waiting.ts';

/** Puts the clock of a process a minute ahead, and leaves the machine's alone. */
const minuteAhead = `--import=data:text/javascript,${encodeURIComponent(`
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...given) { given.length === 0 ? super(Real.now() + 60_000) : super(...given); }
    static now() { return Real.now() + 60_000; }
  };`)}`;

const healthOf = async (managementUrl: string): Promise<unknown> => (await fetch(`${managementUrl}/healthz`)).json();

it('[GOV-auth] a node whose clock differs from its database’s says so, in its log and to whoever watches it', needs('postgres'), async () => {
  await using wrong = await startNode({ engine: 'postgres', env: { NODE_OPTIONS: minuteAhead } });
  await waitUntil(() => /the clock of this node differs/.test(wrong.log()), 'the warning');
  const { status, clockAheadMs } = (await healthOf(wrong.managementUrl)) as { status: string; clockAheadMs: number };
  assert.equal(status, 'clock skewed');
  assert.ok(Math.abs(clockAheadMs - 60_000) < 5_000, `${clockAheadMs} ms`);
});

it('a node whose clock is right says nothing of it', async () => {
  await using right = await startNode({ engine: 'pglite' });
  assert.deepEqual(await healthOf(right.managementUrl), { status: 'ok', clockAheadMs: 0 });
  assert.doesNotMatch(right.log(), /clock of this node/);
});
