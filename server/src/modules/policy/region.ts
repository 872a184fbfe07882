import { columnType, inputRefused, isInput } from './columns.ts';
import { isNumeric } from './conditions.ts';
import type { Area, Condition, Edge, ProductShape, Region } from './model.ts';
import type { Problems } from './problems.ts';

/** Sides of all rings together: each row is held against them. */
const maxEdges = 10_000;
/** Degrees by which the box around an area is wider, so that rounding never takes a place from it: a tenth of a millimetre. */
const margin = 1e-9;

type Ring = readonly (readonly [number, number, ...number[]])[];

/** The region as a condition; what cannot be enforced is noted. */
export function readRegion(region: Region | undefined, product: ProductShape, problems: Problems): Condition | null {
  if (region === undefined) return null;
  const { lon, lat } = region;
  for (const column of [lon, lat]) {
    const type = columnType(product, column);
    if (type === undefined) problems.add('region', 'column', `资源没有列 ${column} (the resource has no such column)`);
    else if (isInput(product, column)) problems.add('region', 'input', inputRefused(column));
    else if (!isNumeric(type)) problems.add('region', 'column-type', `列 ${column} 是 ${type}，经纬度须为数值列 (longitude and latitude are numeric)`);
  }
  if (lon === lat) problems.add('region', 'same-column', `经度与纬度是同一列 ${lon} (longitude and latitude are one column)`);
  if ('within' in region) return within(lon, lat, region.within, problems);
  const [west, south, east, north] = region.box;
  if (south > north) problems.add('region', 'contradictory', `南界 ${south} 在北界 ${north} 之北 (south lies north of north)`);
  return { op: 'box', lon, lat, west, south, east, north };
}

/** The box around the area stands before it: an index may serve, and few places are held against its sides. */
function within(lon: string, lat: string, area: Area, problems: Problems): Condition {
  const polygons: readonly (readonly Ring[])[] = area.type === 'Polygon' ? [area.coordinates] : area.coordinates;
  const edges = polygons.flatMap((rings, polygon) => rings.flatMap((ring) => edgesOf(ring, polygon, problems)));
  if (edges.length > maxEdges) problems.add('region', 'too-many', `多边形的边超过 ${maxEdges} 条，请简化 (more than ${maxEdges} sides: simplify the area)`);
  const [xs, ys] = [edges.flatMap(({ x1, x2 }) => [x1, x2]), edges.flatMap(({ y1, y2 }) => [y1, y2])];
  const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Infinity) - margin;
  const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), -Infinity) + margin;
  return {
    op: 'all',
    of: [
      { op: 'box', lon, lat, west: Math.max(least(xs), -180), south: least(ys), east: Math.min(most(xs), 180), north: most(ys) },
      { op: 'within', lon, lat, edges: edges.filter(({ y1, y2 }) => y1 !== y2) },
    ],
  };
}

function edgesOf(ring: Ring, polygon: number, problems: Problems): Edge[] {
  const [first] = ring;
  const last = ring.at(-1);
  if (first?.[0] !== last?.[0] || first?.[1] !== last?.[1]) problems.add('region', 'ring', '多边形的环未闭合：首尾坐标须相同 (a ring is not closed: its last position must be its first)');
  const edges: Edge[] = [];
  for (const [index, [x2, y2]] of ring.entries()) {
    const before = ring[index - 1];
    if (before === undefined) continue;
    const [x1, y1] = before;
    if (Math.abs(x2 - x1) > 180) problems.add('region', 'antimeridian', '多边形跨越 180° 经线，请拆为两个 (a side crosses the antimeridian: split the area in two)');
    edges.push({ polygon, x1, y1, x2, y2 });
  }
  if (edges.every(({ y1, y2 }) => y1 === y2)) problems.add('region', 'empty', '多边形的环没有面积 (a ring has no area)');
  return edges;
}
