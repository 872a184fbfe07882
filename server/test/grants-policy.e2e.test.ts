import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Json } from './support/management.ts';
import { startNode, type StartedNode } from './support/node.ts';
import { callObservers, granted, observers, shareObservers, shown, type Observer } from './support/observers.ts';
import { journalOf, make, newHolder, refusal } from './support/sharing.ts';

const keep = (text: string, start: number, end: number): string => {
  const characters = [...text];
  if (characters.length <= start + end) return '*'.repeat(characters.length);
  return [...characters.slice(0, start), ...'*'.repeat(characters.length - start - end), ...characters.slice(characters.length - end)].join('');
};

const masks = [
  { field: 'observer', kind: 'partial', preset: 'name' },
  { field: 'phone', kind: 'partial', preset: 'phone' },
  { field: 'idcard', kind: 'partial', preset: 'id-card' },
  { field: 'email', kind: 'partial', preset: 'email' },
  { field: 'level', kind: 'number', step: 0.5 },
  { field: 'at', kind: 'date', unit: 'month' },
];
const masked = (row: Observer): Json => ({
  ...row,
  observer: keep(row.observer, 1, 0),
  phone: keep(row.phone, 3, 4),
  idcard: keep(row.idcard, 3, 4),
  email: `${row.email.slice(0, 1)}***${row.email.slice(row.email.indexOf('@'))}`,
  level: row.level === null ? null : Math.floor(row.level / 0.5) * 0.5,
  at: `${row.at.slice(0, 7)}-01T00:00:00+08:00`,
});

/** The rows that pass, as the grant shows them, in the product's order. */
const expected = (passes: (row: Observer) => boolean, show: (row: Observer) => Json = shown): Json[] => observers.filter(passes).map(show);
const inBay = ({ lon, lat }: Observer): boolean => lon >= 113.8 && lon <= 114.25 && lat >= 22.2 && lat <= 22.5;
const inMonths = ({ at }: Observer): boolean => at >= '2026-02-01' && at < '2026-03-02';
const pick = (...names: (keyof Observer)[]) => (row: Observer): Json => Object.fromEntries(names.map((name) => [name, shown(row)[name]]));

interface Case {
  readonly title: string;
  readonly policy: Json;
  readonly answer: Json[];
}

const five: readonly Case[] = [
  { title: '[SEA-8.1a] columns: key elements', policy: { columns: ['id', 'station', 'level'] }, answer: expected(() => true, pick('id', 'station', 'level')) },
  {
    title: 'rows: conditions joined by all, any and not',
    policy: { rows: { all: [{ any: [{ column: 'station', in: ['赤湾', '盐田'] }, { column: 'level', ge: 2.5 }] }, { not: { column: 'observer', like: '小' } }] } },
    answer: expected((row) => (['赤湾', '盐田'].includes(row.station) || (row.level ?? -1) >= 2.5) && !row.observer.includes('小')),
  },
  { title: '[SEA-8.1a] region: a bounding box', policy: { region: { lon: 'lon', lat: 'lat', box: [113.8, 22.2, 114.25, 22.5] } }, answer: expected(inBay) },
  { title: '[SEA-8.1a] period of the data, an end given as a day includes it', policy: { time: { column: 'at', from: '2026-02-01', to: '2026-03-01' } }, answer: expected(inMonths) },
  { title: '[NDI-6.2.3c] masks', policy: { masks }, answer: expected(() => true, masked) },
];

const all: Case = {
  title: 'all terms together',
  policy: { columns: ['id', 'observer', 'at'], rows: { column: 'station', ne: '香港' }, region: { lon: 'lon', lat: 'lat', box: [113, 22, 115, 23] }, time: { column: 'at', to: '2026-02-10' }, masks: [{ field: 'observer', kind: 'partial', preset: 'name' }], addresses: ['127.0.0.0/8'], concurrency: 5, quotas: [{ per: 'day', unit: 'calls', limit: 1000 }] },
  answer: observers.filter((row) => row.station !== '香港' && row.lon <= 115 && row.at < '2026-02-11').map((row) => ({ id: row.id, observer: keep(row.observer, 1, 0), at: shown(row).at })),
};

let node: StartedNode;
const keys = new Map<string, string>();

before(async () => {
  node = await startNode({ engine: 'pglite' });
  await shareObservers(node);
  for (const [index, { title, policy }] of [...five, all].entries()) keys.set(title, (await granted(node, `使用方${index}`, policy)).appkey);
});
after(() => node.stop());

describe('one product under five grants', () => {
  it('the five right answers differ from one another and from what the product holds', () => {
    const texts = [...five.map(({ answer }) => answer), observers.map(shown)].map((answer) => JSON.stringify(answer));
    assert.equal(new Set(texts).size, 6);
  });

  for (const { title, answer } of [...five, all]) {
    it(title.startsWith('[') ? `${title}: rows and columns are those of the grant` : `[AGR-8.3d] [SEA-8.1a] ${title}: rows and columns are those of the grant`, async () => {
      assert.ok(answer.length > 0);
      const { status, body } = await callObservers(node, keys.get(title));
      assert.equal(status, 200, JSON.stringify(body));
      assert.deepEqual(body, { success: true, msg: '信息操作成功!', data: answer, total: answer.length });
    });

    it(`${title}: the count of a page tells no more either`, async () => {
      const { body } = await callObservers(node, keys.get(title), { pageNum: '1', pageSize: '1', needTotal: 'true' });
      assert.deepEqual([body.total, body.data], [answer.length, answer.slice(0, 1)]);
    });
  }

  it('parameters narrow what a grant shows, and never widen it', async () => {
    const { body } = await callObservers(node, keys.get(five[2]?.title ?? ''), { station: '赤湾,高雄' });
    assert.deepEqual(body.data, expected((row) => inBay(row) && row.station === '赤湾'));
  });

  it('[NDI-6.2.3c] a keyed hash is the same for the same value and another under another grant', async () => {
    const policy = { columns: ['id', 'station'], masks: [{ field: 'station', kind: 'hash' }] };
    const seen: string[][] = [];
    for (const name of ['甲', '乙']) {
      const { appkey } = await granted(node, `哈希使用方${name}`, policy);
      seen.push((await callObservers(node, appkey)).body.data.map((row: Json) => row.station));
    }
    const [[first, second, third] = [], [other] = []] = seen;
    assert.match(first ?? '', /^[0-9a-f]{64}$/);
    assert.equal(first, second);
    assert.notEqual(first, third);
    assert.notEqual(first, other);
  });
});

describe('conditions on what a grant does not show', () => {
  const hidden = 'policy.columns.parameter';
  const covered = 'policy.masks.parameter';
  for (const [grant, query, code] of [
    [0, { phone: '13800000001' }, hidden],
    [0, { PHONE: '13800000001' }, hidden],
    [0, { phone: '00000000000' }, hidden],
    [0, { who: '张' }, hidden],
    [0, { since: '2026-02-01' }, hidden],
    [4, { phone: '13800000001' }, covered],
    [4, { who: '张' }, covered],
    [4, { least: '1' }, covered],
    [4, { until: '2026-02-01' }, covered],
    [4, { station: '赤湾', phone: '13800000001' }, covered],
  ] as const) {
    it(`[NDI-6.2.3c] ${Object.keys(query).join(' and ')} under grant ${grant + 1} is refused: ${code}`, async () => {
      const { status, body } = await callObservers(node, keys.get(five[grant]?.title ?? ''), query);
      assert.deepEqual([status, body.code, body.data], [403, code, []]);
    });
  }

  it('the product’s order does not reveal a hidden column: rows come in the order of their key', async () => {
    const { appkey } = await granted(node, '无时间使用方', { columns: ['id', 'level'] });
    assert.deepEqual((await callObservers(node, appkey)).body.data.map((row: Json) => row.id), observers.map(({ id }) => id));
  });

  it('a required parameter that no call could give is refused when the grant is written', async () => {
    const { body } = { body: await make(node, 'GET', '/products/observers1') };
    const definition = { ...body.definition, parameters: [{ name: 'phone', column: 'phone', operator: 'eq', required: true }] };
    const draft = await make(node, 'POST', '/products', { body: { code: 'byphone', definition } });
    await make(node, 'POST', '/products/byphone/publish', { etag: `"${draft.version}"` });
    const { id } = await newHolder(node, '电话使用方');
    const { status, code } = await refusal(node, 'POST', '/grants', { body: { subject: id, product: 'byphone', terms: { policy: { columns: ['id'] } } } });
    assert.deepEqual([status, code], [422, 'policy.unenforceable']);
  });
});

describe('who gets nothing', () => {
  const denied: readonly (readonly [title: string, policy: Json, period: Json, code: string])[] = [
    ['before the grant begins', {}, { validFrom: '2099-01-01' }, 'policy.validity.early'],
    ['after the grant has ended', {}, { validTo: '2020-01-01T00:00:00+08:00' }, 'policy.validity.late'],
    ['from an address that is not listed (IPv4)', { addresses: ['192.0.2.0/24'] }, {}, 'policy.addresses'],
    ['from an address that is not listed (IPv6)', { addresses: ['2001:db8::/32', '::1'] }, {}, 'policy.addresses'],
    ['when the quota is nought', { quotas: [{ per: 'total', unit: 'calls', limit: 0 }] }, {}, 'quota.total'],
  ];
  for (const [title, policy, period, code] of denied) {
    it(`[AGR-8.3d] ${title}`, async () => {
      const { appkey } = await granted(node, `被拒 ${title}`, policy, period);
      const { status, headers, body } = await callObservers(node, appkey);
      assert.ok(status === 403 || status === 429, String(status));
      if (status === 403) assert.equal(body.code, code);
      assert.deepEqual([body.success, body.data], [false, []]);
      const [record] = await journalOf(node, headers.get('x-request-id') ?? '');
      assert.deepEqual([record.result, record.reason, record.rows], ['denied', body.code, 0]);
    });
  }

  it('[AGR-8.3d] default deny: a key without a grant, a suspended and a revoked grant; a resumed one passes', async () => {
    const stranger = await newHolder(node, '无授权使用方');
    assert.deepEqual([(await callObservers(node, stranger.appkey)).status, (await callObservers(node, stranger.appkey)).body.code], [403, 'grant.none']);
    const { appkey, grantId } = await granted(node, '曾授权使用方', {});
    assert.equal((await callObservers(node, appkey)).status, 200);
    for (const [verb, status, code] of [['suspend', 403, 'policy.state.suspended'], ['resume', 200, undefined], ['revoke', 403, 'grant.none']] as const) {
      await make(node, 'POST', `/grants/${grantId}/${verb}`);
      const answer = await callObservers(node, appkey);
      assert.deepEqual([answer.status, answer.body.code], [status, code], verb);
    }
  });

  it('[NDI-6.2.4] the quota of a grant ends the calls with its code', async () => {
    const { appkey } = await granted(node, '两次使用方', { quotas: [{ per: 'total', unit: 'calls', limit: 2 }] });
    const statuses: number[] = [];
    for (let call = 0; call < 4; call += 1) statuses.push((await callObservers(node, appkey)).status);
    assert.deepEqual(statuses, [200, 200, 429, 429]);
    assert.match((await callObservers(node, appkey)).body.code, /quota/);
  });
});

describe('the template of the product', () => {
  it('[AGR-8.3d] binds every grant: what the product hides or masks no grant can show', async () => {
    const { definition } = await make(node, 'GET', '/products/observers1');
    const bound = { ...definition, policy: { masks: [{ field: 'idcard', kind: 'fixed', value: '***' }], rows: { column: 'station', eq: '盐田' } } };
    const draft = await make(node, 'POST', '/products', { body: { code: 'bound1', definition: bound } });
    await make(node, 'POST', '/products/bound1/publish', { etag: `"${draft.version}"` });
    const holder = await newHolder(node, '模板使用方');
    await make(node, 'POST', '/grants', { body: { subject: holder.id, product: 'bound1', terms: { policy: { rows: { column: 'level', lt: 1 } } } } });
    const answer = (await (await fetch(`${node.dataUrl}/gov/v1/bound1?appkey=${holder.appkey}`)).json()) as Json;
    assert.deepEqual(answer.data, expected((row) => row.station === '盐田' && row.level !== null && row.level < 1, (row) => ({ ...shown(row), idcard: '***' })));
    assert.equal((await refusal(node, 'POST', '/grants', { body: { subject: (await newHolder(node, '贪心使用方')).id, product: 'bound1', terms: { policy: { masks: [{ field: 'idcard', kind: 'fixed', value: 'x' }] } } } })).code, 'policy.unenforceable');
  });

  it('[AGR-8.3d] a mask covers the column that it was written for: a product that names two fields the other way round shows neither', async () => {
    const { definition } = await make(node, 'GET', '/products/observers1');
    const draft = await make(node, 'POST', '/products', { body: { code: 'turned1', definition } });
    const { version } = await make(node, 'POST', '/products/turned1/publish', { etag: `"${draft.version}"` });
    const holder = await newHolder(node, '换列使用方');
    const grant = await make(node, 'POST', '/grants', { body: { subject: holder.id, product: 'turned1', terms: { policy: { masks: [{ field: 'phone', kind: 'partial', preset: 'phone' }] } } } });
    const call = async (): Promise<Json> => (await (await fetch(`${node.dataUrl}/gov/v1/turned1?appkey=${holder.appkey}`)).json()) as Json;
    assert.match((await call()).data[0].phone, /\*/);

    const other = { phone: 'email', email: 'phone' } as const;
    const fields = definition.fields.map((field: { name: string; column: string }) => (field.name === 'phone' || field.name === 'email' ? { ...field, column: other[field.name] } : field));
    const turned = await make(node, 'PUT', '/products/turned1', { body: { definition: { ...definition, fields } }, etag: `"${version}"` });
    const { unfitGrants: unfit } = await make(node, 'POST', '/products/turned1/publish', { etag: `"${turned.version}"` });
    assert.deepEqual(unfit.items.map((item: Json) => [item.id, item.denied]), [[grant.id, true]]);
    assert.equal((await call()).code, 'policy.unenforceable');
  });

  for (const [title, policy, code] of [
    ['an unknown term', { rowz: { column: 'station', eq: 'x' } }, 'request.invalid'],
    ['a mask on a field of another type', { masks: [{ field: 'lon', kind: 'partial', keepStart: 1, keepEnd: 0 }] }, 'policy.unenforceable'],
    ['a region over texts', { region: { lon: 'station', lat: 'lat', box: [0, 0, 1, 1] } }, 'policy.unenforceable'],
    ['a period over texts', { time: { column: 'station', from: '2026-01-01' } }, 'policy.unenforceable'],
    ['a condition on a column that is not there', { rows: { column: 'nowhere', eq: 1 } }, 'policy.unenforceable'],
  ] as const) {
    it(`[AGR-8.3d] a term that cannot be enforced is refused: ${title}`, async () => {
      const { id } = await newHolder(node, `不可执行 ${title}`);
      assert.equal((await refusal(node, 'POST', '/grants', { body: { subject: id, product: 'observers1', terms: { policy } } })).code, code);
    });
  }
});
