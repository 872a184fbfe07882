import { DomainError } from '../../kernel/errors.ts';
import type { HostedLoad } from '../../modules/resources/index.ts';
import { ROW } from './store.ts';
import { fault } from './table-file.ts';

export const MAX_COLUMNS = 500;
const MAX_FAULTS = 100;
/** PostgreSQL cuts longer names without an error. */
const MAX_NAME_BYTES = 63;
const tableName = /^[\p{L}\p{N}_.-]{1,100}$/u;

/** Checks all of a load but its rows; throws `hosted.name`, `hosted.columns`, `hosted.indexes`. */
export function checkLoad(load: Pick<HostedLoad, 'name' | 'columns' | 'indexes'>): void {
  if (!tableName.test(load.name)) {
    throw new DomainError('invalid-definition', 'hosted.name', `表名“${load.name.slice(0, 100)}”须为 1 至 100 个文字、数字或 _ . - (a table's name is 1 to 100 letters, digits or _ . -)`);
  }
  const names = load.columns.map((column) => column.name);
  const faults = columnFaults(names, (column) => `第 ${column + 1} 列`);
  if (faults.length > 0) throw new DomainError('invalid-definition', 'hosted.columns', `列名有误：${faults.join('；')}`, { details: { faults } });
  const unknown = load.indexes.flat().filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new DomainError('invalid-definition', 'hosted.indexes', `索引所用的列不存在：${unknown.join('、')} (an index names unknown columns)`, { details: { columns: unknown } });
}

/** The names of a file's header, trimmed; throws `<format>.header` with every fault, each with its place. */
export function checkedHeader(format: string, cells: readonly string[], placeOf: (column: number) => string): string[] {
  const header = cells.map((name) => name.trim());
  const faults = columnFaults(header, placeOf);
  if (faults.length > 0) throw headerFault(format, faults);
  return header;
}

export const headerFault = (format: string, faults: readonly string[]): DomainError =>
  fault(`${format}.header`, `表头有误：${faults.slice(0, 10).join('；')} (the header is wrong)`, { faults: faults.slice(0, MAX_FAULTS) });

/** What is wrong with a table's column names, each in a sentence. */
function columnFaults(names: readonly string[], placeOf: (column: number) => string): string[] {
  if (names.length === 0) return ['至少要有一列 (at least one column)'];
  if (names.length > MAX_COLUMNS) return [`共 ${names.length} 列，至多 ${MAX_COLUMNS} 列 (at most ${MAX_COLUMNS} columns)`];
  const seen = new Map<string, number>();
  return names.flatMap((name, column) => {
    const place = placeOf(column);
    const first = seen.get(name);
    seen.set(name, first ?? column);
    if (name.trim() === '') return [`${place}没有列名 (it has no name)`];
    if (first !== undefined) return [`${place}与${placeOf(first)}同名“${name}” (they have one name)`];
    if (name === ROW) return [`列名 ${ROW} 为系统保留 (the name is reserved)`];
    if (Buffer.byteLength(name) > MAX_NAME_BYTES) return [`列名“${name}”过长：至多 ${MAX_NAME_BYTES} 字节，即 21 个汉字 (too long: at most ${MAX_NAME_BYTES} bytes)`];
    if (!name.isWellFormed() || /\p{Cc}/u.test(name)) return [`${place}的列名含控制字符或换行 (its name holds control characters)`];
    return [];
  });
}
