import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { asAdmin } from './support/database.ts';
import type { Json } from './support/management.ts';
import { startNode, type StartedNode } from './support/node.ts';
import { needs } from './support/services.ts';
import { definitionOf, giveGrant, make, newHolder, publish, refusal, type Holder } from './support/sharing.ts';
import { tideTable, type TideTable } from './support/tide-table.ts';

/** A server of PostgreSQL's kin without sha256(): one that does not let the log-in execute it. */
describe('a product from a server that cannot hash', needs('postgres'), () => {
  const role = `lingqu_test_unhashed_${process.pid}`;
  const fields = [{ name: 'id', type: 'int' }, { name: 'station', type: 'varchar' }, { name: 'phone', type: 'varchar' }];
  const hashed = { masks: [{ field: 'phone', kind: 'hash' }] };
  let node: StartedNode;
  let table: TideTable;
  let holder: Holder;

  before(async () => {
    await asAdmin(`CREATE ROLE ${role} LOGIN`);
    [node, table] = await Promise.all([startNode({ engine: 'pglite' }), tideTable()]);
    await table.query(`REVOKE EXECUTE ON FUNCTION sha256(bytea) FROM PUBLIC; GRANT SELECT ON tides TO ${role}`);
    const { probe } = await make(node, 'POST', '/sources', { body: { name: 'kin', type: 'postgres', settings: { ...table.settings, user: role, password: '' } } });
    assert.equal(probe.about.missing, 'sha256(bytea)');
    const { columns } = await make(node, 'POST', '/resources', { body: { name: 'tides', source: 'kin', table: 'tides' } });
    assert.deepEqual(columns.find(({ name }: { name: string }) => name === 'phone').cannot, ['hash']);
    holder = await newHolder(node, '使用方');
  });
  after(async () => {
    await node.stop();
    await table[Symbol.asyncDispose]();
    await asAdmin(`DROP ROLE ${role}`);
  });

  it('[AGR-8.3d] a mask that cannot be enforced is refused when the product is published, with what to do', async () => {
    const draft = await make(node, 'POST', '/products', { body: { code: 'tideshashed', definition: definitionOf({ resource: 'tides', fields, policy: hashed }) } });
    const refused = await refusal(node, 'POST', '/products/tideshashed/publish', { etag: `"${draft.version}"` });
    assert.equal(refused.code, 'source.cannot');
    assert.match(refused.detail, /phone.*sha256\(bytea\)/);
  });

  it('[AGR-8.3d] without it the product is published and read, and no grant brings such a mask in', async () => {
    await publish(node, 'tidesopen', { resource: 'tides', fields });
    const refused = await refusal(node, 'POST', '/grants', { body: { subject: holder.name, product: 'tidesopen', terms: { policy: hashed } } });
    assert.equal(refused.code, 'source.cannot');
    await giveGrant(node, holder.name, 'tidesopen', { masks: [{ field: 'phone', kind: 'partial', preset: 'phone' }] });
    const answer: Json = await (await fetch(`${node.dataUrl}/szsea/api/sharing/tidesopen?pageNum=1&pageSize=1&appkey=${holder.appkey}`)).json();
    assert.deepEqual(answer.data, [{ id: 0, station: '香港', phone: '138****0000' }]);
  });
});
