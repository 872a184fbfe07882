import type { ReadColumn } from '../../modules/resources/index.ts';
import { maskSql } from './masks.ts';
import { columnSql, presentSql, SHANGHAI, type SqlContext } from './sql.ts';
import { textSql } from './values.ts';

/** What a cell holds in the place of a value that the server could not put into its form: no base64 and no time looks like it. */
export const LOST = '!';

/**
 * A column as the text of a JSON value, never NULL for a value that is there; for one that the server could not quote
 * (it would be larger than max_allowed_packet) it is NULL, and with it the row.
 */
export function jsonTokenSql(column: ReadColumn, context: SqlContext): string {
  const { mask, form } = column;
  if (mask?.kind === 'fixed') return mask.value === null ? "'null'" : quoted(maskSql(column, mask, context));
  const value = presentSql(column.column, context);
  if (mask !== null) return nullable(value, mask.kind === 'number' && form === 'number' ? maskSql(column, mask, context) : quoted(maskSql(column, mask, context)));
  const text = openSql(column, context);
  if (column.columnType === 'text' || column.columnType === 'other') return nullable(value, quoted(text));
  if (column.columnType === 'json') return nullable(value, form === 'json' ? soundJson(text) : quoted(text));
  if (column.columnType === 'geometry') return nullable(value, form === 'json' ? text : quoted(text));
  const token = form === 'number' || form === 'boolean' ? text : plainlyQuoted(text);
  return canBeLost(column, context.zone) ? nullable(value, token) : `COALESCE(${token}, 'null')`;
}

const nullable = (value: string, token: string): string => `CASE WHEN ${value} IS NULL THEN 'null' ELSE ${token} END`;
const quoted = (text: string): string => `JSON_QUOTE(${text})`;
/** What a check was switched off for is no JSON: it must not break the row. */
const soundJson = (text: string): string => `CASE WHEN JSON_VALID(${text}) THEN ${text} ELSE ${quoted(text)} END`;
/** Of a text in which nothing needs to be escaped. */
const plainlyQuoted = (text: string): string => `CONCAT('"', ${text}, '"')`;

/** A column as canonical text, for cells; LOST where the server had a value and could not write it. */
export function cellSql(column: ReadColumn, context: SqlContext): string {
  const text = column.mask === null ? openSql(column, context) : maskSql(column, column.mask, context);
  return canBeLost(column, context.zone) ? `CASE WHEN ${presentSql(column.column, context)} IS NOT NULL THEN COALESCE(${text}, '${LOST}') END` : text;
}

const openSql = (column: ReadColumn, context: SqlContext): string => (hasLineBreaks(column) ? `TO_BASE64(${columnSql(column.column)})` : textSql(column, context));

/** Whether the text of the column comes with line breaks that are not its own. */
export const hasLineBreaks = ({ mask, columnType }: ReadColumn): boolean => mask === null && columnType === 'binary';

/**
 * Whether the server may have a value and no text of it: base64 can grow beyond max_allowed_packet, Shanghai's local time at
 * the end of the year 9999 elsewhere is beyond all that it can hold, and so is a large float as the decimal that is cut; a
 * geometry may be of a system of coordinates that is not known here.
 */
export const canBeLost = ({ mask, columnType }: ReadColumn, zone: string): boolean =>
  mask === null ? columnType === 'geometry' || columnType === 'binary' || (columnType === 'timestamp' && zone !== SHANGHAI) : (mask.kind === 'number' && columnType === 'float') || (mask.kind !== 'fixed' && columnType === 'geometry');
