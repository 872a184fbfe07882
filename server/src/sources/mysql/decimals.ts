/** A decimal as the server can hold one, of at most 65 digits and 30 behind the point. */
export interface Bound {
  readonly text: string;
  /** The DECIMAL type that holds it. */
  readonly type: string;
  /** It was not held whole: this is the next lower one, and no value of a column lies between. */
  readonly lowered: boolean;
}

const DIGITS = 65;
const SCALE = 30;
const WHOLE = DIGITS - SCALE;

/** Reads canonical decimal text: an optional sign, digits, at most one point. */
export function boundDecimal(text: string): Bound {
  const negative = text.startsWith('-');
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const scale = whole.length <= WHOLE ? SCALE : Math.max(0, DIGITS - whole.length);
  const type = `DECIMAL(${DIGITS},${scale})`;
  if (whole.length <= DIGITS && fraction.length <= scale) return { text, type, lowered: false };
  const most = whole.length > DIGITS;
  const digits = most ? '9'.repeat(DIGITS) : whole + fraction.slice(0, scale).padEnd(scale, '0');
  const lower = negative && !most ? String(BigInt(digits) + 1n).padStart(digits.length, '0') : digits;
  return { text: `${negative ? '-' : ''}${lower.slice(0, lower.length - scale)}.${lower.slice(lower.length - scale)}`, type, lowered: true };
}

/** A step of a mask, written out without an exponent. */
export function plainNumber(value: number): string {
  const [digits = '0', exponent = '0'] = String(value).split('e');
  const [whole = '0', fraction = ''] = digits.split('.');
  const shift = Number(exponent);
  if (shift === 0) return digits;
  if (shift > 0) return whole + fraction.padEnd(shift, '0');
  return `0.${'0'.repeat(-shift - whole.length)}${whole}${fraction}`;
}
