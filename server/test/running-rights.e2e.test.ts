import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { heldConnections } from './load/connections.ts';
import { deeds, runCutOff, runDeed, setStage, type Stage } from './load/revocation.ts';
import { needs } from './support/services.ts';

const ROWS = 150_000;

/** Requirements that a deed shows. */
const requirements: Readonly<Record<string, string>> = {
  'grant revoked': '[AGR-8.4d] [NDI-6.2.4]',
  'grant expired': '[SEA-6.3] [AGR-8.4d]',
  'appkey revoked': '[SEA-6.3]',
};

describe('a right that ends while its calls run at two replicas', { ...needs('postgres'), timeout: 240_000 }, () => {
  let stage: Stage;

  before(async () => {
    stage = await setStage(ROWS);
  });

  after(() => stage[Symbol.asyncDispose]());

  for (const deed of deeds.filter(({ name }) => name !== 'product withdrawn')) {
    it(`${requirements[deed.name] ?? ''} ${deed.name}: refused and cut within 2 s by both, journalled with the reason`.trim(), async () => {
      for (const felt of await runDeed(stage, deed)) {
        assert.ok(felt.nextCallMs < 2_000 && felt.cutMs < 2_000, `replica ${felt.replica} refused after ${felt.nextCallMs} ms, cut after ${felt.cutMs} ms`);
        assert.deepEqual([felt.looksWhole, felt.answeredAfter], [false, 0]);
        const [intent, outcome] = felt.journal.toSorted((one, other) => one.phase.localeCompare(other.phase));
        assert.deepEqual([felt.journal.length, intent?.phase, outcome?.phase, outcome?.result], [2, 'intent', 'outcome', 'cut']);
        assert.ok(deed.reasons.includes(outcome?.reason ?? ''), `the reason is ${outcome?.reason}`);
      }
      assert.equal(await heldConnections(stage.source, 10_000), 0);
    });
  }

  it('a replica that has lost the database gives no data after 2 s and a poll, cuts its streams, and comes back', async () => {
    const { felt } = await runCutOff(stage, 'cut');
    assert.ok(felt.lastAnswerMs < 2_500, `the last answer came after ${felt.lastAnswerMs} ms`);
    assert.ok(felt.streamMs < 4_000, `the stream was cut after ${felt.streamMs} ms`);
    assert.deepEqual([felt.looksWhole, felt.answeredAfter], [false, 0]);
  });

  it('[AGR-8.4d] a product withdrawn: refused and cut within 2 s by both', async () => {
    const withdrawal = deeds.find(({ name }) => name === 'product withdrawn');
    assert.ok(withdrawal);
    for (const felt of await runDeed(stage, withdrawal)) {
      assert.ok(felt.nextCallMs < 2_000 && felt.cutMs < 2_000, `replica ${felt.replica} refused after ${felt.nextCallMs} ms, cut after ${felt.cutMs} ms`);
      assert.equal(felt.journal.find(({ phase }) => phase === 'outcome')?.reason, 'product.unknown');
    }
  });
});
