import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** No import takes longer. */
const LONGEST_IMPORT_MS = 86_400_000;

/** The folder for files on their way in; what a killed node left there a day ago is taken away. */
export async function incomingFolder(dataFolder: string): Promise<string> {
  const folder = join(dataFolder, 'incoming');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const name of await readdir(folder)) {
    const left = join(folder, name);
    const { mtimeMs } = await stat(left).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (Date.now() - mtimeMs > LONGEST_IMPORT_MS) await rm(left, { recursive: true, force: true });
  }
  return folder;
}
