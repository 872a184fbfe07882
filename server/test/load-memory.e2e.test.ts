import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { heldConnections } from './load/connections.ts';
import { formats } from './load/formats.ts';
import { readFully, readSlowly, setMemoryStage, type MemoryStage } from './load/memory.ts';
import { needs } from './support/services.ts';

const ROWS = 60_000;

describe('large answers', { ...needs('postgres'), timeout: 180_000 }, () => {
  let stage: MemoryStage;

  before(async () => {
    stage = await setMemoryStage(ROWS, 1_000);
  });

  after(() => stage[Symbol.asyncDispose]());

  it('a slow reader in the middle of one holds little memory and keeps nobody waiting', async () => {
    const { rssHighest, end, pages, slowestPageMs } = await readSlowly(stage, 'gov json', 1_000_000, 4);
    assert.equal(end, 'middle');
    assert.ok(rssHighest - stage.rss < 64, `grown from ${stage.rss} to ${rssHighest} MB`);
    assert.ok(pages > 0 && slowestPageMs < 5_000, `${pages} pages, the slowest in ${slowestPageMs} ms`);
    assert.equal(await heldConnections(stage.source, 10_000), 0);
  });

  for (const { name } of formats) {
    it(`are whole and well-formed: ${name}`, async () => {
      assert.equal((await readFully(stage, name)).fault, '');
    });
  }
});
