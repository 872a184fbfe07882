import { wktOf } from '../../kernel/geojson.ts';
import { sidesOf, type Condition, type Edge } from '../../modules/policy/index.ts';
import { quoteName } from '../../storage/database.ts';

/** Takes a value, and says where it stands in the statement. */
type Bind = (value: string | readonly string[]) => string;

/** A column of PostGIS, as describe.ts names its type. */
interface PostgisColumn {
  /** Schema of the extension, quoted: sessions may look names up elsewhere. */
  readonly schema: string;
  readonly isGeography: boolean;
  /** Undefined where the column may hold geometries of several systems. */
  readonly srid: number | undefined;
}

/** No extension stands in a schema whose name has a quotation mark in it. */
const postgisType = /^"?([^"]+)"?\.(geometry|geography)(?:\(\w+(?:,(\d+))?\))?$/;

/** Undefined for PostgreSQL's own type `point`. */
function postgisColumn(native: string): PostgisColumn | undefined {
  const [, schema, type, srid] = postgisType.exec(native) ?? [];
  if (schema === undefined) return undefined;
  return { schema: quoteName(schema), isGeography: type === 'geography', srid: srid === undefined || srid === '0' ? undefined : Number(srid) };
}

/** Longitude and latitude as they stand: none said, WGS84, CGCS2000. All others are transformed to WGS84. */
const lonLat = [0, 4326, 4490];

function degreesSql(name: string, { schema, isGeography, srid }: PostgisColumn): string {
  const geometry = isGeography ? `${name}::${schema}.geometry` : name;
  if (srid !== undefined) return lonLat.includes(srid) ? geometry : `${schema}.ST_Transform(${geometry}, 4326)`;
  return `(CASE WHEN ${schema}.ST_SRID(${geometry}) IN (${lonLat.join(', ')}) THEN ${geometry} ELSE ${schema}.ST_Transform(${geometry}, 4326) END)`;
}

/** Digits of degrees: all that a double has. */
const DIGITS = 15;

/** A geometry as GeoJSON, of type json, without a system of coordinates (RFC 7946, clause 4). */
export function geoJsonSql(name: string, native: string): string {
  const postgis = postgisColumn(native);
  if (postgis !== undefined) return `${postgis.schema}.ST_AsGeoJSON(${degreesSql(name, postgis)}, ${DIGITS}, 0)::json`;
  return `(CASE WHEN ${name} IS NOT NULL THEN json_build_object('type', 'Point', 'coordinates', json_build_array(${name}[0], ${name}[1])) END)`;
}

export function wktSql(name: string, native: string): string {
  const postgis = postgisColumn(native);
  return postgis === undefined ? `('POINT(' || ${name}[0]::text || ' ' || ${name}[1]::text || ')')` : `${postgis.schema}.ST_AsText(${degreesSql(name, postgis)})`;
}

const kinds = ['Point', 'LineString', 'Polygon', 'MultiPoint', 'MultiLineString', 'MultiPolygon', 'GeometryCollection'].map((kind) => `'ST_${kind}'`).join(', ');

/**
 * The area is united, since its polygons may touch, and its parts in the row are judged one by one, since PostGIS takes no
 * collections; what is no valid geometry is mended first, which moves nothing. Curves are in no area. A point of
 * PostgreSQL is held against the sides of the area as a place of two columns is.
 */
export function coveredSql({ area }: Extract<Condition, { op: 'covered' }>, name: string, native: string, bind: Bind): string {
  const postgis = postgisColumn(native);
  if (postgis === undefined) return sidesSql(`${name}[0]`, `${name}[1]`, sidesOf(area).filter(({ y1, y2 }) => y1 !== y2), bind);
  const { schema, isGeography, srid } = postgis;
  const isPlain = srid !== undefined && lonLat.includes(srid);
  const degrees = isPlain ? degreesSql(name, postgis) : `${schema}.ST_SetSRID(${degreesSql(name, postgis)}, 4326)`;
  const given = `${bind(`SRID=${isPlain ? srid : 4326};${wktOf(area)}`)}::${schema}.geometry`;
  const united = `(SELECT ${schema}.ST_UnaryUnion(${given}))`; // once a statement
  const sound = `CASE WHEN ${schema}.ST_IsValid(${degrees}) THEN ${degrees} ELSE ${schema}.ST_MakeValid(${degrees}) END`;
  const near = isPlain && !isGeography ? `${name} OPERATOR(${schema}.&&) ${given} AND ` : ''; // an index serves
  return (
    `(${near}CASE WHEN ${name} IS NULL THEN NULL WHEN ${schema}.ST_GeometryType(${degrees}) NOT IN (${kinds}) THEN false ` +
    `ELSE coalesce((SELECT bool_and(${schema}.ST_CoveredBy(part.geom, ${united})) FROM ${schema}.ST_Dump(${sound}) AS part), false) END)`
  );
}

/** As `Edge` says; CASE keeps what is no place from being turned into a double, which may not hold it. */
export function sidesSql(x: string, y: string, edges: readonly Edge[], bind: Bind): string {
  const bound = (key: keyof Edge, type: string): string => `unnest(${bind(edges.map((edge) => String(edge[key])))}::${type}[]) AS ${key}`;
  const sides = `(SELECT ${bound('polygon', 'int4')}, ${bound('x1', 'float8')}, ${bound('y1', 'float8')}, ${bound('x2', 'float8')}, ${bound('y2', 'float8')}) AS side`;
  const crossed = `(y1 > ${y}::float8) <> (y2 > ${y}::float8) AND ${x}::float8 < (x2 - x1) * (${y}::float8 - y1) / (y2 - y1) + x1`;
  return (
    `(CASE WHEN ${x} IS NULL OR ${y} IS NULL THEN NULL WHEN ${x} BETWEEN -180 AND 180 AND ${y} BETWEEN -90 AND 90 ` +
    `THEN EXISTS (SELECT 1 FROM ${sides} WHERE ${crossed} GROUP BY polygon HAVING count(*) % 2 = 1) ELSE false END)`
  );
}
