import type { Geometry, Position, SimpleGeometry } from '../../kernel/geojson.ts';
import { meetBoxes, Outline, type Side } from '../../kernel/plane.ts';
import { sidesOf, type Area } from '../policy/index.ts';

/** Tells whether no part of a geometry lies outside an area; the area's borders belong to it. Exact, whatever the shapes. */
export function coverOf(area: Area): (geometry: Geometry) => boolean {
  const borders = bordersOf(sidesOf(area));
  const outline = new Outline(borders);
  const keepsLine = (line: readonly Position[]): boolean => sidesAlong(line).every((side) => outline.keeps(side, 1));
  const keepsPolygon = (rings: readonly (readonly Position[])[]): boolean => rings.every(keepsLine) && !hasBorderWithin(borders, rings.flatMap(sidesAlong));
  const keeps = (geometry: SimpleGeometry): boolean => {
    switch (geometry.type) {
      case 'Point':
        return geometry.coordinates.length === 0 || keepsLine([geometry.coordinates]);
      case 'MultiPoint':
        return geometry.coordinates.every((position) => keepsLine([position]));
      case 'LineString':
        return keepsLine(geometry.coordinates);
      case 'MultiLineString':
        return geometry.coordinates.every(keepsLine);
      case 'Polygon':
        return keepsPolygon(geometry.coordinates);
      case 'MultiPolygon':
        return geometry.coordinates.every(keepsPolygon);
    }
  };
  return (geometry) => {
    const parts = geometry.type === 'GeometryCollection' ? geometry.geometries : [geometry];
    return parts.some(({ coordinates }) => coordinates.length > 0) && parts.every(keeps);
  };
}

/** A side that two polygons share is no border: what crosses it is still within. */
function bordersOf(sides: readonly Side[]): Side[] {
  const single = new Map<string, Side>();
  for (const side of sides) {
    const ends = [`${side.x1} ${side.y1}`, `${side.x2} ${side.y2}`].toSorted().join();
    if (!single.delete(ends)) single.set(ends, side);
  }
  return [...single.values()];
}

/** From each position to the next; a single one is a side of no length. */
function sidesAlong(line: readonly Position[]): Side[] {
  const [first] = line;
  if (first === undefined) return [];
  const [x, y] = first;
  if (line.length === 1) return [{ x1: x, y1: y, x2: x, y2: y }];
  return line.slice(1).map(([x2, y2], index) => {
    const [x1, y1] = line[index] ?? first;
    return { x1, y1, x2, y2 };
  });
}

/** Whether the area ends within a polygon, as at a hole that lies in it. */
function hasBorderWithin(borders: readonly Side[], sides: readonly Side[]): boolean {
  const polygon = new Outline(sides);
  const extent = extentOf(sides);
  return borders.some((border) => meetBoxes(border, extent) && !polygon.keeps(border, -1));
}

function extentOf(sides: readonly Side[]): Side {
  let [x1, y1, x2, y2] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const side of sides) {
    [x1, y1] = [Math.min(x1, side.x1, side.x2), Math.min(y1, side.y1, side.y2)];
    [x2, y2] = [Math.max(x2, side.x1, side.x2), Math.max(y2, side.y1, side.y2)];
  }
  return { x1, y1, x2, y2 };
}
