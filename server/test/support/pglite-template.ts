import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { migrate } from '../../src/storage/migrate.ts';
import { openPglite } from '../../src/storage/pglite.ts';

const migrations = path.resolve(import.meta.dirname, '../../src/storage/migrations');

/**
 * Copies a new, migrated embedded database to `folder`. Making one takes seconds, so that one is kept for each state of
 * the migrations, in the system's temporary folder.
 */
export async function copyTemplate(folder: string): Promise<void> {
  const template = path.join(tmpdir(), `lingqu-template-${await stateOfMigrations()}`);
  if (!(await exists(template))) await makeTemplate(template);
  await mkdir(path.dirname(folder), { recursive: true, mode: 0o700 });
  await cp(template, folder, { recursive: true });
}

async function makeTemplate(template: string): Promise<void> {
  const draft = await mkdtemp(`${template}-`);
  const database = await openPglite(path.join(draft, 'pg'), (error) => {
    throw error;
  });
  await migrate(database);
  await database.close();
  try {
    await rename(path.join(draft, 'pg'), template);
  } catch (error) {
    if (!(await exists(template))) throw error; // another test process was quicker
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

const exists = (folder: string): Promise<boolean> => readdir(folder).then((names) => names.length > 0, () => false);

async function stateOfMigrations(): Promise<string> {
  const hash = createHash('sha256');
  const pglite = path.dirname(createRequire(import.meta.url).resolve('@electric-sql/pglite'));
  hash.update(await readFile(path.join(pglite, '../package.json')));
  for (const name of (await readdir(migrations)).toSorted()) hash.update(name).update(await readFile(path.join(migrations, name)));
  return hash.digest('hex').slice(0, 16);
}
