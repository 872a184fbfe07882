import { DomainError } from '../../kernel/errors.ts';
import type { HostedLoad } from '../../modules/resources/index.ts';
import { ROW } from './store.ts';

export const MAX_COLUMNS = 500;
/** PostgreSQL cuts longer names without an error. */
const MAX_NAME_BYTES = 63;
const tableName = /^[\p{L}\p{N}_.-]{1,100}$/u;

/** Checks all of a load but its rows; throws `hosted.name`, `hosted.columns`, `hosted.indexes`. */
export function checkLoad(load: Pick<HostedLoad, 'name' | 'columns' | 'indexes'>): void {
  if (!tableName.test(load.name)) {
    throw new DomainError('invalid-definition', 'hosted.name', `表名“${load.name.slice(0, 100)}”须为 1 至 100 个文字、数字或 _ . - (a table's name is 1 to 100 letters, digits or _ . -)`);
  }
  const names = load.columns.map((column) => column.name);
  const faults = columnFaults(names);
  if (faults.length > 0) throw new DomainError('invalid-definition', 'hosted.columns', `列名有误：${faults.join('；')}`, { details: { faults } });
  const unknown = load.indexes.flat().filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new DomainError('invalid-definition', 'hosted.indexes', `索引所用的列不存在：${unknown.join('、')} (an index names unknown columns)`, { details: { columns: unknown } });
}

/** What is wrong with a table's column names, each in a sentence. */
export function columnFaults(names: readonly string[]): string[] {
  if (names.length === 0) return ['至少要有一列 (at least one column)'];
  if (names.length > MAX_COLUMNS) return [`共 ${names.length} 列，至多 ${MAX_COLUMNS} 列 (at most ${MAX_COLUMNS} columns)`];
  const seen = new Map<string, number>();
  return names.flatMap((name, index) => {
    const place = index + 1;
    const first = seen.get(name);
    seen.set(name, first ?? place);
    if (name.trim() === '') return [`第 ${place} 列没有列名 (column ${place} has no name)`];
    if (first !== undefined) return [`第 ${place} 列与第 ${first} 列同名“${name}” (columns ${first} and ${place} have one name)`];
    if (name === ROW) return [`列名 ${ROW} 为系统保留 (the name is reserved)`];
    if (Buffer.byteLength(name) > MAX_NAME_BYTES) return [`列名“${name}”过长：至多 ${MAX_NAME_BYTES} 字节，即 21 个汉字 (too long: at most ${MAX_NAME_BYTES} bytes)`];
    if (!name.isWellFormed() || /\p{Cc}/u.test(name)) return [`第 ${place} 列的列名含控制字符 (the name of column ${place} holds control characters)`];
    return [];
  });
}
