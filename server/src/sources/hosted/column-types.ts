import type { HostedColumn } from '../../modules/resources/index.ts';
import type { TypedCell } from './table-file.ts';

type Type = HostedColumn['type'];

const dayForm = /^(\d{4})(?:-(\d{1,2})-(\d{1,2})|\/(\d{1,2})\/(\d{1,2})|年(\d{1,2})月(\d{1,2})日)$/;
const compactDay = /^(\d{4})(\d{2})(\d{2})$/;
const clockForm = /^(\d{1,2}):(\d{2})(?::(\d{2})(\.\d{1,6})?)?$/;
const momentForm = /^(\S+?)(?:[T ]\s*|(?<=日)\s*)(\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)\s*(Z|[+-]\d{2}(?::?\d{2})?)?$/i;
const truths = new Map([['true', 'true'], ['是', 'true'], ['false', 'false'], ['否', 'false']]);
const declaredTruths = new Map([...truths, ['1', 'true'], ['t', 'true'], ['y', 'true'], ['yes', 'true'], ['0', 'false'], ['f', 'false'], ['n', 'false'], ['no', 'false']]);

const [minInt, maxInt] = [-(2n ** 31n), 2n ** 31n - 1n];
const [minBigint, maxBigint] = [-(2n ** 63n), 2n ** 63n - 1n];
const MAX_DIGITS = 1000;

/** A cell of a column that was declared, in the form that the database reads; undefined when it is not of the type. */
export function declaredValue(type: Type, cell: string): string | undefined {
  const text = type === 'text' ? cell : cell.trim();
  switch (type) {
    case 'text':
      return text;
    case 'integer':
      return wholeWithin(text, minInt, maxInt);
    case 'bigint':
      return wholeWithin(text, minBigint, maxBigint);
    case 'decimal':
      return /^[+-]?\d+(\.\d+)?$/.test(text) && text.length <= MAX_DIGITS ? text : undefined;
    case 'float':
      return /^[+-]?\d+(\.\d+)?(e[+-]?\d{1,3})?$/i.test(text) && Number.isFinite(Number(text)) ? text : undefined;
    case 'boolean':
      return declaredTruths.get(text.toLowerCase());
    case 'date':
      return dayOf(text, true);
    case 'time':
      return clockOf(text);
    case 'timestamp':
      return momentOf(text, 'none');
    case 'timestamptz':
      return momentOf(text, 'required') ?? momentOf(text, 'none'); // without zone: that of the session, Asia/Shanghai
  }
}

function wholeWithin(text: string, least: bigint, most: bigint): string | undefined {
  if (!/^[+-]?\d{1,40}$/.test(text)) return undefined;
  const value = BigInt(text.replace('+', ''));
  return value >= least && value <= most ? String(value) : undefined;
}

function dayOf(text: string, compact: boolean): string | undefined {
  const parts = dayForm.exec(text) ?? (compact ? compactDay.exec(text) : null);
  if (parts === null) return undefined;
  const month = (parts[2] ?? parts[4] ?? parts[6] ?? '').padStart(2, '0');
  const day = (parts[3] ?? parts[5] ?? parts[7] ?? '').padStart(2, '0');
  const year = parts[1] ?? '';
  if (year === '0000' || day === '00' || Number(day) > daysOf(Number(year), month)) return undefined;
  return `${year}-${month}-${day}`;
}

const monthDays: Readonly<Record<string, number>> = { '01': 31, '02': 28, '03': 31, '04': 30, '05': 31, '06': 30, '07': 31, '08': 31, '09': 30, '10': 31, '11': 30, '12': 31 };

/** 0 for what is no month. Reckoned here, since a Date for every cell costs more than all the rest of an import. */
function daysOf(year: number, month: string): number {
  const leap = month === '02' && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return (monthDays[month] ?? 0) + (leap ? 1 : 0);
}

function clockOf(text: string): string | undefined {
  const parts = clockForm.exec(text);
  if (parts === null || Number(parts[1]) > 23 || Number(parts[2]) > 59 || Number(parts[3] ?? 0) > 59) return undefined;
  return `${(parts[1] ?? '').padStart(2, '0')}:${parts[2]}:${parts[3] ?? '00'}${parts[4] ?? ''}`;
}

function momentOf(text: string, zone: 'none' | 'required'): string | undefined {
  const parts = momentForm.exec(text);
  if (parts === null) return zone === 'none' ? dayOf(text, false) : undefined;
  const day = dayOf(parts[1] ?? '', false);
  const clock = clockOf(parts[2] ?? '');
  if (day === undefined || clock === undefined || (parts[3] === undefined) !== (zone === 'none')) return undefined;
  return `${day} ${clock}${parts[3] ?? ''}`;
}

/** A date, a time, or both, with the type that it is. */
export function momentValue(text: string): TypedCell | undefined {
  const forms: readonly (readonly [Type, string | undefined])[] = [['date', dayOf(text, false)], ['time', clockOf(text)], ['timestamp', momentOf(text, 'none')], ['timestamptz', momentOf(text, 'required')]];
  for (const [type, value] of forms) if (value !== undefined) return { type, text: value };
  return undefined;
}

// ---- inference ----------------------------------------------------------------------------------------------------

/** An integer of 15 digits or more is no quantity but a number of a card or an account. */
const plainWhole = /^(0|-?[1-9]\d{0,13})$/;
const plainDecimal = /^-?(0|[1-9]\d*)(\.\d+)?$/;
const mobilePhone = /^1[3-9]\d{9}$/;

const candidates: readonly (readonly [Type, (cell: string) => boolean])[] = [
  ['boolean', (cell) => truths.has(cell.toLowerCase())],
  ['integer', (cell) => plainWhole.test(cell) && wholeWithin(cell, minInt, maxInt) !== undefined],
  ['bigint', (cell) => plainWhole.test(cell)],
  ['date', (cell) => dayOf(cell, false) !== undefined],
  ['timestamp', (cell) => momentOf(cell, 'none') !== undefined],
  ['timestamptz', (cell) => momentOf(cell, 'required') !== undefined],
  ['decimal', (cell) => plainWhole.test(cell) || (plainDecimal.test(cell) && cell.includes('.') && cell.length <= MAX_DIGITS)],
];

/** Types of which each holds every value of those before it. */
const chains: readonly (readonly Type[])[] = [
  ['integer', 'bigint', 'decimal'],
  ['date', 'timestamp'],
];

/** The narrowest type that holds the values of both. */
function union(one: Type, other: Type): Type {
  if (one === other) return one;
  const chain = chains.find((each) => each.includes(one) && each.includes(other)) ?? [];
  return chain.findLast((type) => type === one || type === other) ?? 'text';
}

/**
 * Finds the narrowest type that every cell of a column fits. Of text by its looks: what begins with zeros or is too long
 * stays text. Where the file gives its cells types, these decide and looks do not: a number typed as text is text.
 */
export class TypeInference {
  #given: Type | undefined;
  #left = candidates;
  #seen = false;
  #allPhones = true;

  see(cell: string | TypedCell): void {
    if (typeof cell === 'string') this.#look(cell);
    else this.#given = this.#given === undefined ? cell.type : union(this.#given, cell.type);
  }

  #look(cell: string): void {
    const text = cell.trim();
    if (text === '') return;
    this.#seen = true;
    this.#allPhones &&= mobilePhone.test(text);
    if (this.#left.every(([, fits]) => fits(text))) return;
    this.#left = this.#left.filter(([, fits]) => fits(text));
  }

  get type(): Type {
    if (this.#given !== undefined) return this.#given;
    if (!this.#seen || this.#allPhones) return 'text';
    return this.#left[0]?.[0] ?? 'text';
  }
}
