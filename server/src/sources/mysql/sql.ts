import { readNative, type Native } from './natives.ts';

export type BoundValue = string | number | Buffer;

/** Collects bound values while SQL text is built: values never stand in the text. */
export class Bindings {
  readonly values: BoundValue[] = [];

  add(value: BoundValue): string {
    this.values.push(value);
    return '?';
  }
}

export interface SqlContext {
  readonly bindings: Bindings;
  /** Zone in which the source's zoneless times are meant. */
  readonly zone: string;
  readonly natives: Readonly<Record<string, string>>;
  readonly maskKey: Buffer;
}

export const SHANGHAI = 'Asia/Shanghai';

export const quoteName = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

/** A text that stands in SQL; sessions take backslashes as they are (NO_BACKSLASH_ESCAPES). */
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** The table is `t` in every statement: a bare name in ORDER BY would mean the output column of that name. */
export const columnSql = (column: string): string => `t.${quoteName(column)}`;

export const nativeOf = (column: string, context: SqlContext): Native => readNative(context.natives[column]);

/** The column as a number: YEAR, BIT and what is filled with zeros have odd texts, and YEAR compares by its own rules. */
export function numericSql(column: string, context: SqlContext): string {
  const { base, zerofill } = nativeOf(column, context);
  const name = columnSql(column);
  if (base === 'bit') return `CAST(${name} AS UNSIGNED)`;
  return base === 'year' || zerofill ? `(${name} + 0)` : name;
}

/** Whether there is such a day: neither zeros in it (2026-00-00) nor the 31st of a short month, all of which MySQL can keep. */
export const isDay = (time: string): string => `DAYOFMONTH(${time}) BETWEEN 1 AND DAYOFMONTH(LAST_DAY(${time}))`;

/** A date or time, or NULL where the server keeps one that does not exist. */
export const existing = (time: string): string => `CASE WHEN ${isDay(time)} THEN ${time} END`;

const keepsDays = new Set(['date', 'datetime', 'timestamp']);

/** The column, NULL where it keeps a day that does not exist. */
export function presentSql(column: string, context: SqlContext): string {
  const name = columnSql(column);
  return keepsDays.has(nativeOf(column, context).base) ? existing(name) : name;
}

/** Text of any character set as utf8mb4. */
export const unicode = (text: string): string => `CONVERT(${text} USING utf8mb4)`;

/** Bytes in UTF-8: they compare as code points do, whatever the collation, and trailing blanks count. */
export const bytes = (text: string): string => `CAST(${text} AS BINARY)`;
