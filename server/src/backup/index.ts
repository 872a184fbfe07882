import { access, open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { programVersion } from '../config/program.ts';
import { readSettings } from '../config/settings.ts';
import { DomainError } from '../kernel/errors.ts';
import { appliedMigrations } from '../storage/dump.ts';
import { checkMigrations } from '../storage/migrate.ts';
import type { StorageSettings } from '../storage/open.ts';
import { assertAlone } from '../storage/refill.ts';
import { checkPassphrase } from './container.ts';
import { dump, nothingToBackUp, type BackupProgress, type DumpSource } from './dump.ts';
import { checkBackup, keyOf, loadBackup, type BackupSummary } from './load.ts';
import { filesOf, findKey, KEY_FILE, keyFor, openPlace, stateFiles } from './place.ts';

export { checkBackup, checkPassphrase, dump, filesOf, type BackupProgress, type BackupSummary, type DumpSource };

interface Options {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly file: string;
  readonly passphrase: string;
  readonly progress?: BackupProgress;
}

/**
 * Backs up the node of these settings into a new file, without a running node: on PGlite the folder must be free
 * (`storage.folder.locked`; then ask the node itself, POST /api/v1/backup, and keep its answer by `keepBackup`), on
 * PostgreSQL nodes may run.
 */
export async function backup({ env, file, passphrase, progress }: Options): Promise<BackupSummary> {
  checkPassphrase(passphrase);
  const settings = await readSettings(env);
  if (settings.databaseUrl === undefined && !(await exists(join(settings.folder, 'pg')))) throw nothingToBackUp();
  await using place = await openPlace(settings);
  if ((await appliedMigrations(place.database)).length === 0) throw nothingToBackUp();
  const key = await keyFor(place.database, settings);
  const source: DumpSource = { database: place.database, key, program: await programVersion(), files: await filesOf(settings.folder) };
  return await keepBackup(dump(source, passphrase, progress), file, passphrase);
}

/**
 * Writes a back-up to a new file (mode 0600), reads it through, and only then gives it its name. Throws
 * `backup.file.exists`, and what `checkBackup` throws of one that did not arrive whole.
 */
export async function keepBackup(content: Readable | AsyncIterable<Uint8Array>, file: string, passphrase: string): Promise<BackupSummary> {
  if (await exists(file)) throw new DomainError('conflict', 'backup.file.exists', `文件 ${file} 已存在 (the file exists: choose another name)`);
  const draft = `${file}.part`;
  try {
    const handle = await open(draft, 'w', 0o600);
    try {
      await writeFile(handle, content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    const summary = await checkBackup(draft, passphrase);
    await rename(draft, file);
    return summary;
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/**
 * Makes the node of these settings the one of a back-up, on whichever engine. The file is read through before anything
 * is written, and all is written in one transaction. Throws what `checkBackup` throws; `restore.not-empty` where a node
 * lives already, unless `force` says that it may go; `restore.database.busy` and `storage.folder.locked` while one runs.
 */
export async function restore({ env, file, passphrase, progress = () => {}, force }: Options & { readonly force: boolean }): Promise<BackupSummary> {
  const settings = await readSettings(env);
  const summary = await checkBackup(file, passphrase);
  await using place = await openPlace(settings);
  await assertAlone(place.database);
  await assertFree(place.database, settings, force);
  const key = keyOf(summary.opening);
  if (settings.nodeKey !== undefined && (await findKey(settings))?.toText() !== key.toText()) {
    throw new DomainError('conflict', 'restore.key', 'LINGQU_NODE_KEY 与备份中的节点密钥不同，请去掉或改为备份的密钥 (LINGQU_NODE_KEY differs from the back-up’s node key: unset it)');
  }
  const draft = join(settings.folder, `${KEY_FILE}.restoring`);
  await loadBackup(place.database, file, passphrase, progress, () => writeFile(draft, `${key.toText()}\n`, { mode: 0o600 }));
  await (settings.nodeKey === undefined ? rename(draft, join(settings.folder, KEY_FILE)) : rm(draft));
  await restoreFiles(settings.folder, summary.opening.files);
  return summary;
}

async function assertFree(database: Parameters<typeof appliedMigrations>[0], settings: StorageSettings, force: boolean): Promise<void> {
  const applied = await appliedMigrations(database);
  await checkMigrations(applied); // what a newer program made, this one cannot take away
  if (force) return;
  if (applied.length === 0 && !(await exists(join(settings.folder, KEY_FILE)))) return;
  throw new DomainError('conflict', 'restore.not-empty', '目标不是空的：其中已有节点，恢复会替换它的全部数据；确要替换请用 --force (the target holds a node already: --force replaces all of it)');
}

async function restoreFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const name of stateFiles) {
    const text = files[name];
    await rm(join(folder, name), { force: true });
    if (text !== undefined) await writeFile(join(folder, name), text, { mode: 0o600 });
  }
}

const exists = (path: string): Promise<boolean> => access(path).then(() => true, () => false);
