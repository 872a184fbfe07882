import { cross } from '../../kernel/plane.ts';
import type { Area, Edge } from './model.ts';

type Ring = readonly (readonly [number, number, ...number[]])[];

const polygonsOf = (area: Area): readonly (readonly Ring[])[] => (area.type === 'Polygon' ? [area.coordinates] : area.coordinates);

export const ringsOf = (area: Area): readonly Ring[] => polygonsOf(area).flat();

/** The sides of all of its rings, each with the number of its polygon. */
export const sidesOf = (area: Area): Edge[] =>
  polygonsOf(area).flatMap((rings, polygon) =>
    rings.flatMap((ring) =>
      ring.slice(1).map(([x2, y2], index) => {
        const [x1, y1] = ring[index] ?? [x2, y2];
        return { polygon, x1, y1, x2, y2 };
      }),
    ),
  );

/** A box as an area, in two parts where it crosses the antimeridian. */
export function areaOf([west, south, east, north]: readonly [number, number, number, number]): Area {
  const part = (from: number, to: number): [number, number][][] => [[[from, south], [to, south], [to, north], [from, north], [from, south]]];
  if (west <= east) return { type: 'Polygon', coordinates: part(west, east) };
  return { type: 'MultiPolygon', coordinates: [part(west, 180), part(-180, east)] };
}

/** Without heights, which nothing is held against. */
export function flat(area: Area): Area {
  const plain = (rings: readonly Ring[]): [number, number][][] => rings.map((ring) => ring.map(([x, y]) => [x, y]));
  if (area.type === 'Polygon') return { type: 'Polygon', coordinates: plain(area.coordinates) };
  return { type: 'MultiPolygon', coordinates: area.coordinates.map(plain) };
}

/** Whether sides cross one another: databases do not agree on what such an area is. Sides are walked from west to east. */
export function crossesItself(sides: readonly Edge[]): boolean {
  const sorted = sides.toSorted((a, b) => Math.min(a.x1, a.x2) - Math.min(b.x1, b.x2));
  let open: Edge[] = [];
  for (const side of sorted) {
    const from = Math.min(side.x1, side.x2);
    open = open.filter(({ x1, x2 }) => Math.max(x1, x2) >= from);
    if (open.some((other) => cross(other, side))) return true;
    open.push(side);
  }
  return false;
}
