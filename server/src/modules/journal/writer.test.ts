import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import fc from 'fast-check';
import { systemClock } from '../../kernel/clock.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { Database } from '../../storage/database.ts';
import { onBothEngines, type TestDatabase } from '../../../test/support/database.ts';
import { callEntry } from '../../../test/support/journal.ts';
import { ensurePartitions, openWriter, type JournalRecord } from './index.ts';
import { digestOf } from './record.ts';
import { journalSelection, recordOfRow, type StoredRecord } from './record.ts';

const written = async (database: Database, writer: string): Promise<JournalRecord[]> =>
  (await database.query<StoredRecord>(`SELECT ${journalSelection} FROM journal WHERE writer = $1 ORDER BY epoch, sequence`, [writer])).map(recordOfRow);

/** The code of a refusal; all refusals of the writer are `busy`. */
const codeOf = (reason: unknown): string | undefined => (reason instanceof DomainError && reason.kind === 'busy' ? reason.code : undefined);

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

onBothEngines('The journal writer', (fresh) => {
  let place: TestDatabase;
  let database: Database;
  before(async () => {
    place = await fresh();
    database = place.database;
  });
  beforeEach(() => ensurePartitions(database, systemClock));
  after(() => place[Symbol.asyncDispose]());

  test('a record is committed when its promise resolves', async () => {
    const writer = await openWriter(database, systemClock);
    const entry = callEntry();
    await writer.record(entry);
    const [record] = await written(database, writer.writer);
    assert.ok(record);
    const { phase, event, requestId, actor, productVersion, result, rows, bytes, durationUs, responseUs, intentAt, details } = record;
    assert.deepEqual({ ...entry, phase, event, requestId, actor, productVersion, result, rows, bytes, durationUs, details }, entry);
    assert.deepEqual({ responseUs, intentAt }, { responseUs: entry.durationUs, intentAt: null });
    await writer.close();
  });

  test('many calls share a commit, each record once, in sequence from 1 without gaps, noted at the end', async () => {
    const writer = await openWriter(database, systemClock, { batch: 7 });
    const asked = Array.from({ length: 100 }, () => callEntry());
    await Promise.all(asked.map((entry) => writer.record(entry)));
    assert.equal(writer.waiting, 0);
    await writer.close();
    const records = await written(database, writer.writer);
    assert.deepEqual(records.map((record) => record.sequence), numbers(100));
    assert.deepEqual(records.map((record) => record.requestId), asked.map((entry) => entry.requestId));
    const [note] = await database.query<{ sequence: number; closed: boolean }>('SELECT sequence, closed_at IS NOT NULL AS closed FROM journal_writers WHERE writer = $1', [writer.writer]);
    assert.deepEqual(note, { sequence: 100, closed: true });
    await assert.rejects(writer.record(callEntry()), { kind: 'busy', code: 'journal.closed' });
  });

  test('every start has a writer of its own and a greater epoch', async () => {
    const writers = await Promise.all([1, 2, 3, 4].map(() => openWriter(database, systemClock)));
    const rows = await database.query<{ epoch: number }>('SELECT epoch FROM journal_writers ORDER BY started_at, epoch');
    assert.equal(new Set(rows.map((row) => row.epoch)).size, rows.length);
    assert.equal(new Set(writers.map((writer) => writer.writer)).size, 4);
    const latest = await openWriter(database, systemClock);
    const [last] = await database.query<{ writer: string }>('SELECT writer FROM journal_writers ORDER BY epoch DESC LIMIT 1');
    assert.equal(last?.writer, latest.writer);
    await Promise.all([...writers, latest].map((writer) => writer.close()));
  });

  test('the digest can be computed again from the stored row, whatever the texts', async () => {
    const writer = await openWriter(database, systemClock);
    const anyText = fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\0', '\ud800', '\t', '\n', '\r', '\\', '\\N', '\\.', '"', '\u0001', '\u2028', '😀', '潮汐'))).map((parts) => parts.join(''));
    const entries = fc.sample(fc.record({ actor: anyText, details: anyText, requestId: anyText, rows: fc.maxSafeNat(), bytes: fc.maxSafeNat(), durationUs: fc.double({ min: 0, max: 2 ** 52, noNaN: true }) }), 200);
    await Promise.all(entries.map((entry) => writer.record(callEntry(entry))));
    await writer.close();
    const records = await written(database, writer.writer);
    assert.equal(records.length, 200);
    for (const record of records) assert.equal(digestOf(record), record.digest);
    assert.deepEqual(records.map((record) => record.details), entries.map((entry) => entry.details.slice(0, 8_192).replaceAll('\0', '\uFFFD').toWellFormed()));
  });

  test('an outcome names its intent and keeps its time to the first byte; one without an intent is refused', async () => {
    const writer = await openWriter(database, systemClock);
    const call = callEntry({ phase: 'intent', rows: 0, bytes: 0, durationUs: 1_500 });
    const twin = { ...call, durationUs: 1_600 }; // a caller's own request ID may stand for two calls
    const [intent, other] = await Promise.all([writer.record(call), writer.record(twin)]);
    await writer.record({ ...twin, phase: 'outcome', durationUs: 90_000_000 }, other);
    await writer.record({ ...call, phase: 'outcome', result: 'cut', durationUs: 91_000_000 }, intent);
    await assert.rejects(writer.record({ ...call, phase: 'outcome' }), { code: 'journal.outcome.without-intent' });
    await writer.close();
    const [first, second, ...outcomes] = await written(database, writer.writer);
    assert.deepEqual(
      outcomes.map(({ intentAt, intentEpoch, intentSequence, responseUs, durationUs }) => ({ intentAt, intentEpoch, intentSequence, responseUs, durationUs })),
      [
        { intentAt: second?.at, intentEpoch: first?.epoch, intentSequence: 2, responseUs: 1_600, durationUs: 90_000_000 },
        { intentAt: first?.at, intentEpoch: first?.epoch, intentSequence: 1, responseUs: 1_500, durationUs: 91_000_000 },
      ],
    );
  });

  test('a wrong number is refused alone; those beside it are written', async () => {
    const writer = await openWriter(database, systemClock);
    const results = await Promise.allSettled([writer.record(callEntry()), writer.record(callEntry({ rows: -1 })), writer.record(callEntry())]);
    assert.deepEqual(results.map((result) => result.status), ['fulfilled', 'rejected', 'fulfilled']);
    await writer.close();
    assert.equal((await written(database, writer.writer)).length, 2);
  });

  test('more than the bound is refused, and what waited is written', async () => {
    const writer = await openWriter(database, systemClock, { waiting: 10 });
    const results = await Promise.allSettled(Array.from({ length: 15 }, () => writer.record(callEntry())));
    assert.equal(results.filter((result) => result.status === 'fulfilled').length, 10);
    const [refused] = results.filter((result) => result.status === 'rejected');
    assert.equal(codeOf(refused?.reason), 'journal.full');
    await writer.close();
    assert.deepEqual((await written(database, writer.writer)).map((record) => record.sequence), numbers(10));
  });

  test('a record whose partition is missing makes it', async () => {
    const later = { now: () => new Date('2031-05-31T16:00:00.000Z') }; // 1 June in Shanghai
    const writer = await openWriter(database, later);
    await writer.record(callEntry());
    await writer.close();
    const [row] = await database.query<{ partition: string }>('SELECT tableoid::regclass::text AS partition FROM journal WHERE writer = $1', [writer.writer]);
    assert.equal(row?.partition, 'journal_2031_06');
  });

  test('while the journal cannot be written, all are refused; then a new epoch begins at 1', async () => {
    const writer = await openWriter(database, systemClock, { pauses: [1, 1], batch: 2 });
    await writer.record(callEntry());
    await database.query('ALTER TABLE journal RENAME TO journal_away');
    const lost = Array.from({ length: 5 }, () => callEntry({ phase: 'intent' }));
    const results = await Promise.allSettled(lost.map((entry) => writer.record(entry)));
    await database.query('ALTER TABLE journal_away RENAME TO journal');
    for (const result of results) {
      assert.equal(result.status, 'rejected');
      assert.equal(codeOf(result.reason), 'journal.unavailable');
    }
    assert.equal(writer.waiting, 0);
    const [intent] = lost;
    assert.ok(intent);
    await assert.rejects(writer.record({ ...intent, phase: 'outcome' }), { code: 'journal.outcome.without-intent' });
    await Promise.all([writer.record(callEntry()), writer.record(callEntry())]);
    await writer.close();
    const records = await written(database, writer.writer);
    assert.deepEqual(records.map((record) => record.sequence), [1, 1, 2]);
    assert.ok((records[1]?.epoch ?? 0) > (records[0]?.epoch ?? 0));
  });
});
