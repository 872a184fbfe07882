import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ListenerSettings } from './settings.ts';

/** Where commands on the node's own machine find it. */
const NODE_FILE = 'node.json';

/**
 * Writes into the data folder where the running node listens (mode 0600), in place of what an earlier one left. It is
 * written under another name first, so that a reader never sees half of it.
 */
export async function writeNodeFile(folder: string, listeners: readonly ListenerSettings[], urls: Readonly<Record<string, string>>): Promise<void> {
  const urlOf = (serves: ListenerSettings['serves']): string | null => {
    const name = listeners.find((listener) => listener.serves === serves)?.name;
    return name === undefined ? null : (urls[name] ?? null);
  };
  const draft = join(folder, `${NODE_FILE}.${process.pid}`);
  await writeFile(draft, `${JSON.stringify({ management: urlOf('management'), data: urlOf('data'), pid: process.pid })}\n`, { mode: 0o600 });
  await rename(draft, join(folder, NODE_FILE));
}

/** Takes it away when the node stops. */
export const removeNodeFile = (folder: string): Promise<void> => rm(join(folder, NODE_FILE), { force: true });
