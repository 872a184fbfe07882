import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { migrate } from '../../storage/migrate.ts';
import type { Database } from '../../storage/database.ts';
import { openPglite } from '../../storage/pglite.ts';
import { freshPostgres } from '../../../test/support/database.ts';
import { needs } from '../../../test/support/services.ts';

const load = new URL('../../../test/support/journal-load.ts', import.meta.url).pathname;
const KILLS = 3;

const fail = (error: Error): void => {
  throw error;
};

/** Lets a process write until it has acknowledged so many records, then kills it; what it acknowledged. */
async function killUnderLoad(place: string, count: number): Promise<string[]> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', load, place], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    if (printed.length > count * 37) child.kill('SIGKILL');
  });
  const [[, signal]] = await Promise.all([exit, once(child.stdout, 'end')]);
  assert.equal(signal, 'SIGKILL');
  return printed.split('\n').slice(0, -1);
}

interface Writing {
  readonly writer: string;
  readonly first: number;
  readonly last: number;
  readonly records: number;
}

/** Every acknowledged record is there once, and no writer's sequence has a gap. */
async function check(database: Database, acknowledged: readonly string[]): Promise<void> {
  const rows = await database.query<{ id: string; times: number }>("SELECT request_id AS id, count(*) AS times FROM journal WHERE stream = 'business' GROUP BY 1");
  const times = new Map(rows.map((row) => [row.id, row.times]));
  for (const id of acknowledged) assert.equal(times.get(id), 1, id);
  assert.ok(rows.every((row) => row.times === 1));
  const writings = await database.query<Writing>("SELECT writer, min(sequence) AS first, max(sequence) AS last, count(*) AS records FROM journal WHERE stream = 'business' GROUP BY 1");
  for (const { first, last, records } of writings) assert.deepEqual({ first, records }, { first: 1, records: last });
}

describe('A node killed under load has every acknowledged record in the journal once', () => {
  test('on PGlite', { timeout: 180_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lingqu-test-'));
    const place = join(folder, 'pg');
    const first = await openPglite(place, fail);
    await migrate(first);
    await first.close();
    const acknowledged: string[] = [];
    for (let kill = 1; kill <= KILLS; kill += 1) acknowledged.push(...(await killUnderLoad(place, 200 * kill)));
    const database = await openPglite(place, fail);
    await check(database, acknowledged);
    await database.close();
    await rm(folder, { recursive: true });
  });

  test('on PostgreSQL', { ...needs('postgres'), timeout: 180_000 }, async () => {
    await using place = await freshPostgres();
    const acknowledged: string[] = [];
    for (let kill = 1; kill <= KILLS; kill += 1) acknowledged.push(...(await killUnderLoad(place.url ?? '', 500 * kill)));
    await check(place.database, acknowledged);
  });
});
