import type { ColumnType } from '../policy/index.ts';
import { compareDecimals, compareFloats, plainDecimal } from './decimal.ts';
import { toLocal } from './zones.ts';

/** How values of one column compare: cells with the literals of conditions, and cells with one another. */
export interface Comparer {
  /** Below zero, zero or above, as the cell stands to the literal. */
  readonly against: (literal: string) => (cell: string) => number;
  readonly oneOf: (literals: readonly string[]) => (cell: string) => boolean;
  readonly compare: (left: string, right: string) => number;
}

/** @param literalKey where a literal is written in another way than a cell */
function comparer<K>(key: (cell: string) => K, order: (left: K, right: K) => number, literalKey = key): Comparer {
  return {
    against: (literal) => {
      const fixed = literalKey(literal);
      return (cell) => order(key(cell), fixed);
    },
    oneOf: (literals) => {
      const keys = new Set(literals.map(literalKey));
      return (cell) => keys.has(key(cell));
    },
    compare: (left, right) => order(key(left), key(right)),
  };
}

const itself = (cell: string): string => cell;
const byUnits = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

const byCodePoint = comparer(itself, compareCodePoints);
const exact = comparer(plainDecimal, compareDecimals);
const double = comparer(Number, compareFloats);
/** A real is compared as one: 0.1 as a double is another number. */
const real = comparer((cell) => Math.fround(Number(cell)), compareFloats);
const plain = comparer(itself, byUnits);
const calendar = comparer(timeKey, byUnits);
const instants = comparer((cell) => timeKey(cell.replace('Z', '')), byUnits);
const bytes = comparer((cell) => Buffer.from(cell, 'base64').toString('latin1'), byUnits);

/** @param zone the one in which the source's zoneless times are meant: their literals are instants */
export function comparerOf(type: ColumnType, native: string, zone: string): Comparer {
  switch (type) {
    case 'text':
    case 'json':
    case 'geometry':
    case 'other':
      return byCodePoint;
    case 'integer':
    case 'bigint':
    case 'decimal':
      return exact;
    case 'float':
      return native === 'real' ? real : double;
    case 'boolean':
    case 'uuid':
      return plain;
    case 'date':
    case 'time':
      return calendar;
    case 'timestamp':
      return comparer(timeKey, byUnits, (literal) => timeKey(toLocal(literal, zone)));
    case 'timestamptz':
      return instants;
    case 'binary':
      return bytes;
  }
}

/** Days and times in their own order as text: infinite ones at the ends, years of five digits after those of four. */
function timeKey(text: string): string {
  if (text.endsWith('y')) return text === 'infinity' ? '\u007f' : '';
  return text[4] === '-' || text[2] === ':' ? text : `~${text}`;
}

/** UTF-16 orders all characters beyond U+FFFF before U+E000; code points, and UTF-8, do not. */
function compareCodePoints(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const [a, b] = [left.charCodeAt(index), right.charCodeAt(index)];
    if (a === b) continue;
    return isSurrogate(a) === isSurrogate(b) ? a - b : Number(isSurrogate(a)) - Number(isSurrogate(b));
  }
  return left.length - right.length;
}

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;
