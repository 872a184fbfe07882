import type { Clock } from '../kernel/clock.ts';
import { sweepIdentity } from '../modules/identity/index.ts';
import { closeDays, dropExpired, ensurePartitions } from '../modules/journal/index.ts';
import { sweepQuotas } from '../modules/quotas/index.ts';
import { sweepDeliveries } from '../modules/webhooks/index.ts';
import type { Database } from '../storage/database.ts';
import type { ClockWatch } from './clock-watch.ts';

const HOUR_MS = 3_600_000;

export interface Upkeep {
  stop(): Promise<void>;
}

/**
 * What the node does by itself every hour: looks at its clock, makes the journal's next partition, closes the usage of
 * past days, drops what is older than the retention, and forgets ended sessions, notices, and the counts of holders that
 * are gone. Each step may run on several replicas at once, and one that fails keeps no other from running.
 */
export function startUpkeep(database: Database, clock: Clock, retentionDays: number, clocks: ClockWatch, onError: (step: string, error: unknown) => void): Upkeep {
  const steps: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['clock', () => clocks.look()],
    ['partitions', () => ensurePartitions(database, clock)],
    ['usage', () => closeDays(database)],
    ['retention', () => dropExpired(database, retentionDays)],
    ['sessions', () => sweepIdentity(database, clock)],
    ['quotas', () => sweepQuotas(database)],
    ['notices', () => sweepDeliveries(database)],
  ];
  const run = async (): Promise<void> => {
    for (const [step, work] of steps) await work().catch((error: unknown) => onError(step, error));
  };
  let running = run();
  const timer = setInterval(() => {
    running = running.then(run);
  }, HOUR_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
