import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Geometry } from '../../kernel/geojson.ts';
import type { Area } from '../policy/index.ts';
import { coverOf } from './cover.ts';

type Ring = [number, number][];
const box = (west: number, south: number, east: number, north: number): Ring => [[west, south], [east, south], [east, north], [west, north], [west, south]];
const point = (x: number, y: number): Geometry => ({ type: 'Point', coordinates: [x, y] });
const line = (...coordinates: Ring): Geometry => ({ type: 'LineString', coordinates });
const polygon = (...coordinates: Ring[]): Geometry => ({ type: 'Polygon', coordinates });

const holed: Area = { type: 'Polygon', coordinates: [box(0, 0, 10, 10), box(4, 4, 6, 6)] };
/** Two squares with a common side. */
const neighbours: Area = { type: 'MultiPolygon', coordinates: [[box(0, 0, 5, 5)], [box(5, 0, 10, 5)]] };
/** Open to the east. */
const bay: Area = { type: 'Polygon', coordinates: [[[0, 0], [10, 0], [10, 2], [2, 2], [2, 8], [10, 8], [10, 10], [0, 10], [0, 0]]] };
/** Its hole has its corners on what a polygon may have as sides. */
const wedge: Area = { type: 'Polygon', coordinates: [box(0, 0, 10, 10), [[2, 2], [6, 2], [2, 6], [2, 2]]] };

const cases: Readonly<Record<string, readonly [Area, readonly Geometry[], readonly Geometry[]]>> = {
  'places, with borders and corners': [
    holed,
    [point(1, 1), point(0, 5), point(10, 10), point(4, 5), point(6, 6), { type: 'MultiPoint', coordinates: [[0, 0], [9, 9]] }, { type: 'Point', coordinates: [1, 1, 99] }],
    [point(5, 5), point(-1e-12, 5), point(11, 10), point(180, 5), { type: 'MultiPoint', coordinates: [[1, 1], [5, 5]] }],
  ],
  'lines, along borders and to them': [
    holed,
    [line([1, 1], [9, 1]), line([0, 0], [0, 10], [10, 10]), line([4, 4], [6, 4]), line([1, 4], [9, 4]), line([0, 10], [4, 6]), line([3, 3], [3, 3])],
    [line([0, 0], [10, 10]), line([1, 5], [9, 5]), line([9, 9], [11, 11]), line([4, 4], [6, 6]), line([5, 0], [5, 10]), { type: 'MultiLineString', coordinates: [[[1, 1], [2, 2]], [[1, 5], [5, 5]]] }],
  ],
  'polygons about a hole': [
    holed,
    [polygon(box(0, 0, 10, 10), box(4, 4, 6, 6)), polygon(box(0, 0, 4, 10)), polygon(box(3, 3, 7, 7), box(3.5, 3.5, 6.5, 6.5)), { type: 'MultiPolygon', coordinates: [[box(0, 0, 4, 4)], [box(6, 6, 10, 10)]] }],
    [polygon(box(0, 0, 10, 10)), polygon(box(3, 3, 7, 7)), polygon(box(4, 4, 6, 6)), polygon(box(3, 3, 7, 7), box(4.5, 4.5, 5.5, 5.5)), { type: 'MultiPolygon', coordinates: [[box(0, 0, 4, 4)], [box(6, 6, 11, 10)]] }],
  ],
  'what crosses a side that two polygons share': [neighbours, [line([1, 1], [9, 4]), point(5, 2), line([5, 0], [5, 5]), polygon(box(0, 0, 10, 5)), polygon(box(4, 1, 6, 2))], [polygon(box(4, 1, 6, 6)), line([5, 0], [5, 6])]],
  'a bay, across which corners see one another': [bay, [polygon(box(0, 0, 10, 2)), line([10, 0], [0, 0], [0, 10], [10, 10]), line([2, 2], [2, 8])], [line([9, 1], [9, 9]), line([10, 2], [10, 8]), polygon(box(0, 0, 10, 10)), polygon([[2, 2], [10, 2], [2, 8], [2, 2]])]],
  'a hole within a polygon of its corners': [wedge, [polygon([[0, 0], [10, 0], [10, 2], [0, 2], [0, 0]])], [polygon([[2, 2], [6, 2], [2, 6], [2, 2]]), polygon(box(2, 2, 6, 6)), polygon([[2, 2], [6, 2], [6, 6], [2, 6], [2, 2]])]],
  'collections, and what is empty': [
    holed,
    [{ type: 'GeometryCollection', geometries: [{ type: 'Point', coordinates: [1, 1] }, { type: 'LineString', coordinates: [[0, 0], [3, 3]] }] }],
    [{ type: 'GeometryCollection', geometries: [{ type: 'Point', coordinates: [1, 1] }, { type: 'Point', coordinates: [5, 5] }] }, { type: 'GeometryCollection', geometries: [] }, { type: 'Point', coordinates: [] }, polygon()],
  ],
};

describe('an area covers', () => {
  for (const [name, [area, within, without]] of Object.entries(cases)) {
    it(name, () => {
      const covers = coverOf(area);
      for (const geometry of within) assert.equal(covers(geometry), true, JSON.stringify(geometry));
      for (const geometry of without) assert.equal(covers(geometry), false, JSON.stringify(geometry));
    });
  }
});
