import type { ColumnType } from '../../modules/policy/index.ts';
import type { ColumnDescription, TableDescription } from '../../modules/resources/index.ts';
import type { MysqlSettings } from './settings.ts';
import type { Cells } from './rows.ts';
import type { Statement } from './select.ts';

/** A short query's rows. */
export type Ask = (statement: Statement) => Promise<Cells[]>;

/** Columns that the log-in may read, of the tables and views of its database. */
const columnsSql = `
  SELECT c.TABLE_NAME, c.COLUMN_NAME, c.DATA_TYPE, CASE WHEN c.DATA_TYPE IN ('enum', 'set') THEN c.DATA_TYPE ELSE c.COLUMN_TYPE END,
         c.COLLATION_NAME, c.IS_NULLABLE, c.COLUMN_COMMENT, CASE WHEN t.TABLE_TYPE = 'VIEW' THEN '' ELSE t.TABLE_COMMENT END
  FROM information_schema.COLUMNS c JOIN information_schema.TABLES t ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME
  WHERE c.TABLE_SCHEMA = DATABASE() AND LOCATE('select', c.PRIVILEGES) > 0
  ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION`;

/** Unique keys of whole columns without NULLs, the primary key first, then the shortest; columns in the key's own order. */
const keysSql = `
  SELECT s.TABLE_NAME, s.INDEX_NAME, s.COLUMN_NAME
  FROM information_schema.STATISTICS s
  JOIN (SELECT k.TABLE_NAME, k.INDEX_NAME, COUNT(*) AS parts FROM information_schema.STATISTICS k
        WHERE k.TABLE_SCHEMA = DATABASE() AND k.NON_UNIQUE = 0 GROUP BY k.TABLE_NAME, k.INDEX_NAME
        HAVING SUM(k.COLUMN_NAME IS NULL OR k.NULLABLE = 'YES' OR k.SUB_PART IS NOT NULL) = 0) u
    ON u.TABLE_NAME = s.TABLE_NAME AND u.INDEX_NAME = s.INDEX_NAME
  WHERE s.TABLE_SCHEMA = DATABASE()
  ORDER BY s.TABLE_NAME, s.INDEX_NAME <> 'PRIMARY', u.parts, s.INDEX_NAME, s.SEQ_IN_INDEX`;

/** MariaDB's JSON is a LONGTEXT with a check of this form. */
const jsonChecksSql = `
  SELECT TABLE_NAME, CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE() AND CHECK_CLAUSE LIKE 'json_valid(%'`;

const typeNames: Readonly<Record<string, ColumnType>> = {
  char: 'text',
  varchar: 'text',
  tinytext: 'text',
  text: 'text',
  mediumtext: 'text',
  longtext: 'text',
  enum: 'text',
  set: 'text',
  tinyint: 'integer',
  smallint: 'integer',
  mediumint: 'integer',
  int: 'integer',
  year: 'integer',
  bigint: 'bigint',
  decimal: 'decimal',
  bit: 'decimal',
  float: 'float',
  double: 'float',
  date: 'date',
  time: 'time',
  datetime: 'timestamp',
  timestamp: 'timestamptz',
  binary: 'binary',
  varbinary: 'binary',
  tinyblob: 'binary',
  blob: 'binary',
  mediumblob: 'binary',
  longblob: 'binary',
  json: 'json',
  uuid: 'uuid',
  geometry: 'geometry',
  point: 'geometry',
  linestring: 'geometry',
  polygon: 'geometry',
  multipoint: 'geometry',
  multilinestring: 'geometry',
  multipolygon: 'geometry',
  geometrycollection: 'geometry',
  geomcollection: 'geometry',
};

/** `native` is the column's type as SQL defines it; what is not known can be shown as text and takes no condition. */
export function columnType(base: string, native: string, tinyint1: MysqlSettings['tinyint1']): ColumnType {
  if (native === 'bit(1)' || (native === 'tinyint(1)' && tinyint1 === 'boolean')) return 'boolean';
  if (base === 'int' && native.includes('unsigned')) return 'bigint';
  if (base === 'bigint' && native.includes('unsigned')) return 'decimal'; // it reaches beyond 2^63
  return typeNames[base] ?? 'other';
}

interface Table {
  readonly name: string;
  readonly comment: string;
  readonly columns: ColumnDescription[];
  key: readonly string[];
}

export async function describeTables(ask: Ask, isMariadb: boolean, tinyint1: MysqlSettings['tinyint1']): Promise<TableDescription[]> {
  const json = isMariadb ? await jsonColumns(ask) : new Set<string>();
  const tables = new Map<string, Table>();
  for (const cells of await ask({ text: columnsSql, values: [] })) {
    const [table = '', name = '', base = '', type = '', collation, nullable, comment, tableComment] = cells.map((cell) => cell ?? '');
    const native = json.has(id(table, name)) ? 'json' : type;
    const known = tables.get(table) ?? { name: table, comment: tableComment ?? '', columns: [], key: [] };
    known.columns.push({
      name,
      type: columnType(native === 'json' ? native : base, native, tinyint1),
      native: `${native}${collation === '' ? '' : ` collate ${collation}`}${nullable === 'NO' ? ' not null' : ''}`,
      nullable: nullable !== 'NO',
      comment: comment ?? '',
    });
    tables.set(table, known);
  }
  for (const [table, key] of await keys(ask)) {
    const known = tables.get(table);
    if (known?.key.length === 0 && key.every((column) => known.columns.some(({ name }) => name === column))) known.key = key;
  }
  return [...tables.values()].map((table) => ({ schema: '', ...table }));
}

const id = (table: string, column: string): string => JSON.stringify([table, column]);

/** Keys with the names of their tables, the best of a table first. */
async function keys(ask: Ask): Promise<[string, string[]][]> {
  const found = new Map<string, [string, string[]]>();
  for (const cells of await ask({ text: keysSql, values: [] })) {
    const [table = '', index = '', column = ''] = cells.map((cell) => cell ?? '');
    const key = found.get(id(table, index)) ?? [table, []];
    key[1].push(column);
    found.set(id(table, index), key);
  }
  return [...found.values()];
}

async function jsonColumns(ask: Ask): Promise<Set<string>> {
  const found = new Set<string>();
  for (const [table, clause] of await ask({ text: jsonChecksSql, values: [] })) {
    const name = /^json_valid\(`((?:[^`]|``)+)`\)$/.exec(clause ?? '')?.[1];
    if (name !== undefined) found.add(id(table ?? '', name.replaceAll('``', '`')));
  }
  return found;
}
