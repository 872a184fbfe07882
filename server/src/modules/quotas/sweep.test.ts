import assert from 'node:assert/strict';
import { it } from 'node:test';
import { newId } from '../../kernel/ids.ts';
import { onBothEngines } from '../../../test/support/database.ts';
import { QuotaStore } from './store.ts';

onBothEngines('counts of holders that are gone', (fresh) => {
  it('go, and those of the others stay', async () => {
    await using bench = await fresh();
    const { database } = bench;
    const store = new QuotaStore(database);
    const [product, gone] = [newId(), newId()];
    await database.query('INSERT INTO products (id, code) VALUES ($1, $2)', [product, 'tides']);
    for (const holderId of [product, gone]) {
      await store.lease({ holderId, per: 'total', unit: 'calls' }, { limit: 10, least: 1, wanted: 3, ahead: 0, small: 10 });
      await store.hold({ holderId, replica: 'one', limit: 5, used: 0, wanted: 1 });
    }
    await store.sweep();
    for (const table of ['quota_usage', 'quota_slots']) assert.deepEqual(await database.query(`SELECT holder_id FROM ${table}`), [{ holder_id: product }]);
    assert.equal((await store.usage(product)).quotas[0]?.leased, 3);
  });
});
