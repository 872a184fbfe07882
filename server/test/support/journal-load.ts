/** A process to be killed: writes records without end and prints the request ID of each when it is acknowledged. */
import { writeSync } from 'node:fs';
import { systemClock } from '../../src/kernel/clock.ts';
import { ensurePartitions, openWriter } from '../../src/modules/journal/index.ts';
import { openPglite } from '../../src/storage/pglite.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
import { callEntry } from './journal.ts';

const CALLERS = 32;
const place = process.argv[2] ?? '';

const fail = (error: Error): void => {
  throw error;
};

const database = place.startsWith('postgres') ? openPostgres(place, fail) : await openPglite(place, fail);
await ensurePartitions(database, systemClock);
const writer = await openWriter(database, systemClock);

async function caller(): Promise<never> {
  for (;;) {
    const entry = callEntry();
    await writer.record(entry);
    writeSync(1, `${entry.requestId}\n`);
  }
}
await Promise.all(Array.from({ length: CALLERS }, caller));
