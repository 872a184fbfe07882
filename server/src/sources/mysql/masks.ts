import type { PlanMask } from '../../modules/policy/index.ts';
import type { ReadColumn } from '../../modules/resources/index.ts';
import { plainNumber } from './decimals.ts';
import { bytes, columnSql, existing, numericSql, SHANGHAI, type SqlContext } from './sql.ts';
import { localSql, textSql } from './values.ts';
import { offsetText } from './zones.ts';

/** A masked column as text. NULL stays NULL under every mask but a fixed text. */
export function maskSql(column: ReadColumn, mask: PlanMask, context: SqlContext): string {
  switch (mask.kind) {
    case 'fixed':
      return mask.value === null ? 'NULL' : `CONVERT(${context.bindings.add(mask.value)} USING utf8mb4)`;
    case 'partial':
      return partialSql(characters(column, context), mask.keepStart, mask.keepEnd);
    case 'email':
      return emailSql(characters(column, context));
    case 'hash':
      return hashSql(textSql({ ...column, form: 'text' }, context), context);
    case 'number':
      return numberSql(column, mask, context);
    case 'date':
      return dateSql(column, mask, context);
  }
}

/** The value's text, whose characters are told apart exactly: elsewhere a wide ＠ may be an @. */
const characters = (column: ReadColumn, context: SqlContext): string => `(${textSql({ ...column, form: 'text' }, context)} COLLATE utf8mb4_bin)`;

const stars = (text: string, less = 0): string => `REPEAT('*', CHAR_LENGTH(${text}) - ${less})`;

const partialSql = (text: string, start: number, end: number): string =>
  `CASE WHEN CHAR_LENGTH(${text}) <= ${start + end} THEN ${stars(text)} ELSE CONCAT(LEFT(${text}, ${start}), ${stars(text, start + end)}, RIGHT(${text}, ${end})) END`;

const emailSql = (text: string): string =>
  `CASE WHEN LOCATE('@', ${text}) > 1 THEN CONCAT(LEFT(${text}, 1), '***', SUBSTRING(${text}, LOCATE('@', ${text}))) ELSE ${stars(text)} END`;

const BLOCK = 64; // RFC 2104, SHA-256

/** HMAC-SHA256 in lower-case hex. */
function hashSql(text: string, context: SqlContext): string {
  const key = Buffer.alloc(BLOCK);
  context.maskKey.copy(key);
  const outer = context.bindings.add(Buffer.from(key.map((byte) => byte ^ 0x5c)));
  const inner = context.bindings.add(Buffer.from(key.map((byte) => byte ^ 0x36)));
  return `SHA2(CONCAT(${outer}, UNHEX(SHA2(CONCAT(${inner}, ${bytes(text)}), 256))), 256)`;
}

/**
 * The greatest multiple of the step that is not above the value: MOD is exact where a quotient is rounded. It cuts towards
 * zero; whether that was upwards is not asked of the rest itself, which MariaDB can take for a negative zero.
 */
function numberSql(column: ReadColumn, { step }: Extract<PlanMask, { kind: 'number' }>, context: SqlContext): string {
  const text = plainNumber(step);
  const scale = text.split('.')[1]?.length ?? 0;
  const value = column.columnType === 'float' ? `(${loweredSql(textSql(column, context))})` : numericSql(column.column, context);
  const size = (): string => `CAST(${context.bindings.add(text)} AS DECIMAL(65,${scale}))`;
  const cut = (): string => `${value} - MOD(${value}, ${size()})`;
  return `CAST(CAST(${cut()} - CASE WHEN ${cut()} > ${value} THEN ${size()} ELSE 0 END AS DECIMAL(65,${scale})) AS CHAR)`;
}

/** A float as a decimal that is not above it; NULL where it is too large to be one. */
const loweredSql = (text: string): string =>
  `CASE WHEN ABS(${text} + 0e0) < 1e34 THEN CAST(${text} AS DECIMAL(65,30)) - CASE WHEN CAST(${text} AS DECIMAL(65,30)) > (${text} + 0e0) THEN 0.000000000000000000000000000001 ELSE 0 END END`;

const cuts = { year: '%Y-01-01 00:00:00', month: '%Y-%m-01 00:00:00', day: '%Y-%m-%d 00:00:00', hour: '%Y-%m-%d %H:00:00' } as const;

function dateSql(column: ReadColumn, { unit }: Extract<PlanMask, { kind: 'date' }>, context: SqlContext): string {
  const local = column.columnType === 'date' ? existing(columnSql(column.column)) : localSql(column, context);
  const cut = `DATE_FORMAT(${local}, '${cuts[unit]}')`;
  if (column.columnType === 'date') return `LEFT(${cut}, 10)`;
  return column.form === 'datetime-iso' ? `CONCAT(REPLACE(${cut}, ' ', 'T'), ${offsetText(cut, 'local', SHANGHAI)})` : cut;
}
