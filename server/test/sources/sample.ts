import type { ColumnType } from '../../src/modules/policy/index.ts';

/** A table as the contract wants it in a source; cells are canonical text, NULL is null. */
export interface SampleTable {
  readonly name: string;
  readonly comment: string;
  readonly columns: readonly SampleColumn[];
  /** A column of integers that no two rows share. */
  readonly key: string;
  readonly rows: readonly (readonly (string | null)[])[];
}

export interface SampleColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly comment?: string;
}

export type SampleRow = Readonly<Record<string, string | null>>;

export const rowsOf = (table: SampleTable): SampleRow[] => table.rows.map((cells) => Object.fromEntries(table.columns.map((column, index) => [column.name, cells[index] ?? null])));

/** Numbers the rows from 1 in a first column `id`. */
export const numbered = (name: string, columns: readonly SampleColumn[], rows: readonly (readonly (string | null)[])[]): SampleTable => ({
  name,
  comment: '',
  columns: [{ name: 'id', type: 'integer' }, ...columns],
  key: 'id',
  rows: rows.map((cells, index) => [String(index + 1), ...cells]),
});

const texts = ['', 'a', 'A', 'á', 'ab', 'a%b', 'a_b', 'axb', '%', '_', '\\', 'B', '赤湾', '香港', '～', '😀', '𠮷', "'; DROP TABLE t; --", '"', '$1', 'a\nb', null];
const integers = ['0', '1', '-1', '2', '7', '2147483647', '-2147483648', null];
const bigints = ['0', '1', '9007199254740993', '9223372036854775807', '-9223372036854775808', null];
const decimals = ['0', '0.1', '-0.1', '1.50', '123456789012345678901234567890.123', '-99.99', null];
const floats = ['0', '0.1', '-2.5', '1e20', '1.5', null];
const booleans = ['true', 'false', null];
const dates = ['2026-01-01', '1990-07-01', '0001-01-01', '9999-12-31', '2024-02-29', null];
const times = ['00:00:00', '08:00:00', '08:00:00.25', '23:59:59.999999', null];
const zoneless = ['2026-01-01 00:00:00', '2026-01-01 08:00:00.5', '1990-07-01 12:00:00', '1969-12-31 23:59:59', null];
const zoned = ['2025-12-31T16:00:00Z', '2026-01-01T00:00:00.5Z', '1990-07-01T03:00:00Z', '1969-12-31T15:59:59Z', null];
const longitudes = ['113.9', '-180', '180', '179.5', '-179.5', '0', null];
const latitudes = ['22.5', '-90', '90', '0', null];

/** All that conditions can be asked of, with every pool of values walked at its own pace. */
export const conditionTable: SampleTable = numbered(
  'conditions',
  [
    { name: 't', type: 'text' },
    { name: 'i', type: 'integer' },
    { name: 'b', type: 'bigint' },
    { name: 'd', type: 'decimal' },
    { name: 'f', type: 'float' },
    { name: 'bool', type: 'boolean' },
    { name: 'day', type: 'date' },
    { name: 'clock', type: 'time' },
    { name: 'local', type: 'timestamp' },
    { name: 'instant', type: 'timestamptz' },
    { name: 'lon', type: 'float' },
    { name: 'lat', type: 'decimal' },
  ],
  Array.from({ length: 120 }, (_, n) => [texts, integers, bigints, decimals, floats, booleans, dates, times, zoneless, zoned, longitudes, latitudes].map((pool, shift) => pool[(n * (shift + 1) + shift) % pool.length] ?? null)),
);

/** Literals in the canonical text that conditions carry: instants in UTC, decimals without exponent. */
export const literalPools: Readonly<Partial<Record<ColumnType, readonly string[]>>> = {
  text: [...texts.filter((text) => text !== null), 'nowhere', 'x'.repeat(500)],
  integer: [...integers.filter((each) => each !== null), '3', '-5'],
  bigint: [...bigints.filter((each) => each !== null), '9007199254740992'],
  decimal: [...decimals.filter((each) => each !== null), '0.10', '1.5', '-1000000'],
  float: ['0', '0.1', '-2.5', '100000000000000000000', '1.5', '3', `1${'0'.repeat(400)}`, `-1${'0'.repeat(400)}`, `0.${'0'.repeat(400)}1`],
  boolean: ['true', 'false'],
  date: [...dates.filter((each) => each !== null), '2026-01-02'],
  time: [...times.filter((each) => each !== null), '08:00:00.1'],
  timestamp: [...zoned.filter((each) => each !== null), '2026-01-01T00:00:00.500001Z', '0100-01-01T00:00:00Z'],
  timestamptz: [...zoned.filter((each) => each !== null), '2026-01-01T00:00:00.500001Z', '0100-01-01T00:00:00Z'],
};

/** Ties and NULLs in every column but the key. */
export const pagingTable: SampleTable = numbered(
  'paging',
  [
    { name: 'i', type: 'integer' },
    { name: 't', type: 'text' },
    { name: 'at', type: 'timestamp' },
    { name: 'f', type: 'float' },
  ],
  Array.from({ length: 2_503 }, (_, n) => [
    n % 7 === 0 ? null : String((n * 31) % 11),
    n % 5 === 0 ? null : `站${(n * 17) % 13}`,
    n % 3 === 0 ? null : `2026-01-${String(((n * 13) % 28) + 1).padStart(2, '0')} 08:00:00`,
    n % 4 === 0 ? null : String(((n * 7) % 5) / 4),
  ]),
);
