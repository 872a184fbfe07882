import { orient2d } from 'robust-predicates';

/** A straight line between two places of the plane. */
export interface Side {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

export type Place = readonly [x: number, y: number];

/** Zero when the place lies on the line through the side, else of one sign to its left and of the other to its right: exact. */
const turn = ({ x1, y1, x2, y2 }: Side, [x, y]: Place): number => orient2d(x1, y1, x2, y2, x, y);

export const meetBoxes = (a: Side, b: Side): boolean =>
  Math.max(a.x1, a.x2) >= Math.min(b.x1, b.x2) && Math.max(b.x1, b.x2) >= Math.min(a.x1, a.x2) && Math.max(a.y1, a.y2) >= Math.min(b.y1, b.y2) && Math.max(b.y1, b.y2) >= Math.min(a.y1, a.y2);

/** Whether two sides cross at a place that is an end of neither. */
export const cross = (a: Side, b: Side): boolean =>
  meetBoxes(a, b) && isOpposite(turn(a, [b.x1, b.y1]), turn(a, [b.x2, b.y2])) && isOpposite(turn(b, [a.x1, a.y1]), turn(b, [a.x2, a.y2]));

const isOpposite = (a: number, b: number): boolean => (a > 0 && b < 0) || (a < 0 && b > 0);

/** Whether a place is on a side, its ends among it. */
const isOn = (side: Side, place: Place): boolean => meetBoxes(side, { x1: place[0], y1: place[1], x2: place[0], y2: place[1] }) && turn(side, place) === 0;

/** A part of a line, from one place to another. */
export type Piece = readonly [from: Place, to: Place];

/** Closed lines in the plane: what lies between an odd number of them and the far distance is within. */
export class Outline {
  readonly sides: readonly Side[];

  constructor(sides: readonly Side[]) {
    this.sides = sides;
  }

  /** Whether a place is within or on a side. */
  holds(place: Place): boolean {
    return this.sides.some((side) => isOn(side, place)) || oddTo(this.sides, place);
  }

  crosses(line: Side): boolean {
    return this.sides.some((side) => cross(side, line));
  }

  /** Whether it is within to the east of a piece that crosses no side and no corner, and to its west; to the north and south of one along a parallel. */
  beside([from, to]: Piece): readonly [boolean, boolean] {
    const { under = [], others = [] } = Object.groupBy(this.sides, (side) => (isOn(side, from) && isOn(side, to) ? 'under' : 'others'));
    const east = oddTo(others, [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]);
    return [east, east !== (under.length % 2 === 1)];
  }
}

/** Whether an odd number of sides is to the east of a place, a corner at its height counting as lower. */
function oddTo(sides: readonly Side[], [x, y]: Place): boolean {
  let odd = false;
  for (const side of sides) {
    // the place is to the left of a side that goes north, or to the right of one that goes south
    if (side.y1 > y !== side.y2 > y && Math.max(side.x1, side.x2) >= x && turn(side, [x, y]) < 0 === side.y2 > side.y1) odd = !odd;
  }
  return odd;
}

/** A line cut at the corners of outlines that lie on it. */
export function piecesOf(line: Side, outlines: readonly Outline[]): Piece[] {
  const corners = outlines.flatMap(({ sides }) => sides.filter((side) => meetBoxes(side, line)).flatMap(({ x1, y1, x2, y2 }): Place[] => [[x1, y1], [x2, y2]])).filter((corner) => isOn(line, corner));
  const places: Place[] = [[line.x1, line.y1], ...corners, [line.x2, line.y2]];
  places.sort(([ax, ay], [bx, by]) => ax - bx || ay - by);
  return places.slice(1).flatMap((to, index): Piece[] => {
    const from = places[index] ?? to;
    return from[0] === to[0] && from[1] === to[1] ? [] : [[from, to]];
  });
}
