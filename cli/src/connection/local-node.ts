import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** A node that runs on this machine, as its data folder tells. */
export interface LocalNode {
  readonly folder: string;
  readonly management: string;
  readonly data: string | null;
  /** The operator token; undefined where it is switched off. */
  readonly token: string | undefined;
}

/** The running node of a data folder; undefined where none runs, or this user may not read what it left. */
export async function localNode(dataFolder: string): Promise<LocalNode | undefined> {
  const folder = resolve(dataFolder);
  const told = await readIfThere(join(folder, 'node.json'));
  if (told === undefined) return undefined;
  const { management, data, pid } = parse(told);
  // A node that was killed leaves its file behind.
  if (typeof management !== 'string' || typeof pid !== 'number' || !isAlive(pid)) return undefined;
  const token = (await readIfThere(join(folder, 'operator.token')))?.trim();
  return { folder, management, data: typeof data === 'string' ? data : null, token: token === '' ? undefined : token };
}

const readIfThere = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined);

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
