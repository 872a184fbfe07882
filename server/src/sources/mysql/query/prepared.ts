import type { PoolConnection } from 'mysql2';
import type { ColumnDescription } from '../../../modules/resources/index.ts';
import { columnType } from '../describe.ts';
import type { MysqlSettings } from '../settings.ts';

/** What the protocol tells of a column of a prepared statement (COM_STMT_PREPARE). */
export interface PreparedColumn {
  readonly name: string;
  readonly columnType: number;
  readonly flags: number;
  readonly characterSet: number;
  readonly columnLength: number;
  readonly decimals: number;
}

/** Prepares a statement and lets it go again. */
export function preparedColumns(connection: PoolConnection, text: string): Promise<readonly PreparedColumn[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly PreparedColumn[]>();
  connection.prepare(text, (error, statement: unknown) => {
    if (error !== null) {
      reject(error);
      return;
    }
    connection.unprepare(text);
    resolve(hasColumns(statement) ? statement.columns : []);
  });
  return promise;
}

/** The driver has them and its types do not. */
const hasColumns = (statement: unknown): statement is { readonly columns: readonly PreparedColumn[] } =>
  typeof statement === 'object' && statement !== null && 'columns' in statement && Array.isArray(statement.columns);

const NOT_NULL = 1;
const UNSIGNED = 32;
const ZEROFILL = 64;
const ENUM = 256;
const SET = 2048;
const BINARY_CHARSET = 63;
const MOST_DIGITS = 6;

const names: Readonly<Record<number, string>> = {
  0: 'decimal', 246: 'decimal', 1: 'tinyint', 2: 'smallint', 9: 'mediumint', 3: 'int', 8: 'bigint', 4: 'float', 5: 'double', 6: 'null',
  7: 'timestamp', 12: 'datetime', 10: 'date', 14: 'date', 11: 'time', 13: 'year', 16: 'bit', 245: 'json', 255: 'geometry', 247: 'enum', 248: 'set',
  15: 'varchar', 253: 'varchar', 254: 'char', 249: 'text', 250: 'text', 251: 'text', 252: 'text',
};
const binaries: Readonly<Record<string, string>> = { varchar: 'varbinary', char: 'binary', text: 'blob' };

/** A column as its definition in SQL would say it; natives.ts reads it. Nobody says a column's own collation here. */
export function describedColumn(column: PreparedColumn, tinyint1: MysqlSettings['tinyint1']): ColumnDescription {
  const base = baseOf(column);
  const nullable = (column.flags & NOT_NULL) === 0;
  const native = `${base}${sizeOf(base, column)}${column.flags & UNSIGNED ? ' unsigned' : ''}${column.flags & ZEROFILL ? ' zerofill' : ''}${nullable ? '' : ' not null'}`;
  return { name: column.name, type: columnType(base, native.replace(/ not null$/, ''), tinyint1), native, nullable, comment: '' };
}

function baseOf({ columnType: code, flags, characterSet }: PreparedColumn): string {
  if (flags & ENUM) return 'enum';
  if (flags & SET) return 'set';
  const name = names[code] ?? 'unknown';
  return characterSet === BINARY_CHARSET ? (binaries[name] ?? name) : name;
}

function sizeOf(base: string, { columnLength, decimals }: PreparedColumn): string {
  if (base === 'decimal') return `(65,${decimals})`;
  if (base === 'bit' || (base === 'tinyint' && columnLength === 1)) return `(${columnLength})`;
  if (base === 'time' || base === 'datetime' || base === 'timestamp') return decimals === 0 ? '' : `(${Math.min(decimals, MOST_DIGITS)})`;
  return '';
}
