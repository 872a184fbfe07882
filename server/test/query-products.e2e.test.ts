import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Json } from './support/management.ts';
import { startNode, type StartedNode } from './support/node.ts';
import { needs } from './support/services.ts';
import { giveGrant, make, newHolder, publish, refusal, type Holder } from './support/sharing.ts';
import { visits, visitsDatabases, type Visit, type VisitsDatabase } from './support/visits.ts';

const rowsQuery = (type: VisitsDatabase['type']): Json => ({
  sql: `SELECT id, town, day, age, phone, ':since [[' AS ${type === 'mysql' ? '`注`' : '"注"'} FROM visits v
        WHERE v.day >= :since [[ AND day <= :till AND day >= :since ]] [[ AND town = :place ]]`,
  parameters: [
    { name: 'since', type: 'date', sample: '2026-01-01', comment: '起始日期' },
    { name: 'till', type: 'date', required: false },
    { name: 'place', type: 'text', required: false },
  ],
});
const CAP = 35;
const K = 5;
const groupsQuery = {
  sql: 'SELECT town, count(*) AS n, sum(age) AS years FROM visits WHERE true [[ AND age >= :older ]] GROUP BY town',
  parameters: [{ name: 'older', type: 'integer', required: false }],
  minimumGroup: { column: 'n', k: K },
};

for (const { name, service, open } of visitsDatabases) describe(`products of queries on ${name}`, needs(service), () => {
  let node: StartedNode;
  let database: VisitsDatabase;
  let holder: Holder;

  before(async () => {
    [node, database] = await Promise.all([startNode({ engine: 'pglite' }), open()]);
    await make(node, 'POST', '/sources', { body: { name: 'clinic', type: database.type, settings: database.settings } });
    await make(node, 'POST', '/resources', { body: { name: 'visit-rows', source: 'clinic', query: rowsQuery(database.type), key: ['id'] } });
    await make(node, 'POST', '/resources', { body: { name: 'visit-groups', source: 'clinic', query: groupsQuery, key: ['town'] } });
    holder = await newHolder(node, '统计使用方');
    await publish(node, 'visitrows', {
      resource: 'visit-rows',
      fields: [{ name: 'id', type: 'int' }, { name: 'town', type: 'varchar' }, { name: 'day', type: 'date' }, { name: 'age', type: 'int' }, { name: 'phone', type: 'varchar' }, { name: 'note', column: '注', type: 'varchar' }],
      parameters: [{ name: 'from', column: 'since', operator: 'eq', required: true }, { name: 'to', column: 'till', operator: 'eq' }, { name: 'town', column: 'place', operator: 'eq' }, { name: 'ages', column: 'age', operator: 'in' }],
      order: [{ column: 'day', direction: 'desc' }],
      cap: CAP,
    });
    await make(node, 'POST', '/resources', { body: { name: 'many', source: 'clinic', query: { sql: 'SELECT i, i * 2 AS twice FROM numbers WHERE i <= :most', parameters: [{ name: 'most', type: 'integer' }] }, key: ['i'] } });
    await publish(node, 'numbers1', { resource: 'many', fields: [{ name: 'i', type: 'int' }, { name: 'twice', type: 'varchar' }], parameters: [{ name: 'most', column: 'most', operator: 'eq', required: true }] });
    await giveGrant(node, holder.name, 'numbers1', { rows: { not: { column: 'twice', eq: 10 } } });
    await publish(node, 'visitgroups', {
      resource: 'visit-groups',
      fields: [{ name: 'town', type: 'varchar' }, { name: 'years', type: 'numeric' }],
      parameters: [{ name: 'older', column: 'older', operator: 'eq' }],
    });
    await giveGrant(node, holder.name, 'visitrows', { rows: { column: 'town', in: ['南山', '大鹏'] }, masks: [{ field: 'phone', kind: 'partial', preset: 'phone' }] });
    await giveGrant(node, holder.name, 'visitgroups');
  });
  after(async () => {
    await node.stop();
    await database[Symbol.asyncDispose]();
  });

  const ask = async (path: string, query: Readonly<Record<string, string>>): Promise<{ status: number; body: Json }> => {
    const response = await fetch(`${node.dataUrl}${path}?${new URLSearchParams({ ...query, appkey: holder.appkey }).toString()}`);
    return { status: response.status, body: await response.json() };
  };
  const sea = (code: string, query: Readonly<Record<string, string>> = {}) => ask(`/szsea/api/sharing/${code}`, query);
  const gov = (code: string, query: Readonly<Record<string, string>> = {}) => ask(`/gov/v1/${code}`, query);

  /** The rows of the grant, as SQL would answer them. */
  const expected = (passes: (visit: Visit) => boolean): Json[] =>
    visits
      .filter((visit) => ['南山', '大鹏'].includes(visit.town) && passes(visit))
      .toSorted((a, b) => (a.day === b.day ? a.id - b.id : a.day < b.day ? 1 : -1))
      .map((visit) => ({ ...visit, phone: `${visit.phone.slice(0, 3)}****${visit.phone.slice(-4)}`, note: ':since [[' }));

  it('[AGR-7.2b] [SEA-8.1a] an interface of a query gives its rows under the grant’s row rule and masks, on both faces', async () => {
    const all = expected(({ day }) => day >= '2026-01-10');
    assert.ok(all.length > 10 && all.length < CAP);
    const onSea = await sea('visitrows', { from: '2026-01-10' });
    assert.deepEqual(onSea.body.data, all, JSON.stringify(onSea.body).slice(0, 300));
    assert.deepEqual((await gov('visitrows', { from: '20260110' })).body.data, all);
  });

  it('optional parts stand when their parameters are given, alone and together', async () => {
    const till = expected(({ day }) => day >= '2026-01-10' && day <= '2026-01-12');
    assert.deepEqual((await gov('visitrows', { from: '2026-01-10', to: '2026-01-12' })).body.data, till);
    const place = expected(({ day, town }) => day >= '2026-01-10' && town === '大鹏');
    assert.deepEqual((await gov('visitrows', { from: '2026-01-10', town: '大鹏' })).body.data, place);
    const both = expected(({ day, town }) => day >= '2026-01-10' && day <= '2026-01-12' && town === '南山');
    assert.ok(both.length > 0);
    assert.deepEqual((await gov('visitrows', { from: '2026-01-10', to: '2026-01-12', town: '南山' })).body.data, both);
  });

  it('conditions on columns of the answer stand beside the query’s own parameters; pages join without a gap', async () => {
    const ages = expected(({ day, age }) => day >= '2026-01-01' && [7, 14, 63].includes(age));
    assert.ok(ages.length > 1);
    assert.deepEqual((await gov('visitrows', { from: '2026-01-01', ages: '7,14,63' })).body.data, ages);
    const pages: Json[] = [];
    for (const pageNum of ['1', '2', '3', '4', '5']) pages.push(...(await sea('visitrows', { from: '2026-01-01', pageNum, pageSize: '10' })).body.data);
    assert.deepEqual(pages, expected(() => true));
  });

  it('a value that holds SQL is a value', async () => {
    for (const town of ["南山' OR '1'='1", "'; DROP TABLE visits; --", ':since', '[[ x ]]', '$1', "\\'"]) {
      assert.deepEqual((await gov('visitrows', { from: '2026-01-01', town })).body.data, [], town);
    }
    const wrong = await gov('visitrows', { from: "2026-01-01' OR true --" });
    assert.ok(wrong.status >= 400);
    const missing = await gov('visitrows');
    assert.ok(missing.status >= 400);
  });

  it('no group under k leaves, whatever is asked, and the totals know nothing of it', async () => {
    const groups = (older: number): Json[] =>
      ['南山', '大鹏', '盐田', '福田']
        .map((town) => ({ town, of: visits.filter((visit) => visit.town === town && visit.age >= older) }))
        .filter(({ of }) => of.length >= K)
        .map(({ town, of }) => ({ town, years: String(of.reduce((sum, visit) => sum + visit.age, 0)) }))
        .toSorted((a, b) => a.town.localeCompare(b.town));
    const named = (rows: Json): Json[] => rows.toSorted((a: Json, b: Json) => a.town.localeCompare(b.town)).map((row: Json) => ({ ...row, years: String(row.years) }));
    for (const older of [0, 50, 85]) {
      const query = older === 0 ? {} : { older: String(older) };
      const paged = await gov('visitgroups', { ...query, pageNum: '1', pageSize: '10', needTotal: 'true' });
      assert.deepEqual(named(paged.body.data), groups(older));
      assert.deepEqual(named((await sea('visitgroups', query)).body.data), groups(older));
      assert.equal(paged.body.total, groups(older).length);
    }
    assert.ok(groups(0).length === 3 && groups(85).length < 3, 'the small groups are left out, and which are small depends on the parameters');
  });

  it('an answer of a query is whole or an error: a long one streams, one beyond the cap is refused', async () => {
    const { body } = await gov('numbers1', { most: '3000' });
    assert.deepEqual(body.data, Array.from({ length: 3000 }, (_, index) => ({ i: index + 1, twice: String(2 * (index + 1)) })).filter(({ i }) => i !== 5));
    const beyond = await gov('visitrows', { from: '2025-01-01' });
    assert.ok(expected(() => true).length > CAP);
    assert.ok(beyond.status >= 400 && /35/.test(JSON.stringify(beyond.body)), JSON.stringify(beyond.body).slice(0, 300));
  });

  it('the operator sees columns, plan, cost and rows of a query, before it is saved and after', async () => {
    const query = rowsQuery(database.type);
    const draft = await make(node, 'POST', '/resources/explain', { body: { source: 'clinic', query: rowsQuery(database.type), values: { place: '南山' } } });
    assert.deepEqual(draft.columns.map((column: Json) => [column.name, column.type, column.input === true]), [
      ['id', 'integer', false], ['town', 'text', false], ['day', 'date', false], ['age', 'integer', false], ['phone', 'text', false], ['注', 'text', false],
      ['since', 'date', true], ['till', 'date', true], ['place', 'text', true],
    ]);
    const saved = await make(node, 'POST', '/resources/visit-groups/explain', { body: {} });
    const big = database.type === 'postgres' ? 'SELECT i FROM generate_series(1, 200000) i' : 'SELECT seq AS i FROM seq_1_to_200000';
    await database.run(`CREATE TABLE big AS ${big}`, database.type === 'postgres' ? 'ANALYZE big' : 'ANALYZE TABLE big');
    await database.allow('big');
    const large = await make(node, 'POST', '/resources/explain', { body: { source: 'clinic', query: { sql: 'SELECT i FROM big WHERE i % 7 = 3', parameters: [] } } });
    if (database.type === 'postgres') {
      assert.match(draft.plan.join('\n'), /Scan on visits[^]*南山/);
      assert.ok(draft.cost > 0 && draft.rows >= 0);
      assert.match(saved.plan.join('\n'), /count\(\*\) >= 5/);
      assert.match(large.warnings.join(), /全表扫描 public\.big（约 200000 行）/);
    } else {
      assert.match(draft.plan.join('\n'), /table=v type=ALL rows=\d+/);
      assert.match(saved.plan.join('\n'), /select_type=DERIVED table=visits/);
      assert.match(large.warnings.join(), /全表扫描 big（约 \d+ 行）/);
    }
    const lacking = await refusal(node, 'POST', '/resources/explain', { body: { source: 'clinic', query: { ...query, parameters: [{ name: 'since', type: 'date' }, ...query.parameters.slice(1)] } } });
    assert.equal(lacking.code, 'query.sample');
  });

  it('what a query must not be is said with what to mend', async () => {
    const refused = async (body: Json, code: string): Promise<void> => {
      const answer = await refusal(node, 'POST', '/resources', { body: { name: 'no', source: 'clinic', key: ['id'], ...body } });
      assert.deepEqual([answer.status, answer.code], [422, code], answer.detail);
    };
    const sql = 'SELECT id FROM visits';
    await refused({}, 'resource.relation');
    await refused({ table: 'visits', query: { sql } }, 'resource.relation');
    await refused({ schema: 'public', query: { sql } }, 'resource.relation');
    await refused({ query: { sql }, key: ['nosuch'] }, 'resource.key.unknown');
    await refused({ query: { sql }, key: undefined }, 'resource.key.missing');
    await refused({ query: rowsQuery(database.type), key: ['since'] }, 'resource.key.unknown');
    await refused({ query: { sql: `${sql} WHERE age > :age`, parameters: [] } }, 'query.parameter');
    await refused({ query: { sql, parameters: [{ name: 'age', type: 'integer' }] } }, 'query.parameter');
    await refused({ query: { sql: `${sql} WHERE age > :least`, parameters: [{ name: 'least', type: 'integer', required: false }] } }, 'query.parameter');
    await refused({ query: { sql: `${sql} WHERE id > :id`, parameters: [{ name: 'id', type: 'integer' }] } }, 'query.parameter');
    await refused({ query: { sql: 'SELECT id [[ , age + :more AS age ]] FROM visits', parameters: [{ name: 'more', type: 'integer', required: false }] } }, 'query.columns');
    await refused({ query: { sql: 'SELECT id, town FROM visits', minimumGroup: { column: 'town', k: 5 } } }, 'query.minimum-group');
    await refused({ query: { sql: 'SELECT id, id FROM visits' } }, 'query.columns');
    const { minimumGroup } = groupsQuery;
    const rollup = database.type === 'postgres' ? 'ROLLUP (town)' : 'town WITH ROLLUP';
    for (const by of [rollup, 'town UNION ALL SELECT town, count(*) FROM visits GROUP BY town']) await refused({ query: { minimumGroup, sql: `SELECT town, count(*) AS n FROM visits GROUP BY ${by}` }, key: ['town'] }, 'query.minimum-group');
    if (database.type === 'postgres') await refused({ query: { sql: 'SELECT id, 1 FROM visits' } }, 'query.columns'); // MariaDB names it
    await refused({ source: 'hosted', query: { sql } }, 'query.unsupported');
  });

  it('a query whose columns change, or that no longer runs, leaves a notice', async () => {
    await database.run('CREATE TABLE soon_gone (i int, j int)');
    await database.allow('soon_gone');
    await make(node, 'POST', '/resources', { body: { name: 'drifting', source: 'clinic', query: { sql: 'SELECT i, j FROM soon_gone', parameters: [] }, key: ['i'] } });
    assert.equal((await make(node, 'POST', '/resources/drifting/refresh')).notice, '');
    await database.run('ALTER TABLE soon_gone DROP j', 'ALTER TABLE soon_gone ADD j varchar(10)');
    assert.match((await make(node, 'POST', '/resources/drifting/refresh')).notice, /列 j 由 \S+ 变为 \S+/);
    await database.run('ALTER TABLE soon_gone DROP j');
    assert.match((await make(node, 'POST', '/resources/drifting/refresh')).notice, /column .?j.? /i);
  });
});
