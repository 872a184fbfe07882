import { wktOf } from '../../kernel/geojson.ts';
import type { Condition } from '../../modules/policy/index.ts';
import { columnSql, type SqlContext } from './sql.ts';

/**
 * MySQL 8 keeps longitude first, and says latitude first and computes on the ellipsoid where a system of coordinates wants
 * it: without a system it takes geometries as they are, as MariaDB always does, which skips this comment.
 */
const plain = (name: string): string => `/*!80013 ST_SRID(*/ ${name} /*!80013 , 0)*/`;

/** Longitude and latitude as they stand: none said, WGS84, CGCS2000. MariaDB can transform no others: they are refused. */
const isLonLat = (name: string): string => `ST_SRID(${name}) IN (0, 4326, 4490)`;

/** GeoJSON, or NULL for a geometry of another system. */
export const geoJsonSql = (name: string): string => `CASE WHEN ${isLonLat(name)} THEN CAST(ST_AsGeoJSON(${plain(name)}) AS CHAR) END`;

export const wktSql = (name: string): string => `CASE WHEN ${isLonLat(name)} THEN ST_AsText(${plain(name)}) END`;

/**
 * MariaDB takes borders for parts of the area; to MySQL what lies wholly on a border is outside. That nothing is left
 * without the area is asked too: where a line goes back over itself, MariaDB's ST_Within sees no more of it.
 */
export function coveredSql({ column, area }: Extract<Condition, { op: 'covered' }>, { bindings }: SqlContext): string {
  const name = columnSql(column);
  const given = (): string => `ST_GeomFromText(${bindings.add(wktOf(area))})`;
  return `(ST_Within(${plain(name)}, ${given()}) AND ST_AsText(ST_Difference(${plain(name)}, ${given()})) = 'GEOMETRYCOLLECTION EMPTY' AND ${isLonLat(name)})`;
}
