import { positionsOf, type Geometry, type Position, type SimpleGeometry } from '../../kernel/geojson.ts';
import { meetBoxes, Outline, piecesOf, type Side } from '../../kernel/plane.ts';
import { sidesOf, type Area } from '../policy/index.ts';

/** Tells whether no part of a geometry lies outside an area; the area's borders belong to it. Exact, whatever the shapes. */
export function coverOf(area: Area): (geometry: Geometry) => boolean {
  const outline = new Outline(bordersOf(sidesOf(area)));
  const keeps = (geometry: SimpleGeometry): boolean => {
    switch (geometry.type) {
      case 'Point':
        return keepsLine(outline, positionsOf(geometry));
      case 'MultiPoint':
        return geometry.coordinates.every((position) => keepsLine(outline, [position]));
      case 'LineString':
        return keepsLine(outline, geometry.coordinates);
      case 'MultiLineString':
        return geometry.coordinates.every((line) => keepsLine(outline, line));
      case 'Polygon':
        return keepsPolygon(outline, geometry.coordinates);
      case 'MultiPolygon':
        return geometry.coordinates.every((rings) => keepsPolygon(outline, rings));
    }
  };
  const keepsAll = (geometry: SimpleGeometry): boolean => {
    const positions = positionsOf(geometry);
    const extent = extentOf(positions);
    const [first] = positions;
    // what no border comes near is within as a whole, or outside
    return first === undefined || (outline.sides.some((side) => meetBoxes(side, extent)) ? keeps(geometry) : outline.holds([first[0], first[1]]));
  };
  return (geometry) => {
    const parts = geometry.type === 'GeometryCollection' ? geometry.geometries : [geometry];
    return parts.some((part) => positionsOf(part).length > 0) && parts.every(keepsAll);
  };
}

/** A line is within, or on a border, between any two corners that lie on it. */
function keepsLine(area: Outline, line: readonly Position[]): boolean {
  return line.every(([x, y]) => area.holds([x, y])) && sidesAlong(line).every((side) => !area.crosses(side) && piecesOf(side, [area]).every((piece) => area.beside(piece).includes(true)));
}

/** On no side of a line of the one or the other is there anything within the polygon and outside the area, as at a hole. */
function keepsPolygon(area: Outline, rings: readonly (readonly Position[])[]): boolean {
  if (!rings.every((ring) => keepsLine(area, ring))) return false;
  const polygon = new Outline(rings.flatMap(sidesAlong));
  const extent = extentOf(rings.flat());
  return [...polygon.sides, ...area.sides.filter((side) => meetBoxes(side, extent))].every((side) =>
    piecesOf(side, [area, polygon]).every((piece) => {
      const [areas, polygons] = [area.beside(piece), polygon.beside(piece)];
      return (areas[0] || !polygons[0]) && (areas[1] || !polygons[1]);
    }),
  );
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

/** From each position to the next. */
function sidesAlong(line: readonly Position[]): Side[] {
  return line.slice(1).map(([x2, y2], index) => {
    const [x1, y1] = line[index] ?? [x2, y2];
    return { x1, y1, x2, y2 };
  });
}

function extentOf(positions: readonly Position[]): Side {
  let [x1, y1, x2, y2] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of positions) {
    [x1, y1] = [Math.min(x1, x), Math.min(y1, y)];
    [x2, y2] = [Math.max(x2, x), Math.max(y2, y)];
  }
  return { x1, y1, x2, y2 };
}
