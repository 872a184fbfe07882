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
export const turn = ({ x1, y1, x2, y2 }: Side, [x, y]: Place): number => orient2d(x1, y1, x2, y2, x, y);

export const meetBoxes = (a: Side, b: Side): boolean =>
  Math.max(a.x1, a.x2) >= Math.min(b.x1, b.x2) && Math.max(b.x1, b.x2) >= Math.min(a.x1, a.x2) && Math.max(a.y1, a.y2) >= Math.min(b.y1, b.y2) && Math.max(b.y1, b.y2) >= Math.min(a.y1, a.y2);

/** Whether two sides cross at a place that is an end of neither. */
export const cross = (a: Side, b: Side): boolean =>
  meetBoxes(a, b) && isOpposite(turn(a, [b.x1, b.y1]), turn(a, [b.x2, b.y2])) && isOpposite(turn(b, [a.x1, a.y1]), turn(b, [a.x2, a.y2]));

const isOpposite = (a: number, b: number): boolean => (a > 0 && b < 0) || (a < 0 && b > 0);

/** Whether a place is on a side, its ends among it. */
export const isOn = (side: Side, place: Place): boolean => meetBoxes(side, { x1: place[0], y1: place[1], x2: place[0], y2: place[1] }) && turn(side, place) === 0;

/** Closed lines in the plane: what lies between an odd number of them and the far distance is within. */
export class Outline {
  readonly #sides: readonly Side[];

  constructor(sides: readonly Side[]) {
    this.#sides = sides;
  }

  /** Above zero within, zero on a side, below zero without. */
  locate([x, y]: Place): number {
    let within = false;
    for (const side of this.#sides) {
      if (Math.max(side.x1, side.x2) < x || Math.max(side.y1, side.y2) < y || Math.min(side.y1, side.y2) > y) continue;
      const sense = turn(side, [x, y]);
      if (sense === 0 && Math.min(side.x1, side.x2) <= x) return 0;
      // the place is to the left of a side that goes north, or to the right of one that goes south: the side is to its east
      if (side.y1 > y !== side.y2 > y && sense < 0 === side.y2 > side.y1) within = !within;
    }
    return within ? 1 : -1;
  }

  /**
   * Whether a line keeps within (1) or without (-1); the sides belong to both. It is cut at the corners that lie on it:
   * between two of them it meets no side but along it, so that the middle tells of the whole.
   */
  keeps(line: Side, to: 1 | -1): boolean {
    const near = this.#sides.filter((side) => meetBoxes(side, line));
    if (near.some((side) => cross(side, line))) return false;
    const corners = near.flatMap(({ x1, y1, x2, y2 }): Place[] => [[x1, y1], [x2, y2]]).filter((corner) => isOn(line, corner));
    const cuts: Place[] = [[line.x1, line.y1], ...corners, [line.x2, line.y2]];
    cuts.sort(([ax, ay], [bx, by]) => ax - bx || ay - by);
    return cuts.every((end, index) => {
      const begin = cuts[index - 1] ?? end;
      const middle: Place = [(begin[0] + end[0]) / 2, (begin[1] + end[1]) / 2];
      return near.some((side) => isOn(side, begin) && isOn(side, end)) || this.locate(middle) * to >= 0;
    });
  }
}
