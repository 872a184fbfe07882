import { giveGrant, hostTable, newHolder, publish, type Holder, type ProductInput } from './sharing.ts';
import type { StartedNode } from './node.ts';

export interface Tide {
  readonly id: number;
  readonly stationname: string;
  /** `yyyy-MM-dd HH:mm:ss` in Asia/Shanghai. */
  readonly timestamp: string;
  readonly depth_m: number;
}

const stations = ['赤湾', '盐田', '香港'];
const hour = (index: number): string => String(index).padStart(2, '0');

/** Hourly values of three stations, ordered by `id`: the first days of September 2022, SEA's own example. */
export function tides(days: number): Tide[] {
  return Array.from({ length: days * 24 * stations.length }, (_, index) => {
    const at = Math.floor(index / stations.length);
    return { id: index + 1, stationname: stations[index % stations.length] ?? '', timestamp: `2022-09-${hour(1 + Math.floor(at / 24))} ${hour(at % 24)}:00:00`, depth_m: ((index * 37) % 400) / 100 };
  });
}

const csvOf = (rows: readonly Tide[]): string => ['id,stationname,timestamp,depth_m', ...rows.map(({ id, stationname, timestamp, depth_m: depth }) => `${id},${stationname},${timestamp},${depth.toFixed(2)}`)].join('\n');

export const tideFields: NonNullable<ProductInput['fields']> = [
  { name: 'id', type: 'int', required: true },
  { name: 'stationname', type: 'varchar' },
  { name: 'timestamp', type: 'timestamp' },
  { name: 'depth_m', type: 'numeric' },
];

/** A product definition over `tides` with SEA's parameters of table 1, none required. */
export const tideProduct = (changes: Partial<ProductInput> = {}): ProductInput => ({
  resource: 'tides',
  fields: tideFields,
  parameters: [
    { name: 'input_station', column: 'stationname', operator: 'eq' },
    { name: 'start_time', column: 'timestamp', operator: 'range-start' },
    { name: 'end_time', column: 'timestamp', operator: 'range-end' },
  ],
  order: [{ column: 'id' }],
  ...changes,
});

/** Hosts the table, publishes it as `cwgcsssj` and grants it to a new subject. */
export async function shareTides(node: StartedNode, { days = 10, ...changes }: { days?: number } & Partial<ProductInput> = {}): Promise<{ rows: Tide[]; holder: Holder }> {
  const rows = tides(days);
  await hostTable(node, 'tides', csvOf(rows));
  await publish(node, 'cwgcsssj', tideProduct(changes));
  const holder = await newHolder(node, '防汛指挥系统');
  await giveGrant(node, holder.name, 'cwgcsssj');
  return { rows, holder };
}
