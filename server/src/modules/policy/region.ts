import { areaOf, crossesItself, flat, ringsOf, sidesOf } from './area.ts';
import { columnType, inputRefused, isInput } from './columns.ts';
import { isNumeric } from './conditions.ts';
import type { Area, ColumnType, Condition, Edge, ProductShape, Region } from './model.ts';
import type { Problems } from './problems.ts';

/** Sides of all rings together: each row is held against them. */
const maxEdges = 10_000;
/** Degrees by which the box around an area is wider, so that rounding never takes a place from it: a tenth of a millimetre. */
const margin = 1e-9;

type OfGeometry = Extract<Region, { geometry: string }>;
type OfPlace = Exclude<Region, OfGeometry>;
type Box = Extract<Region, { box: unknown }>['box'];

/** The region as a condition; what cannot be enforced is noted. */
export function readRegion(region: Region | undefined, product: ProductShape, problems: Problems): Condition | null {
  if (region === undefined) return null;
  return 'geometry' in region ? ofGeometry(region, product, problems) : ofPlace(region, product, problems);
}

function ofPlace(region: OfPlace, product: ProductShape, problems: Problems): Condition {
  const { lon, lat } = region;
  for (const column of [lon, lat]) checkColumn(column, product, problems, (type) => (isNumeric(type) ? null : `列 ${column} 是 ${type}，经纬度须为数值列 (longitude and latitude are numeric)`));
  if (lon === lat) problems.add('region', 'same-column', `经度与纬度是同一列 ${lon} (longitude and latitude are one column)`);
  if ('within' in region) return within(lon, lat, region.within, problems);
  const [west, south, east, north] = region.box;
  checkBox(region.box, problems);
  return { op: 'box', lon, lat, west, south, east, north };
}

function ofGeometry(region: OfGeometry, product: ProductShape, problems: Problems): Condition {
  const column = region.geometry;
  checkColumn(column, product, problems, (type) => (type === 'geometry' ? null : `列 ${column} 是 ${type}，须为几何列；经纬度两列请用 lon、lat (not a column of geometries: name columns of longitude and latitude as lon and lat)`));
  if ('box' in region) {
    checkBox(region.box, problems);
    const [west, south, east, north] = region.box;
    if (west === east || south === north) problems.add('region', 'empty', '范围没有面积 (the box has no area)');
    return { op: 'covered', column, area: areaOf(region.box) };
  }
  const area = flat(region.within);
  checkArea(area, problems);
  return { op: 'covered', column, area };
}

/** Looked at when a policy is written and not with every compilation: the sides of a comb-shaped area take long. */
export function noteCrossing(region: Region | undefined, problems: Problems): void {
  if (region === undefined || !('geometry' in region) || !('within' in region)) return;
  const sides = sidesOf(flat(region.within));
  if (sides.length <= maxEdges && crossesItself(sides)) problems.add('region', 'crossing', '多边形的边互相交叉 (sides of the area cross one another)');
}

function checkColumn(column: string, product: ProductShape, problems: Problems, misfit: (type: ColumnType) => string | null): void {
  const type = columnType(product, column);
  if (type === undefined) problems.add('region', 'column', `资源没有列 ${column} (the resource has no such column)`);
  else if (isInput(product, column)) problems.add('region', 'input', inputRefused(column));
  else {
    const reason = misfit(type);
    if (reason !== null) problems.add('region', 'column-type', reason);
  }
}

function checkBox([, south, , north]: Box, problems: Problems): void {
  if (south > north) problems.add('region', 'contradictory', `南界 ${south} 在北界 ${north} 之北 (south lies north of north)`);
}

/** The box around the area stands before it: an index may serve, and few places are held against its sides. */
function within(lon: string, lat: string, area: Area, problems: Problems): Condition {
  checkArea(area, problems);
  const edges = sidesOf(area);
  const [xs, ys] = [edges.flatMap(({ x1, x2 }) => [x1, x2]), edges.flatMap(({ y1, y2 }) => [y1, y2])];
  const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Infinity) - margin;
  const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), -Infinity) + margin;
  return {
    op: 'all',
    of: [
      { op: 'box', lon, lat, west: Math.max(least(xs), -180), south: least(ys), east: Math.min(most(xs), 180), north: most(ys) },
      { op: 'within', lon, lat, edges: edges.filter(({ y1, y2 }: Edge) => y1 !== y2) },
    ],
  };
}

function checkArea(area: Area, problems: Problems): void {
  const rings = ringsOf(area);
  const size = rings.reduce((sum, ring) => sum + ring.length - 1, 0);
  if (size > maxEdges) problems.add('region', 'too-many', `多边形的边超过 ${maxEdges} 条，请简化 (more than ${maxEdges} sides: simplify the area)`);
  for (const ring of rings) {
    const [first] = ring;
    const last = ring.at(-1);
    if (first?.[0] !== last?.[0] || first?.[1] !== last?.[1]) problems.add('region', 'ring', '多边形的环未闭合：首尾坐标须相同 (a ring is not closed: its last position must be its first)');
    for (const [index, [x]] of ring.entries()) {
      if (Math.abs(x - (ring[index - 1]?.[0] ?? x)) > 180) problems.add('region', 'antimeridian', '多边形跨越 180° 经线，请拆为两个 (a side crosses the antimeridian: split the area in two)');
    }
    if (ring.every(([x]) => x === first?.[0]) || ring.every(([, y]) => y === first?.[1])) problems.add('region', 'empty', '多边形的环没有面积 (a ring has no area)');
  }
}
