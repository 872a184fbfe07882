import type { Json } from './management.ts';
import type { StartedNode } from './node.ts';
import { giveGrant, hostTable, newHolder, publish, type Holder, type ProductInput } from './sharing.ts';

export interface Observer {
  readonly id: number;
  readonly station: string;
  readonly observer: string;
  readonly phone: string;
  readonly idcard: string;
  readonly email: string;
  readonly lon: number;
  readonly lat: number;
  readonly at: string;
  readonly level: number | null;
}

/** Made-up people at four stations: all that the terms of a policy can be tried on. */
export const observers: readonly Observer[] = [
  { id: 1, station: '赤湾', observer: '张三', phone: '13800000001', idcard: '440301199001011234', email: 'zhang@example.cn', lon: 113.87, lat: 22.47, at: '2026-01-01 00:00:00', level: 0.4 },
  { id: 2, station: '赤湾', observer: '李小四', phone: '13800000002', idcard: '440301199002021234', email: 'li@example.cn', lon: 113.88, lat: 22.48, at: '2026-01-31 23:59:59', level: 1.49 },
  { id: 3, station: '盐田', observer: '欧阳明月', phone: '13900000003', idcard: '440301198503031234', email: 'ouyang@example.cn', lon: 114.27, lat: 22.59, at: '2026-02-01 00:00:00', level: 1.5 },
  { id: 4, station: '盐田', observer: '王五', phone: '13900000004', idcard: '440301198504041234', email: 'w@example.cn', lon: 114.28, lat: 22.6, at: '2026-02-28 12:30:00', level: -0.2 },
  { id: 5, station: '香港', observer: '陈大文', phone: '85291234567', idcard: 'A1234567', email: 'chan@example.hk', lon: 114.217, lat: 22.3, at: '2026-03-01 08:00:00', level: null },
  { id: 6, station: '高雄', observer: '林六', phone: '88691234567', idcard: 'B7654321', email: 'lin@example.tw', lon: 120.28, lat: 22.61, at: '2026-12-31 23:00:00', level: 2.75 },
];

const columns = ['id', 'station', 'observer', 'phone', 'idcard', 'email', 'lon', 'lat', 'at', 'level'] as const;
const types: Readonly<Record<(typeof columns)[number], string>> = { id: 'int', station: 'varchar', observer: 'varchar', phone: 'varchar', idcard: 'varchar', email: 'varchar', lon: 'numeric', lat: 'numeric', at: 'timestamp', level: 'numeric' };

const csv = [columns.join(','), ...observers.map((row) => columns.map((name) => row[name] ?? '').join(','))].join('\n');

export const observerProduct = (changes: Partial<ProductInput> = {}): ProductInput => ({
  resource: 'observers',
  fields: columns.map((name) => ({ name, type: types[name], sensitive: name === 'phone' })),
  parameters: [
    { name: 'station', column: 'station', operator: 'in' },
    { name: 'who', column: 'observer', operator: 'like' },
    { name: 'phone', column: 'phone', operator: 'eq' },
    { name: 'least', column: 'level', operator: 'range-start' },
    { name: 'since', column: 'at', operator: 'range-start' },
    { name: 'until', column: 'at', operator: 'range-end' },
  ],
  order: [{ column: 'at' }],
  ...changes,
});

/** Hosts the table and publishes it as `observers1`. */
export async function shareObservers(node: StartedNode, changes: Partial<ProductInput> = {}): Promise<void> {
  await hostTable(node, 'observers', csv, [{ name: 'phone', type: 'text' }, { name: 'idcard', type: 'text' }]);
  await publish(node, 'observers1', observerProduct(changes));
}

/** A new subject with a grant of these terms. */
export async function granted(node: StartedNode, name: string, policy: Json, period: Json = {}): Promise<Holder & { grantId: string; version: number }> {
  const holder = await newHolder(node, name);
  const { id, version } = await giveGrant(node, holder.name, 'observers1', policy, period);
  return { ...holder, grantId: id, version };
}

export interface Called {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

/** Calls the product on GOV's face. */
export async function callObservers(node: StartedNode, appkey: string | undefined, query: Readonly<Record<string, string>> = {}, headers: Readonly<Record<string, string>> = {}): Promise<Called> {
  const response = await fetch(`${node.dataUrl}/gov/v1/observers1?${new URLSearchParams({ ...query, ...(appkey === undefined ? {} : { appkey }) }).toString()}`, { headers });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** The row as it comes without any mask. */
export const shown = (row: Observer): Json => ({ ...row, at: `${row.at.replace(' ', 'T')}+08:00` });
