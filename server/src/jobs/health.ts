import { checkNextSource, type OnSourceState, type SourceConnections } from '../modules/resources/index.ts';
import type { Database } from '../storage/database.ts';
import { startRounds, type Rounds } from './rounds.ts';

const EVERY_MS = 10_000;
/** How long what is known of a source is believed. */
const FRESH_SECONDS = 60;

/** Looks once a minute at each source that live products read from (SEA-6.4). */
export const startHealth = (database: Database, connections: SourceConnections, onState: OnSourceState, onError: (error: unknown) => void): Rounds =>
  startRounds(EVERY_MS, () => checkNextSource(database, connections, FRESH_SECONDS, onState), onError);
