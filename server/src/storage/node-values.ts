import type { Queryable } from './database.ts';

/** What the node keeps of itself under a name: few, small texts. */
export async function readNodeValue(on: Queryable, key: string): Promise<string | undefined> {
  const [row] = await on.query<{ value: string }>('SELECT value FROM node WHERE key = $1', [key]);
  return row?.value;
}

export async function writeNodeValue(on: Queryable, key: string, value: string): Promise<void> {
  await on.query('INSERT INTO node (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value', [key, value]);
}
