import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DomainError } from '../kernel/errors.ts';

/**
 * Holds a data folder for this process. The lock is the operating system's (taken through SQLite, the only way Node
 * offers), so that it ends with the process, however that ends. Throws `storage.folder.locked`.
 */
export function lockFolder(folder: string): { release(): void } {
  const lock = new DatabaseSync(join(folder, 'lock'));
  try {
    lock.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    throw new DomainError('conflict', 'storage.folder.locked', `数据文件夹 ${folder} 正被另一个节点使用：请先停止它，或用 LINGQU_DATA 指定其他文件夹 (another node uses the data folder: stop it, or choose another by LINGQU_DATA)`, { cause });
  }
  return { release: () => lock.close() };
}
