import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runKills } from './load/kill-nine.ts';
import { needs } from './support/services.ts';

/** Few kills here; `npm run proofs -- kill-nine` has many. */
const run = { kills: 2, aliveMs: [1_000, 2_000], callers: 6 } as const;

for (const engine of ['pglite', 'postgres'] as const) {
  describe(`a node killed under load on ${engine}`, { ...(engine === 'postgres' ? needs('postgres') : {}), timeout: 180_000 }, () => {
    it('[SEA-4.3d] [NDI-6.2.5b] has every answer that arrived in its journal once, as soon as it is back', async () => {
      const { noted, streamed, wrong } = await runKills({ engine, ...run });
      assert.deepEqual(wrong, []);
      assert.ok(streamed > 0 && noted > streamed, `whole and streamed answers were noted: ${noted}, of them ${streamed} streamed`);
    });
  });
}
