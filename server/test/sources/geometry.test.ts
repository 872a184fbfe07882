import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import pg from 'pg';
import { readGeometry, wktOf, type Geometry } from '../../src/kernel/geojson.ts';
import type { Area, Condition } from '../../src/modules/policy/index.ts';
import { residualReader } from '../../src/modules/residual/index.ts';
import type { ReadColumn, SourceConnection, TableReader } from '../../src/modules/resources/index.ts';
import { mysqlSource } from '../../src/sources/mysql/index.ts';
import { postgresSource } from '../../src/sources/postgres/index.ts';
import { createDatabase, dropDatabase } from '../support/database.ts';
import { mariadbDatabase, type MariadbDatabase } from '../support/mariadb.ts';
import { needs } from '../support/services.ts';
import { settingsOf } from './backends.ts';
import { described, never, page, planOf, textColumn } from './contract.ts';
import { MemoryScanner } from './memory-scanner.ts';

// ---- areas and geometries on a grid, where they meet at corners and along sides ----

type Place = [number, number];
const box = (west: number, south: number, east: number, north: number): Place[] => [[west, south], [east, south], [east, north], [west, north], [west, south]];
const areas: Readonly<Record<string, Area>> = {
  square: { type: 'Polygon', coordinates: [box(2, 2, 8, 8)] },
  diamond: { type: 'Polygon', coordinates: [[[5, 0], [10, 5], [5, 10], [0, 5], [5, 0]]] },
  bay: { type: 'Polygon', coordinates: [[[0, 0], [10, 0], [10, 3], [3, 3], [3, 7], [10, 7], [10, 10], [0, 10], [0, 0]]] },
  holed: { type: 'Polygon', coordinates: [box(0, 0, 10, 10), box(4, 4, 6, 6), [[7, 7], [9, 7], [7, 9], [7, 7]]] },
  islands: { type: 'MultiPolygon', coordinates: [[box(0, 0, 4, 4)], [box(6, 6, 10, 10), box(7, 7, 8, 8)]] },
  neighbours: { type: 'MultiPolygon', coordinates: [[box(0, 0, 5, 5)], [box(5, 0, 10, 5)], [box(0, 5, 5, 10)]] },
};

function anyGeometry(): fc.Arbitrary<Geometry> {
  const place = fc.tuple(fc.nat(10), fc.nat(10));
  const line = fc.array(place, { minLength: 2, maxLength: 4 }).filter((places) => new Set(places.map(String)).size > 1);
  const corners = fc.tuple(fc.nat(8), fc.nat(8), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }));
  const triangle = fc.tuple(place, place, place).filter(([[ax, ay], [bx, by], [cx, cy]]) => (bx - ax) * (cy - ay) !== (cx - ax) * (by - ay)).map(([a, b, c]): Place[] => [a, b, c, a]);
  const rectangle = corners.map(([x, y, width, height]) => box(x, y, x + width, y + height));
  const frame = fc.tuple(fc.nat(6), fc.nat(6)).map(([x, y]): Place[][] => [box(x, y, x + 4, y + 4), box(x + 1, y + 1, x + 3, y + 3)]);
  const rings = fc.oneof(triangle.map((ring) => [ring]), rectangle.map((ring) => [ring]), frame);
  const simple = fc.oneof(
    place.map((coordinates) => ({ type: 'Point' as const, coordinates })),
    line.map((coordinates) => ({ type: 'LineString' as const, coordinates })),
    rings.map((coordinates) => ({ type: 'Polygon' as const, coordinates })),
    fc.array(place, { minLength: 1, maxLength: 3 }).map((coordinates) => ({ type: 'MultiPoint' as const, coordinates })),
    fc.array(line, { minLength: 1, maxLength: 2 }).map((coordinates) => ({ type: 'MultiLineString' as const, coordinates })),
  );
  return fc.oneof({ weight: 5, arbitrary: simple }, { weight: 1, arbitrary: fc.array(simple, { minLength: 1, maxLength: 2 }).map((geometries) => ({ type: 'GeometryCollection' as const, geometries })) });
}

const ROWS = Number(process.env['LINGQU_PROPERTY_RUNS'] ?? 600);
const seed = Number(process.env['LINGQU_PROPERTY_SEED'] ?? 20_261_122);
const geometriesOf = (arbitrary: fc.Arbitrary<Geometry>): (Geometry | null)[] => [null, ...fc.sample(arbitrary, { numRuns: ROWS, seed })];

/** IDs of the rows that a condition is true of, as the core says. */
async function residualIds(geometries: readonly (Geometry | null)[], where: Condition): Promise<unknown[]> {
  const scanner = new MemoryScanner('UTC');
  scanner.tables.set('g', { name: 'g', comment: '', key: 'id', columns: [{ name: 'id', type: 'integer' }, { name: 'g', type: 'geometry' }], rows: geometries.map((geometry, index) => [String(index), geometry === null ? null : JSON.stringify(geometry)]) });
  const [table] = scanner.describe();
  assert.ok(table);
  return idsOf(residualReader(scanner), planOf(table, [textColumn('id', 'integer')], { where }));
}

async function idsOf(reader: TableReader, plan: ReturnType<typeof planOf>): Promise<unknown[]> {
  const batch = await reader.readPage(plan, 'cells', 1e9, never);
  assert.ok(batch?.kind === 'cells');
  return batch.rows.map(([id]) => id);
}

/** Push-down ≡ residual, of a condition and of its contrary. */
async function sameRows(connection: SourceConnection, schema: string, geometries: readonly (Geometry | null)[], column = 'g'): Promise<void> {
  const table = await described(connection, { schema, name: 'g' });
  for (const [name, area] of Object.entries(areas)) {
    const covered = (of: string): Condition => ({ op: 'covered', column: of, area });
    const idsThere = (where: Condition) => idsOf(connection, planOf(table, [textColumn('id', 'integer')], { where }));
    const here = await residualIds(geometries, covered('g'));
    assert.deepEqual(await idsThere(covered(column)), here, name);
    assert.ok(here.length > 20 && here.length < ROWS - 20, `${name}: ${here.length} rows`);
    assert.deepEqual(await idsThere({ op: 'not', of: covered(column) }), await residualIds(geometries, { op: 'not', of: covered('g') }), `not ${name}`);
  }
}

const shown = (column: string): ReadColumn[] => [{ name: 'j', column, columnType: 'geometry', mask: null, form: 'json' }, { name: 't', column, columnType: 'geometry', mask: null, form: 'text' }];

const parsed = (cell: unknown): unknown => (typeof cell === 'string' ? JSON.parse(cell) : cell);

// ---- PostGIS, in a schema of its own that no session looks into ----

describe('geometries in PostGIS', needs('postgres', 'postgis'), () => {
  let url: string;
  let client: pg.Client;
  let connection: SourceConnection;
  const geometries = geometriesOf(anyGeometry());
  before(async () => {
    url = await createDatabase();
    client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`CREATE SCHEMA "Geo x"; CREATE EXTENSION postgis SCHEMA "Geo x"; SET search_path = "Geo x", public;
      CREATE DOMAIN public.shape AS geometry;
      CREATE TABLE public.g (id int PRIMARY KEY, g geometry, known geometry(Geometry, 4490), grid geometry(Geometry, 3857), round geography, named public.shape);
      CREATE INDEX ON public.g USING gist (known);
      CREATE TABLE public.odd (id int PRIMARY KEY, g geometry);`);
    await client.query('INSERT INTO public.g (id, g) SELECT n - 1, ST_GeomFromText(wkt) FROM unnest($1::text[]) WITH ORDINALITY AS given(wkt, n)', [geometries.map((each) => (each === null ? null : wktOf(each)))]);
    await client.query('UPDATE public.g SET known = ST_SetSRID(g, 4490), grid = ST_Transform(ST_SetSRID(g, 4326), 3857), round = ST_SetSRID(g, 4326), named = g; ANALYZE public.g');
    connection = postgresSource.open({ ...settingsOf(url), connections: 2 });
  });
  after(async () => {
    await connection.close();
    await client.end();
    await dropDatabase(url);
  });

  test('are described with the schema of the extension, domains as their base', async () => {
    const { columns } = await described(connection, { schema: 'public', name: 'g' });
    assert.deepEqual(columns.slice(1).map(({ name, type, native }) => [name, type, native]), [
      ['g', 'geometry', '"Geo x".geometry'],
      ['known', 'geometry', '"Geo x".geometry(Geometry,4490)'],
      ['grid', 'geometry', '"Geo x".geometry(Geometry,3857)'],
      ['round', 'geometry', '"Geo x".geography'],
      ['named', 'geometry', '"Geo x".geometry'],
    ]);
  });

  for (const column of ['g', 'known', 'round', 'named']) test(`within areas, on their borders and across them: ${column}`, () => sameRows(connection, 'public', geometries, column));

  test('are printed as GeoJSON and as WKT, in degrees whatever their system', async () => {
    await client.query(`INSERT INTO public.odd VALUES (1, 'SRID=4326;POINT Z (113.9 22.5 -3)'), (2, 'SRID=4490;LINESTRING(0.3 1e-7,1 1)'), (3, ST_Transform('SRID=4326;POINT(113.5 22.25)'::geometry, 3857)), (4, NULL), (5, 'POLYGON EMPTY')`);
    const plan = planOf(await described(connection, { schema: 'public', name: 'odd' }), shown('g'));
    const rows = await page(connection, plan);
    const [, , third] = rows;
    assert.deepEqual(rows.toSpliced(2, 1), [
      ['{"type":"Point","coordinates":[113.9,22.5,-3]}', 'POINT Z (113.9 22.5 -3)'],
      ['{"type":"LineString","coordinates":[[0.3,0.0000001],[1,1]]}', 'LINESTRING(0.3 0.0000001,1 1)'],
      [null, null],
      ['{"type":"Polygon","coordinates":[]}', 'POLYGON EMPTY'],
    ]);
    const moved = readGeometry(String(third?.[0]));
    assert.ok(moved?.type === 'Point' && moved.coordinates[0] !== undefined && moved.coordinates[1] !== undefined);
    assert.ok(Math.abs(moved.coordinates[0] - 113.5) < 1e-9 && Math.abs(moved.coordinates[1] - 22.25) < 1e-9);
    const [json] = await page(connection, plan, 'json');
    assert.deepEqual(json, [{ type: 'Point', coordinates: [113.9, 22.5, -3] }, 'POINT Z (113.9 22.5 -3)']);
  });

  test('that are not valid, empty or curved break no answer: what is covered of them counts, curves are nowhere', async () => {
    await client.query(`CREATE TABLE public.broken (id int PRIMARY KEY, g "Geo x".geometry);
      INSERT INTO public.broken VALUES (1, 'POLYGON((3 3,5 5,5 3,3 5,3 3))'), (2, 'POLYGON((3 3,15 15,15 3,3 15,3 3))'), (3, 'CIRCULARSTRING(3 3,4 4,5 3)'), (4, 'POINT EMPTY'), (5, 'GEOMETRYCOLLECTION(POINT(3 3),GEOMETRYCOLLECTION(POINT(4 4)))')`);
    const table = await described(connection, { schema: 'public', name: 'broken' });
    assert.deepEqual(await page(connection, planOf(table, [textColumn('id', 'integer')], { where: { op: 'covered', column: 'g', area: areas['square'] ?? assert.fail() } })), [['1'], ['5']]);
  });

  test('in a known system are found by an index', async () => {
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN SELECT FROM public.g t WHERE known OPERATOR("Geo x".&&) 'SRID=4490;POLYGON((1 1,1.1 1,1.1 1.1,1 1))'::"Geo x".geometry`);
    assert.match(rows.map((row) => row['QUERY PLAN']).join('\n'), /Index/);
  });
});

// ---- PostgreSQL's own points ----

describe('points of PostgreSQL', needs('postgres'), () => {
  test('need no extension; areas hold them as they hold places of two columns', async () => {
    const url = await createDatabase();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const connection = postgresSource.open({ ...settingsOf(url), connections: 2 });
    try {
      const points = geometriesOf(fc.tuple(fc.nat(40), fc.nat(40)).map(([x, y]): Geometry => ({ type: 'Point', coordinates: [x / 4 + 0.01, y / 4 + 0.017] })));
      await client.query('CREATE TABLE g (id int PRIMARY KEY, g point)');
      await client.query('INSERT INTO g SELECT n - 1, at::point FROM unnest($1::text[]) WITH ORDINALITY AS given(at, n)', [points.map((each) => (each?.type === 'Point' ? `(${each.coordinates.join()})` : null))]);
      await sameRows(connection, 'public', points);
      const rows = await page(connection, planOf(await described(connection, { schema: 'public', name: 'g' }), shown('g'), { limit: 2, whole: false }));
      const second = points[1];
      assert.ok(second?.type === 'Point');
      assert.deepEqual(rows.map(([json, text]) => [parsed(json), text]), [[null, null], [second, `POINT(${second.coordinates.join(' ')})`]]);
    } finally {
      await connection.close();
      await client.end();
      await dropDatabase(url);
    }
  });
});

// ---- MariaDB ----

describe('geometries in MariaDB', needs('mariadb'), () => {
  let database: MariadbDatabase;
  let connection: SourceConnection;
  const geometries = geometriesOf(anyGeometry());
  before(async () => {
    database = await mariadbDatabase();
    await database.run('CREATE TABLE g (id INT PRIMARY KEY, g GEOMETRY, p POINT)');
    await database.pool.query('INSERT INTO g (id, g) VALUES ?', [geometries.map((_, index) => [index, null])]);
    for (const [index, geometry] of geometries.entries()) if (geometry !== null) await database.pool.query('UPDATE g SET g = ST_GeomFromText(?, ?) WHERE id = ?', [wktOf(geometry), [0, 4326, 4490][index % 3], index]);
    connection = mysqlSource.open({ ...database.settings, connections: 2 });
  });
  after(async () => {
    await connection.close();
    await database[Symbol.asyncDispose]();
  });

  test('within areas, on their borders and across them', () => sameRows(connection, '', geometries));

  test('are printed as GeoJSON and as WKT; of another system they are no answer', async () => {
    await database.run('CREATE TABLE odd (id INT PRIMARY KEY, g GEOMETRY)', `INSERT INTO odd VALUES (1, ST_GeomFromText('POLYGON((0 0,4 0,4 4,0 0),(1 0.5,2 0.5,2 1,1 0.5))', 4326)), (2, NULL)`);
    const table = await described(connection, { schema: '', name: 'odd' });
    assert.deepEqual(table.columns[1]?.type, 'geometry');
    const plan = planOf(table, shown('g'));
    const wkt = 'POLYGON((0 0,4 0,4 4,0 0),(1 0.5,2 0.5,2 1,1 0.5))';
    const geometry = { type: 'Polygon', coordinates: [[[0, 0], [4, 0], [4, 4], [0, 0]], [[1, 0.5], [2, 0.5], [2, 1], [1, 0.5]]] };
    assert.deepEqual(await page(connection, plan, 'json'), [[geometry, wkt], [null, null]]);
    assert.deepEqual((await page(connection, plan)).map(([json, text]) => [parsed(json), text]), [[geometry, wkt], [null, null]]);
    await database.run(`INSERT INTO odd VALUES (3, ST_GeomFromText('POINT(5 5)', 3857))`);
    for (const shape of ['json', 'cells'] as const) await assert.rejects(page(connection, plan, shape), { code: 'source.row-lost' });
    assert.deepEqual(await page(connection, planOf(table, [textColumn('id', 'integer')], { where: { op: 'covered', column: 'g', area: areas['holed'] ?? assert.fail() } })), [['1']]);
  });
});
