import type { Queryable, Transaction } from './database.ts';

/** Every change that a running call must feel raises the revision in its own transaction. */
export async function raiseRevision(tx: Transaction): Promise<void> {
  await tx.query('UPDATE revision SET value = value + 1');
}

export async function currentRevision(on: Queryable): Promise<number> {
  const [row] = await on.query<{ value: number }>('SELECT value FROM revision');
  return row?.value ?? 0;
}
