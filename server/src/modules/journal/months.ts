import { DateTime } from 'luxon';
import { displayZone } from '../../kernel/clock.ts';

/**
 * Months and days of the journal are those of Asia/Shanghai (decision 13), so that a partition holds whole days of
 * usage and can be dropped as soon as these are summed.
 */
export interface Month {
  /** The partition of this month: `journal_2026_09`. */
  readonly partition: string;
  /** First instant of the month, and of the next one. */
  readonly from: Date;
  readonly to: Date;
}

export function monthOf(at: Date): Month {
  const start = DateTime.fromJSDate(at, { zone: displayZone }).startOf('month');
  return { partition: `journal_${start.toFormat('yyyy_MM')}`, from: start.toJSDate(), to: start.plus({ months: 1 }).toJSDate() };
}

/** The month that a partition holds, undefined for a table of another name. */
export function monthOfPartition(name: string): Month | undefined {
  const start = DateTime.fromFormat(name, "'journal_'yyyy_MM", { zone: displayZone });
  return start.isValid ? monthOf(start.toJSDate()) : undefined;
}

/** The day as `yyyy-MM-dd`. */
export const dayOf = (at: Date): string => DateTime.fromJSDate(at, { zone: displayZone }).toFormat('yyyy-MM-dd');

/** `days` later, or earlier if negative. */
export const addDays = (day: string, days: number): string => DateTime.fromISO(day, { zone: displayZone }).plus({ days }).toFormat('yyyy-MM-dd');

/** First instant of a day. */
export const startOfDay = (day: string): Date => DateTime.fromISO(day, { zone: displayZone }).toJSDate();

const day = /^\d{4}-\d{2}-\d{2}$/;

/** Whether a text is a day that exists, as `yyyy-MM-dd`. */
export const isDay = (text: string): boolean => day.test(text) && DateTime.fromISO(text, { zone: displayZone }).isValid;
