/** Numbers in decimal text, exact whatever their size: none passes through a double that could alter it. */

/** `units` × 10^-`scale`. */
interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

const form = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

function parse(text: string): Decimal {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = form.exec(text) ?? [];
  const units = BigInt(`${sign}${whole}${fraction}`);
  const scale = fraction.length - Number(exponent);
  return scale >= 0 ? { units, scale } : { units: units * 10n ** BigInt(-scale), scale: 0 };
}

const at = ({ units, scale }: Decimal, wanted: number): bigint => units * 10n ** BigInt(wanted - scale);

/** So many digits a double holds: decimals no longer than this differ as doubles where they differ. */
const EXACT = 15;

/** Below zero, zero or above. NaN equals itself and is greater than every number, as in SQL databases. */
export function compareDecimals(left: string, right: string): number {
  if (left === right) return 0;
  if (left === 'NaN' || right === 'NaN') return left === 'NaN' ? 1 : -1;
  if ((left.length <= EXACT && right.length <= EXACT) || left.endsWith('y') || right.endsWith('y')) return compareFloats(Number(left), Number(right)); // …Infinity
  const [a, b] = [parse(left), parse(right)];
  const scale = Math.max(a.scale, b.scale);
  const [x, y] = [at(a, scale), at(b, scale)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** As `compareDecimals`, of floating point. */
export function compareFloats(left: number, right: number): number {
  if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
  return left < right ? -1 : left > right ? 1 : 0;
}

/** One text for each number: equal numbers have the same. */
export function plainDecimal(text: string): string {
  const short = text.includes('.') && !text.includes('e') ? text.replace(/\.?0+$/, '') : text;
  return short === '-0' ? '0' : short;
}

/** The greatest multiple of the step that is not above the value, with as many digits of a fraction as the step has. */
export function floorTo(text: string, step: string): string {
  if (text === 'NaN' || text.endsWith('y')) return text;
  const [value, size] = [parse(text), parse(step)];
  const scale = Math.max(value.scale, size.scale);
  const [x, y] = [at(value, scale), at(size, scale)];
  const over = ((x % y) + y) % y;
  return write((x - over) / 10n ** BigInt(scale - size.scale), size.scale);
}

function write(units: bigint, scale: number): string {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
  const sign = units < 0n ? '-' : '';
  return scale === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
