import { parseOperand, type ColumnType } from '../../modules/policy/index.ts';

const decimal = /^([+-]?)0*(\d+(?:\.\d+)?)$/;

/**
 * The text of a value in an answer as the canonical text of its column (see the ports of `residual`); times without zone
 * are Asia/Shanghai's. What cannot be read stays as it is, and is refused there with the name of its column.
 */
export function cellOf(type: ColumnType, text: string): string {
  switch (type) {
    case 'text':
    case 'json':
    case 'geometry':
      return text;
    case 'decimal':
      return decimalOf(text.trim());
    case 'float':
      return text.trim() === '' || !Number.isFinite(Number(text)) ? text : String(Number(text));
    case 'timestamp':
      return (parseOperand(type, text)?.literal.text ?? text).replace('T', ' ').replace('Z', '');
    default:
      return parseOperand(type, text)?.literal.text ?? text;
  }
}

/** Every digit as it stands; a number with an exponent is written out. */
function decimalOf(text: string): string {
  const [, sign, digits] = decimal.exec(text) ?? [];
  if (digits !== undefined) return sign === '-' ? `-${digits}` : digits;
  const [, mantissaSign = '', whole = '', fraction = '', exponent] = /^([+-]?)(\d+)(?:\.(\d+))?[eE]([+-]?\d{1,3})$/.exec(text) ?? [];
  if (exponent === undefined) return text;
  const all = whole + fraction;
  const point = whole.length + Number(exponent);
  const placed = point <= 0 ? `0.${'0'.repeat(-point)}${all}` : point >= all.length ? all + '0'.repeat(point - all.length) : `${all.slice(0, point)}.${all.slice(point)}`;
  return decimalOf(mantissaSign + placed);
}
