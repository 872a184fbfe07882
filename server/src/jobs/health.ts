import { checkNextSource, type OnSourceState, type SourceConnections } from '../modules/resources/index.ts';
import type { Database } from '../storage/database.ts';

const EVERY_MS = 10_000;
/** How long what is known of a source is believed. */
const FRESH_SECONDS = 60;

/** Looks once a minute at each source that live products read from (SEA-6.4); answers how to stop. */
export function startHealth(database: Database, connections: SourceConnections, onState: OnSourceState, onError: (error: unknown) => void): { stop(): Promise<void> } {
  let stopped = false;
  let round = Promise.resolve();
  const run = async (): Promise<void> => {
    try {
      while (!stopped && (await checkNextSource(database, connections, FRESH_SECONDS, onState)));
    } catch (error) {
      onError(error);
    }
  };
  const timer = setInterval(() => {
    round = round.then(run);
  }, EVERY_MS);
  return {
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      await round;
    },
  };
}
