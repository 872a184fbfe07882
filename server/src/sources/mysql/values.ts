import type { ReadColumn } from '../../modules/resources/index.ts';
import { geoJsonSql, wktSql } from './geometry.ts';
import { columnSql, existing, nativeOf, numericSql, SHANGHAI, unicode, type SqlContext } from './sql.ts';
import { offsetText, toLocal, toUtc } from './zones.ts';

/** The column's value as canonical text in its form. */
export function textSql(column: ReadColumn, context: SqlContext): string {
  const name = columnSql(column.column);
  switch (column.columnType) {
    case 'integer':
    case 'bigint':
    case 'decimal':
      return `CAST(${numericSql(column.column, context)} AS CHAR)`;
    case 'float':
      return floatText(column.column, context);
    case 'boolean':
      return `CASE WHEN ${name} <> 0 THEN 'true' WHEN ${name} = 0 THEN 'false' END`;
    case 'date':
      return `CAST(${existing(name)} AS CHAR)`;
    case 'time':
      return nativeOf(column.column, context).digits === 0 ? `CAST(${name} AS CHAR)` : withoutZeros(`CAST(CAST(${name} AS TIME(6)) AS CHAR)`);
    case 'timestamp':
    case 'timestamptz':
      return column.form === 'datetime-iso' ? isoText(column, context) : momentText(localSql(column, context), ' ', nativeOf(column.column, context).digits);
    case 'binary':
      return `REPLACE(TO_BASE64(${name}), CHAR(10 USING utf8mb4), '')`;
    case 'uuid':
      return `CAST(${name} AS CHAR)`;
    case 'geometry':
      return column.form === 'json' ? geoJsonSql(name) : wktSql(name);
    case 'other':
      return `CAST(${name} AS CHAR)`;
    default:
      return unicode(name);
  }
}

/**
 * The server writes a double exactly, yet no more than six digits of a FLOAT. Those are taken where they lie so near
 * that reading them gives the same FLOAT again (2^-25 of it is half the distance to its neighbours at most); elsewhere it is
 * written as the double that it also is.
 */
function floatText(column: string, context: SqlContext): string {
  const name = numericSql(column, context);
  if (nativeOf(column, context).base !== 'float') return `CAST(${name} AS CHAR)`;
  const double = `(${columnSql(column)} + 0e0)`;
  const short = `CAST(${columnSql(column)} AS CHAR)`;
  return `CASE WHEN ABS((${short} + 0e0) - ${double}) <= ABS(${double}) * 2.9802322387695312e-8 THEN ${short} ELSE CAST(${double} AS CHAR) END`;
}

// ---- times --------------------------------------------------------------------------------------------------------

/** A fraction of six digits without the zeros at its end, and without the point when nothing is left. */
const withoutZeros = (text: string): string => `TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM ${text}))`;

const momentText = (local: string, separator: string, digits: number): string =>
  digits === 0 ? `DATE_FORMAT(${local}, '%Y-%m-%d${separator}%H:%i:%s')` : withoutZeros(`DATE_FORMAT(${local}, '%Y-%m-%d${separator}%H:%i:%s.%f')`);

/** Local time of Shanghai; sessions are in UTC, and so are TIMESTAMPs. */
export function localSql(column: ReadColumn, context: SqlContext): string {
  const value = existing(columnSql(column.column));
  if (column.columnType === 'timestamptz') return toLocal(value, SHANGHAI);
  return context.zone === SHANGHAI ? value : toLocal(toUtc(value, context.zone), SHANGHAI);
}

function isoText(column: ReadColumn, context: SqlContext): string {
  const local = localSql(column, context);
  const text = momentText(local, 'T', nativeOf(column.column, context).digits);
  const value = existing(columnSql(column.column));
  if (column.columnType === 'timestamptz') return `CONCAT(${text}, ${offsetText(value, 'utc', SHANGHAI)})`;
  return `CONCAT(${text}, ${context.zone === SHANGHAI ? offsetText(value, 'local', SHANGHAI) : offsetText(toUtc(value, context.zone), 'utc', SHANGHAI)})`;
}
