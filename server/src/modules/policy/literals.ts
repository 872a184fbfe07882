import type { ColumnType, Literal } from './model.ts';
import { parseClock, parseDay, parseMoment } from './times.ts';

/** A value as a condition takes it. Where a column of times was given a day, `until` is the start of the next day. */
export interface Operand {
  readonly literal: Literal;
  readonly until: Literal | null;
}

const integerBounds: Partial<Record<ColumnType, readonly [bigint, bigint]>> = {
  integer: [-(2n ** 31n), 2n ** 31n - 1n],
  bigint: [-(2n ** 63n), 2n ** 63n - 1n],
};

const wholeForm = /^[+-]?\d+$/;
const decimalForm = /^([+-]?)(\d+)(?:\.(\d+))?$/;
const uuidForm = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;
const truths = new Map([['true', 'true'], ['1', 'true'], ['false', 'false'], ['0', 'false']]);

/** What a value of each type looks like, for messages. */
export const acceptedForms: Readonly<Record<ColumnType, string>> = {
  text: '不含空字符的文本 (text without NUL characters)',
  integer: '-2147483648 至 2147483647 的整数，如 42 (an integer of 32 bits, like 42)',
  bigint: '-9223372036854775808 至 9223372036854775807 的整数，如 42 (an integer of 64 bits, like 42)',
  decimal: '十进制数，如 -12.5，不用指数 (a decimal number like -12.5, without exponent)',
  float: '十进制数，如 -12.5，不用指数 (a decimal number like -12.5, without exponent)',
  boolean: 'true、false、1 或 0 (true, false, 1 or 0)',
  date: '日期：20220901 或 2022-09-01 (a day, without time)',
  time: '时刻：08:00 或 08:00:00 (a time of day)',
  timestamp: '时间：20220901、2022-09-01、2022-09-01 08:00:00 或 ISO 8601；无时区按北京时间，“+”须编码为 %2B (a day or a time; without zone Asia/Shanghai; encode + as %2B)',
  timestamptz: '时间：20220901、2022-09-01、2022-09-01 08:00:00 或 ISO 8601；无时区按北京时间，“+”须编码为 %2B (a day or a time; without zone Asia/Shanghai; encode + as %2B)',
  binary: '此类型不可作条件 (this type takes no condition)',
  json: '此类型不可作条件 (this type takes no condition)',
  geometry: '此类型只可作区域条件 (this type takes no condition but a region)',
  uuid: 'UUID，如 123e4567-e89b-12d3-a456-426614174000',
  other: '此类型不可作条件 (this type takes no condition)',
};

/** Text that every source can hold: PostgreSQL takes no NUL, and a lone surrogate has no UTF-8. */
export function isSoundText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** Reads a value of a column's type into its canonical text; null when it is not one. */
export function parseOperand(type: ColumnType, raw: string): Operand | null {
  if (type === 'text') return isSoundText(raw) ? plain(type, raw) : null;
  const text = raw.trim();
  if (type === 'timestamp' || type === 'timestamptz') {
    const moment = parseMoment(text);
    if (moment === null) return null;
    return { literal: { type, text: moment.text }, until: moment.until === null ? null : { type, text: moment.until } };
  }
  const canonical = canonicalText(type, text);
  return canonical === null ? null : plain(type, canonical);
}

function plain(type: ColumnType, text: string): Operand {
  return { literal: { type, text }, until: null };
}

function canonicalText(type: ColumnType, text: string): string | null {
  switch (type) {
    case 'integer':
    case 'bigint':
      return canonicalInteger(type, text);
    case 'decimal':
      return canonicalDecimal(text);
    case 'float':
      return canonicalFloat(text);
    case 'boolean':
      return truths.get(text.toLowerCase()) ?? null;
    case 'date':
      return parseDay(text);
    case 'time':
      return parseClock(text);
    case 'uuid':
      return uuidForm.test(text.toLowerCase()) ? text.toLowerCase() : null;
    default:
      return null;
  }
}

function canonicalInteger(type: 'integer' | 'bigint', text: string): string | null {
  const bounds = integerBounds[type];
  if (bounds === undefined || !wholeForm.test(text)) return null;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return value < bounds[0] || value > bounds[1] ? null : value.toString();
}

function canonicalDecimal(text: string): string | null {
  const parts = decimalForm.exec(text);
  if (parts === null) return null;
  const whole = (parts[2] ?? '').replace(/^0+(?=\d)/, '');
  const fraction = (parts[3] ?? '').replace(/0+$/, '');
  const size = fraction === '' ? whole : `${whole}.${fraction}`;
  return parts[1] === '-' && size !== '0' ? `-${size}` : size;
}

/** A float's literal stays decimal, yet must fit a double: PostgreSQL refuses what overflows, and what becomes zero. */
function canonicalFloat(text: string): string | null {
  const decimal = canonicalDecimal(text);
  if (decimal === null) return null;
  const value = Number(decimal);
  return Number.isFinite(value) && (value !== 0 || decimal === '0') ? decimal : null;
}
