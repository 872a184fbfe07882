import { access, constants, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError, reasonOf } from '../kernel/errors.ts';
import type { Database } from './database.ts';
import { lockFolder } from './lock.ts';
import { migrate } from './migrate.ts';
import { checkNodeKey, loadNodeKey, type NodeKey } from './node-key.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';

export interface StorageSettings {
  readonly folder: string;
  readonly databaseUrl: string | undefined;
  readonly nodeKey: string | undefined;
}

export interface Storage {
  readonly database: Database;
  readonly key: NodeKey;
  close(): Promise<void>;
}

/**
 * Opens the node's database, brings it to this program's schema, and proves that the node key fits it. On PGlite the
 * folder is locked until `close`. Throws `settings.data`, `settings.database`, `storage.folder.locked`, `storage.schema.newer`, `storage.key.wrong`.
 */
export async function openStorage(settings: StorageSettings, onError: (error: Error, note: string) => void): Promise<Storage> {
  await makeFolder(settings.folder);
  const lock = settings.databaseUrl === undefined ? lockFolder(settings.folder) : undefined;
  const lost = (error: Error): void => onError(error, 'database connection lost');
  let database: Database | undefined;
  try {
    database = settings.databaseUrl === undefined ? await openPglite(join(settings.folder, 'pg'), lost) : openPostgres(settings.databaseUrl, lost);
    if (database.engine === 'postgres') await reach(database);
    await migrate(database);
    const key = await loadNodeKey(settings.folder, settings.nodeKey);
    await checkNodeKey(database, key);
    return { database, key, close: () => closeAll(database, lock) };
  } catch (error) {
    await closeAll(database, lock);
    throw error;
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new DomainError('invalid-definition', 'settings.data', `数据文件夹 ${folder} 不可用：${reasonOf(cause)}。请用 LINGQU_DATA 指定节点用户可读写的文件夹 (the data folder cannot be used: name one by LINGQU_DATA that the node's user may read and write)`, { cause });
  }
}

/** So that an operator who named the wrong server, log-in or database is told so in words. */
async function reach(database: Database): Promise<void> {
  try {
    await database.query('SELECT 1');
  } catch (cause) {
    throw new DomainError('source-unavailable', 'settings.database', `DATABASE_URL 的数据库无法连接：${reasonOf(cause)}。请检查主机、端口、用户、密码和数据库名，以及数据库是否在运行 (the database that DATABASE_URL names does not let the node in: check host, port, user, password and name, and whether it runs)`, { cause });
  }
}

async function closeAll(database: Database | undefined, lock: ReturnType<typeof lockFolder> | undefined): Promise<void> {
  await database?.close();
  lock?.release();
}
