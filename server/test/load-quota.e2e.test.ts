import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runQuota } from './load/quota-replicas.ts';
import { needs } from './support/services.ts';

describe('one quota at two replicas', { ...needs('postgres'), timeout: 120_000 }, () => {
  it('[NDI-6.2.4] [AGR-8.4d] a crowd larger than the quota gets exactly the quota, and the journal says the same', async () => {
    const figures = await runQuota({ quota: 200, callers: 800, processes: 2 });
    assert.deepEqual(figures.answers, { '429 quotas.grant.total.calls': 600, '200': 200 });
    assert.deepEqual([figures.journalled, figures.unrecorded], [200, 0]);
    assert.ok(figures.allowedByReplica.every((allowed) => allowed > 0), `both admitted: ${figures.allowedByReplica.join(' and ')}`);
  });

  it('[AGR-8.4d] a replica killed in the middle takes its share with it and gives nobody more', async () => {
    const figures = await runQuota({ quota: 200, callers: 800, processes: 2, killAfter: 20 });
    assert.ok(figures.allowed > 0 && figures.allowed <= 200, `${figures.allowed} were answered`);
    assert.ok(figures.journalled <= 200 && figures.unrecorded === 0, `${figures.journalled} were journalled, ${figures.unrecorded} answers were not`);
  });
});
