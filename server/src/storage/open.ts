import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
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
 * folder is locked until `close`. Throws `storage.folder.locked`, `storage.schema.newer`, `storage.key.wrong`.
 */
export async function openStorage(settings: StorageSettings, onError: (error: Error, note: string) => void): Promise<Storage> {
  await mkdir(settings.folder, { recursive: true, mode: 0o700 });
  const lock = settings.databaseUrl === undefined ? lockFolder(settings.folder) : undefined;
  const lost = (error: Error): void => onError(error, 'database connection lost');
  let database: Database | undefined;
  try {
    database = settings.databaseUrl === undefined ? await openPglite(join(settings.folder, 'pg'), lost) : openPostgres(settings.databaseUrl, lost);
    await migrate(database);
    const key = await loadNodeKey(settings.folder, settings.nodeKey);
    await checkNodeKey(database, key);
    return { database, key, close: () => closeAll(database, lock) };
  } catch (error) {
    await closeAll(database, lock);
    throw error;
  }
}

async function closeAll(database: Database | undefined, lock: ReturnType<typeof lockFolder> | undefined): Promise<void> {
  await database?.close();
  lock?.release();
}
