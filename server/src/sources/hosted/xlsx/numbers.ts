import type { TypedCell } from '../table-file.ts';

const form = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;
/** So many digits tell every binary number from its neighbours; who writes more writes decimals. */
const MOST_BINARY_DIGITS = 17;
/** Excel shows and takes no more. */
const SHOWN_DIGITS = 15;
/** So many digits fewer are no chance: one number of a thousand ends like that by itself. */
const ARTEFACT_DIGITS = 3;
const [minInt, maxInt] = [-(2n ** 31n), 2n ** 31n - 1n];
const [minBigint, maxBigint] = [-(2n ** 63n), 2n ** 63n - 1n];

/**
 * A number in plain decimals, with the narrowest type that holds it; undefined for what is no number. It is as written,
 * without zeros that say nothing. But programs write binary numbers with 17 digits, 1.1 as 1.1000000000000001: these get
 * the shortest form that means the same, and 0.30000000000000004, the sum of 0.1 and 0.2, the 0.3 that Excel shows.
 */
export function numberOf(written: string): TypedCell | undefined {
  const parts = form.exec(written);
  if (parts === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts;
  const digits = whole + fraction;
  const value = Number(written);
  if (digits === '' || !Number.isFinite(value)) return undefined;
  const significant = digits.replace(/^0+/, '').length;
  const isWhole = fraction === '' && parts[4] === undefined;
  if (isWhole || significant <= SHOWN_DIGITS || significant > MOST_BINARY_DIGITS) return typed(plain(sign, digits, whole.length + Number(exponent)));
  const [, shortSign = '', shortWhole = '', shortFraction = '', shortExponent = '0'] = form.exec(shortest(value)) ?? [];
  return typed(plain(shortSign, shortWhole + shortFraction, shortWhole.length + Number(shortExponent)));
}

function shortest(value: number): string {
  const [exact, shown] = [String(value), value.toPrecision(SHOWN_DIGITS)];
  return digitsIn(exact) - digitsIn(shown) >= ARTEFACT_DIGITS ? shown : exact;
}

/** How many digits say something: not the zeros at either end, nor the exponent. */
const digitsIn = (text: string): number => text.replace(/e.*$/, '').replace('.', '').replaceAll(/^-?0+|0+$/g, '').length;

/** Digits with the decimal point after `point` of them. */
function plain(sign: string, digits: string, point: number): string {
  const padded = point > digits.length ? digits.padEnd(point, '0') : point < 0 ? digits.padStart(digits.length - point, '0') : digits;
  const at = Math.max(point, 0);
  const whole = padded.slice(0, at).replace(/^0+(?=\d)/, '') || '0';
  const fraction = padded.slice(at).replace(/0+$/, '');
  const text = fraction === '' ? whole : `${whole}.${fraction}`;
  return sign === '-' && text !== '0' ? `-${text}` : text;
}

function typed(text: string): TypedCell {
  if (text.includes('.')) return { type: 'decimal', text };
  const value = BigInt(text);
  if (value >= minInt && value <= maxInt) return { type: 'integer', text };
  return { type: value >= minBigint && value <= maxBigint ? 'bigint' : 'decimal', text };
}
