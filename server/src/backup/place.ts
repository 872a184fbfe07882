import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError } from '../kernel/errors.ts';
import type { Database, Queryable } from '../storage/database.ts';
import { lockFolder } from '../storage/lock.ts';
import { NodeKey } from '../storage/node-key.ts';
import { readNodeValue } from '../storage/node-values.ts';
import type { StorageSettings } from '../storage/open.ts';
import { openPglite } from '../storage/pglite.ts';
import { openPostgres } from '../storage/postgres.ts';

export const KEY_FILE = 'node.key';
/** What of the data folder goes into a back-up beside the key. */
export const stateFiles = ['sample.json'] as const;

export interface Place extends AsyncDisposable {
  readonly database: Database;
}

/**
 * The node's database as it is: nothing is migrated or made. On PGlite the folder is locked, so that no node runs on it;
 * throws `storage.folder.locked`.
 */
export async function openPlace({ folder, databaseUrl }: StorageSettings): Promise<Place> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const lock = databaseUrl === undefined ? lockFolder(folder) : undefined;
  try {
    // Errors of a connection reach the query that uses it.
    const database = databaseUrl === undefined ? await openPglite(join(folder, 'pg'), () => {}) : openPostgres(databaseUrl, () => {}, 1);
    return {
      database,
      [Symbol.asyncDispose]: async () => {
        await database.close();
        lock?.release();
      },
    };
  } catch (error) {
    lock?.release();
    throw error;
  }
}

/** Undefined where there is neither LINGQU_NODE_KEY nor a file. */
export async function findKey({ folder, nodeKey }: StorageSettings): Promise<NodeKey | undefined> {
  const text = nodeKey ?? (await readText(join(folder, KEY_FILE)))?.trim();
  return text === undefined ? undefined : new NodeKey(Buffer.from(text, 'base64url'));
}

/** The key that opens the database's secrets; throws `backup.key.missing`, `storage.key.wrong`. */
export async function keyFor(on: Queryable, settings: StorageSettings): Promise<NodeKey> {
  const key = await findKey(settings);
  if (key === undefined) throw new DomainError('not-found', 'backup.key.missing', `数据目录中没有 ${KEY_FILE}，也未给出 LINGQU_NODE_KEY (the node key is missing)`);
  const check = await readNodeValue(on, 'key_check');
  if (check !== undefined && check !== key.checkValue()) throw new DomainError('conflict', 'storage.key.wrong', '节点密钥与数据库不符 (this node key does not fit the database)');
  return key;
}

export async function filesOf(folder: string): Promise<Record<string, string>> {
  const found = await Promise.all(stateFiles.map(async (name) => [name, await readText(join(folder, name))] as const));
  return Object.fromEntries(found.filter((entry): entry is readonly [(typeof stateFiles)[number], string] => entry[1] !== undefined));
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
