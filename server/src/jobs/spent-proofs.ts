import type { Clock } from '../kernel/clock.ts';
import { forgetSpent } from '../modules/identity/index.ts';
import type { Database } from '../storage/database.ts';
import { startRounds, type Rounds } from './rounds.ts';

const EVERY_MS = 60_000;

/** Forgets spent signatures soon after their window: whoever holds a signing key adds one with every call. */
export const startForgetting = (database: Database, clock: Clock, onError: (error: unknown) => void): Rounds =>
  startRounds(EVERY_MS, async () => {
    await forgetSpent(database, clock.now());
    return false;
  }, onError);
