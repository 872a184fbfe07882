import fc from 'fast-check';
import type { ColumnType } from '../../src/modules/policy/index.ts';
import type { SampleColumn, SampleTable } from './sample.ts';
import { numbered } from './sample.ts';

/** What a backend's columns can hold beyond what all can. */
export interface Holds {
  readonly types: readonly ColumnType[];
  /** NaN and infinite numbers, days and times. */
  readonly notFinite: boolean;
  /** Digits of a decimal's fraction, where the column fixes them. */
  readonly scale: number | undefined;
  /** First and last year of its calendar. */
  readonly years: readonly [number, number];
}

/** Texts that collations take for equal, or order otherwise than by code point. */
const texts = [
  '', ' ', 'a', 'A', 'a ', ' a', 'a\t', 'ab', 'aB', 'á', 'a\u0301', 'ä', 'Ä', 'ß', 'ss', 'SS', 'e', 'É', 'I', 'i', 'ı', 'İ', 'ﬀ', 'ff', '1', '①', '１', 'ア', 'ｱ', 'あ',
  '赤湾', '赤湾 ', '香港', '～', '\uE000', '\uFFFD', '\uFFFF', '😀', '𠮷', '👩\u200d🚀', '%', '_', 'a%b', '\\', '\\\\', "'", '"', '`', '\n', '\r\n', '\u0001', '\u007f', '\u2028', 'a@b', '@', 'x@y@z', '@x', '😀@x',
  '110101199003071234', '13800138000', 'NULL', 'null', 'true', '0',
];
const integers = ['0', '1', '-1', '9', '10', '11', '2147483647', '-2147483648'];
const bigints = [...integers, '9007199254740992', '9007199254740993', '-9007199254740993', '9223372036854775806', '9223372036854775807', '-9223372036854775808'];
const decimals = ['0', '0.1', '-0.1', '1.5', '1.25', '-99.99', '113.9', '-180', '180', '90', '123456789012345678', '123456789012345679', '-123456789012345678.5', '-123456789012345678.25', '0.00000001', '999999999999999999'];
const floats = ['0', '0.1', '-2.5', '1.5', '113.9', '-180', '180', '179.5', '-90', '22.5', '0.30000000000000004', '9007199254740991', '1e+300', '-1e-300'];
const days = ['1970-01-01', '1969-12-31', '1986-05-04', '2000-02-29', '2024-02-29', '2026-01-01', '2026-12-31', '1901-01-01', '1000-01-01', '0100-06-15', '0001-01-01', '9999-12-31'];
/** Shanghai put its clocks forward at 02:00 of 1986-05-04 and back on 1986-09-14; New York does each year. */
const clocks = ['00:00:00', '00:30:00', '01:30:00', '02:30:00', '03:00:00', '08:00:00.5', '12:00:00', '23:59:59.999999', '23:59:59'];
const turns = ['1986-05-04', '1986-09-14', '1991-09-15', '2026-03-08', '2026-11-01', '2025-12-31'];

const fraction = fc.constantFrom('', '', '.5', '.25', '.000001', '.999999');
const anyClock = fc.oneof(fc.constantFrom(...clocks), fc.tuple(fc.nat(23), fc.nat(59), fc.nat(59), fraction).map(([h, m, s, f]) => `${[h, m, s].map((each) => String(each).padStart(2, '0')).join(':')}${f}`));
const anyText = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...texts) }, fc.string({ unit: 'grapheme', maxLength: 12 }), fc.array(fc.constantFrom(...texts), { maxLength: 3 }).map((parts) => parts.join('')))
  .filter((text) => text.isWellFormed() && !text.includes('\0'));

function anyDay({ years: [first, last] }: Holds): fc.Arbitrary<string> {
  const fitting = [...days, ...turns].filter((day) => Number(day.slice(0, 4)) >= first && Number(day.slice(0, 4)) <= last);
  const day = fc.integer({ min: Date.UTC(1971, 0, 1) / 86_400_000, max: Date.UTC(2040, 0, 1) / 86_400_000 }).map((n) => new Date(n * 86_400_000).toISOString().slice(0, 10));
  return fc.oneof(fc.constantFrom(...fitting), day);
}

/** A time that neither end of the calendar puts out of it, whatever the zone. */
const anyMoment = (holds: Holds): fc.Arbitrary<readonly [string, string]> =>
  fc.tuple(anyDay({ ...holds, years: [Math.max(2, holds.years[0]), 9998] }).filter((day) => day !== `${String(holds.years[0]).padStart(4, '0')}-01-01`), anyClock);

function scaled(text: string, scale: number | undefined): string {
  if (scale === undefined) return text;
  const [whole = '0', digits = ''] = text.split('.');
  return `${whole}.${digits.slice(0, scale).padEnd(scale, '0')}`.replace(/^-(0\.0*)$/, '$1');
}

/** Values of a type in canonical text; binary as samples have it, in hex. */
export function valuesOf(type: ColumnType, holds: Holds): fc.Arbitrary<string> {
  const infinite = (...words: string[]): fc.Arbitrary<string>[] => (holds.notFinite ? [fc.constantFrom(...words)] : []);
  switch (type) {
    case 'text':
      return anyText;
    case 'integer':
      return fc.oneof(fc.constantFrom(...integers), fc.integer({ min: -20, max: 20 }).map(String));
    case 'bigint':
      return fc.oneof(fc.constantFrom(...bigints), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String));
    case 'decimal':
      return fc.oneof(fc.constantFrom(...decimals), fc.tuple(fc.integer({ min: -200, max: 200 }), fc.nat(9999)).map(([whole, part]) => `${whole}.${part}`)).map((text) => scaled(text, holds.scale));
    case 'float':
      return fc.oneof(fc.constantFrom(...floats), fc.integer({ min: -720, max: 720 }).map((n) => String(n / 4)), ...infinite('NaN', 'Infinity', '-Infinity'));
    case 'boolean':
      return fc.constantFrom('true', 'false');
    case 'date':
      return fc.oneof(anyDay(holds), anyDay(holds), ...infinite('infinity', '-infinity'));
    case 'time':
      return anyClock;
    case 'timestamp':
      return fc.oneof(anyMoment(holds).map(([day, clock]) => `${day} ${clock}`), anyMoment(holds).map(([day, clock]) => `${day} ${clock}`), ...infinite('infinity', '-infinity'));
    case 'timestamptz':
      return fc.oneof(anyMoment(holds).map(([day, clock]) => `${day}T${clock}Z`), anyMoment(holds).map(([day, clock]) => `${day}T${clock}Z`), ...infinite('infinity', '-infinity'));
    case 'binary':
      return fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes).toString('hex'));
    case 'json':
      return fc.constantFrom('{"a": [1, null, "赤湾"]}', '"x"', 'null', '[]', '9007199254740991', 'true');
    case 'uuid':
      return fc.constantFrom('123e4567-e89b-12d3-a456-426614174000', '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'a0000000-0000-4000-8000-000000000000');
    case 'geometry':
      return fc.constantFrom('{"type":"Point","coordinates":[113.9,22.5]}', '{"type":"LineString","coordinates":[[0,0],[1,1]]}');
    case 'other':
      return anyText;
  }
}

/** One column a type, another of text, and a place. */
export const columnsOf = ({ types }: Holds): readonly SampleColumn[] => [
  ...types.map((type) => ({ name: `c_${type}`, type })),
  { name: 'other_text', type: 'text' },
  { name: 'lon', type: 'float' },
  { name: 'lat', type: 'decimal' },
];

export function anyTable(name: string, holds: Holds): fc.Arbitrary<SampleTable> {
  const columns = columnsOf(holds);
  const row = fc.tuple(...columns.map(({ type }) => fc.option(valuesOf(type, holds), { freq: 6 })));
  return fc.array(row, { minLength: 30, maxLength: 60 }).map((rows) => numbered(name, columns, rows));
}
