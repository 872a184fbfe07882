import { setTimeout as pause } from 'node:timers/promises';
import { runSql } from './sql.ts';

/** Connections to the source that still hold a transaction, once there were none or after `patienceMs`. */
export async function heldConnections(source: string, patienceMs = 2_000): Promise<number> {
  const name = new URL(source).pathname.slice(1);
  const until = performance.now() + patienceMs;
  for (;;) {
    const [row] = await runSql<{ held: string }>(source, `SELECT count(*) AS held FROM pg_stat_activity WHERE datname = '${name}' AND state LIKE 'idle in transaction%'`);
    const held = Number(row?.held ?? 0);
    if (held === 0 || performance.now() > until) return held;
    await pause(50);
  }
}
