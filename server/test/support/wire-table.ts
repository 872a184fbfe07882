/**
 * A table with every type of column, and how spec/wire-values.yaml wants each of its values on each face: `sea` and
 * `gov` are JSON tokens, `cell` is what stands in XML and CSV; null is NULL.
 */
export interface WireValue {
  /** As text that PostgreSQL reads. */
  readonly given: string | null;
  readonly sea: string;
  readonly gov: string;
  readonly cell: string | null;
}

export interface WireColumn {
  readonly name: string;
  /** Type of the column in its source. */
  readonly native: string;
  /** How an import declares it; absent: hosted tables have no such column. */
  readonly hosted?: string;
  /** The type that the product prints. */
  readonly type: string;
  readonly values: readonly [WireValue, WireValue, WireValue];
}

const nothing: WireValue = { given: null, sea: 'null', gov: 'null', cell: null };
/** The same token on both JSON faces, and its text as the cell. */
const number = (given: string, text = given): WireValue => ({ given, sea: text, gov: text, cell: text });
const quoted = (given: string, text = given): WireValue => ({ given, sea: JSON.stringify(text), gov: JSON.stringify(text), cell: text });
const moment = (given: string, sea: string, gov: string): WireValue => ({ given, sea: `"${sea}"`, gov: `"${gov}"`, cell: gov });

const first = (name: string, native: string, type: string, hosted: string, ...values: [WireValue, WireValue]): WireColumn => ({ name, native, type, hosted, values: [values[0], nothing, values[1]] });
const notHosted = (name: string, native: string, type: string, ...values: [WireValue, WireValue]): WireColumn => ({ name, native, type, values: [values[0], nothing, values[1]] });

/** Rows: one of usual values, one of NULLs, one of edges. */
export const wireColumns: readonly WireColumn[] = [
  { name: 'id', native: 'integer PRIMARY KEY', type: 'int', hosted: 'integer', values: [number('1'), number('2'), number('3')] },
  first('label', 'text', 'varchar', 'text', quoted('赤湾🌊 <观测> & "潮位" \'x\'\\'), quoted('一行\n又一行,\t;')),
  first('smallest', 'integer', 'int', 'integer', number('-2147483648'), number('0')),
  first('big', 'bigint', 'bigint', 'bigint', number('9007199254740993'), number('-9223372036854775808')),
  first('big_text', 'bigint', 'varchar', 'bigint', quoted('9223372036854775807'), quoted('-1')),
  first('price', 'numeric(12,4)', 'numeric', 'decimal', number('1234.5600'), number('-0.0001')),
  first('price_text', 'numeric(12,4)', 'varchar', 'decimal', quoted('1234.5600'), quoted('0.1000')),
  first('exact', 'numeric', 'numeric', 'decimal', number('123456789012345678901234567890.000000000000000000001'), number('-0.000000000000000000001')),
  first('ratio', 'double precision', 'double', 'float', number('0.1'), number('-2.5')),
  first('flag', 'boolean', 'boolean', 'boolean', number('true'), number('false')),
  first('day', 'date', 'date', 'date', quoted('2026-02-28'), quoted('1988-07-01')),
  first('clock', 'time', 'time', 'time', quoted('08:00:00'), quoted('23:59:59.25')),
  first('zoneless', 'timestamp', 'timestamp', 'timestamp', moment('2026-01-01 08:00:00.12', '2026-01-01 08:00:00.12', '2026-01-01T08:00:00.12+08:00'), moment('1988-07-01 09:00:00', '1988-07-01 09:00:00', '1988-07-01T09:00:00+09:00')),
  first('zoned', 'timestamptz', 'timestamp', 'timestamptz', moment('2026-01-01T00:00:00Z', '2026-01-01 08:00:00', '2026-01-01T08:00:00+08:00'), moment('1988-07-01T00:00:00.500001Z', '1988-07-01 09:00:00.500001', '1988-07-01T09:00:00.500001+09:00')),
  first('zoned_text', 'timestamptz', 'varchar', 'timestamptz', quoted('2025-12-31T16:00:00Z', '2026-01-01 00:00:00'), quoted('2026-01-01T00:00:00.25Z', '2026-01-01 08:00:00.25')),
  notHosted('empty', 'text', 'varchar', quoted(''), quoted(' ')),
  notHosted('no_number', 'numeric', 'numeric', { given: 'NaN', sea: '"NaN"', gov: '"NaN"', cell: 'NaN' }, { given: '1.50', sea: '1.50', gov: '1.50', cell: '1.50' }),
  notHosted('endless', 'timestamptz', 'timestamp', moment('infinity', 'infinity', 'infinity'), moment('-infinity', '-infinity', '-infinity')),
  notHosted('bytes', 'bytea', 'binary', { given: '\\xfbff', sea: '"+/8="', gov: '"+/8="', cell: '+/8=' }, { given: '\\x', sea: '""', gov: '""', cell: '' }),
  notHosted('document', 'json', 'json', { given: '{"a": [1, null], "潮": "位"}', sea: '{"a": [1, null], "潮": "位"}', gov: '{"a": [1, null], "潮": "位"}', cell: '{"a": [1, null], "潮": "位"}' }, number('12345678901234567890')),
  notHosted('uid', 'uuid', 'varchar', quoted('123e4567-e89b-12d3-a456-426614174000'), quoted('00000000-0000-0000-0000-000000000000')),
];

export const hostedColumns: readonly WireColumn[] = wireColumns.filter((column) => column.hosted !== undefined);

const mysqlTypes: Readonly<Record<string, string>> = {
  'integer PRIMARY KEY': 'INT PRIMARY KEY',
  numeric: 'DECIMAL(51,21)',
  time: 'TIME(6)',
  timestamp: 'DATETIME(6)',
  timestamptz: 'TIMESTAMP(6) NULL',
  bytea: 'BLOB',
};

/** The same in MySQL or MariaDB, which has no infinite values, and keeps other character sets beside utf8mb4. */
export const mysqlColumns: readonly WireColumn[] = [
  ...wireColumns.filter(({ name }) => name !== 'no_number' && name !== 'endless').map((column) => ({ ...column, native: mysqlTypes[column.native] ?? column.native })),
  notHosted('gbk_label', 'VARCHAR(50) CHARACTER SET gbk COLLATE gbk_chinese_ci', 'varchar', quoted('赤湾 <观测>'), quoted('镕 ')),
];

/** The body of a JSON face, in one line. */
export function jsonBody(columns: readonly WireColumn[], face: 'sea' | 'gov'): string {
  const rows = [0, 1, 2].map((row) => `{${columns.map(({ name, values }) => `"${name}":${values[row]?.[face]}`).join(',')}}`);
  return `{"success":true,"msg":"信息操作成功!","data":[${rows.join(',')}],"total":3}`;
}

export const cellRows = (columns: readonly WireColumn[]): Record<string, string | null>[] =>
  [0, 1, 2].map((row) => Object.fromEntries(columns.map(({ name, values }) => [name, values[row]?.cell ?? null])));

const csvCell = (text: string | null): string => (text === null ? '' : `"${text.replaceAll('"', '""')}"`);

/** The table as a file to import. */
export const csvOf = (columns: readonly WireColumn[]): string =>
  [columns.map(({ name }) => name).join(','), ...[0, 1, 2].map((row) => columns.map(({ values }) => csvCell(values[row]?.given ?? null)).join(','))].join('\r\n');

const literal = (text: string | null): string => (text === null ? 'NULL' : `'${text.replaceAll("'", "''")}'`);

/** SQL that makes the table `wire_values`. */
export const createSql = (columns: readonly WireColumn[]): string =>
  `CREATE TABLE wire_values (${columns.map(({ name, native }) => `"${name}" ${native}`).join(', ')});` +
  [0, 1, 2].map((row) => `INSERT INTO wire_values VALUES (${columns.map(({ values }) => literal(values[row]?.given ?? null)).join(', ')});`).join('');

/** Instants are given in UTC, for a session in UTC; bytes in hex. */
const mysqlLiteral = (native: string, text: string | null): string => {
  if (text === null) return 'NULL';
  if (native === 'boolean') return text;
  if (native === 'BLOB') return `X'${text.slice(2)}'`;
  return literal(native.startsWith('TIMESTAMP') ? text.replace('T', ' ').replace('Z', '') : text);
};

/** The same in MySQL's own words, for a session in UTC that takes backslashes as they are. */
export const createMysqlSql = (columns: readonly WireColumn[]): readonly string[] => [
  `CREATE TABLE wire_values (${columns.map(({ name, native }) => `\`${name}\` ${native}`).join(', ')})`,
  ...[0, 1, 2].map((row) => `INSERT INTO wire_values VALUES (${columns.map(({ native, values }) => mysqlLiteral(native, values[row]?.given ?? null)).join(', ')})`),
];
