import { readGeometry } from '../../kernel/geojson.ts';
import type { ColumnType } from '../policy/index.ts';

/** Reads a cell: its canonical text with what has no meaning taken off, or undefined when it is not of the type. */
export type CellReader = (text: string) => string | undefined;

/** Digits that PostgreSQL's numeric can be declared with. */
const MOST_DIGITS = 1000;

const whole = /^(?:0|-?[1-9]\d{0,18})$/;
const decimal = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;
const float = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/;
const notFinite = /^(?:NaN|-?Infinity)$/;
const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const calendarDay = /^(\d{4})-(\d{2})-(\d{2})$/;
const timeOfDay = /^(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?|24:00:00(?:\.0{1,6})?)$/;
const infinite = /^-?infinity$/;

/** A reader for each type; ports.ts says what canonical text is. */
export const readers: Readonly<Record<ColumnType, CellReader>> = {
  text: sound,
  other: sound,
  integer: (text) => inBits(text, 32),
  bigint: (text) => inBits(text, 64),
  decimal: (text) => ((text.length <= MOST_DIGITS + 2 && decimal.test(text)) || notFinite.test(text) ? text : undefined),
  float: (text) => ((text.length <= MOST_DIGITS && float.test(text) && Number.isFinite(Number(text))) || notFinite.test(text) ? text : undefined),
  boolean: (text) => (text === 'true' || text === 'false' ? text : undefined),
  date: (text) => (isDay(text) || infinite.test(text) ? text : undefined),
  time: (text) => (timeOfDay.test(text) ? withoutZeros(text) : undefined),
  timestamp: (text) => (infinite.test(text) ? text : moment(text, ' ')),
  timestamptz: readInstant,
  binary: (text) => (base64.test(text) ? text : undefined),
  json: (text) => (isJson(text) ? text : undefined),
  uuid: (text) => (uuid.test(text) ? text : undefined),
  geometry: (text) => (readGeometry(text) === undefined ? undefined : text),
};

function sound(text: string): string | undefined {
  return text.isWellFormed() ? text : undefined;
}

function inBits(text: string, bits: 32 | 64): string | undefined {
  if (!whole.test(text)) return undefined;
  return text.length < 10 || BigInt.asIntN(bits, BigInt(text)) === BigInt(text) ? text : undefined;
}

function isDay(text: string): boolean {
  const [, year, month, day] = calendarDay.exec(text)?.map(Number) ?? [];
  if (year === undefined || month === undefined || day === undefined || year < 1 || month < 1 || month > 12 || day < 1) return false;
  return day <= 28 || day <= lastDay(year, month);
}

function lastDay(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function moment(text: string, between: string): string | undefined {
  const clock = text.slice(11);
  if (text[10] !== between || clock.startsWith('24') || !timeOfDay.test(clock) || !isDay(text.slice(0, 10))) return undefined;
  return withoutZeros(text);
}

function readInstant(text: string): string | undefined {
  if (infinite.test(text)) return text;
  const read = text.endsWith('Z') ? moment(text.slice(0, -1), 'T') : undefined;
  return read === undefined ? undefined : `${read}Z`;
}

/** "With a fraction if it is not zero", and without zeros at its end. */
const withoutZeros = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return text.isWellFormed();
  } catch {
    return false;
  }
}
