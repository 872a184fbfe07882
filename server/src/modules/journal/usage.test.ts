import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import fc from 'fast-check';
import type { Database } from '../../storage/database.ts';
import { onBothEngines, type TestDatabase } from '../../../test/support/database.ts';
import { callEntry } from '../../../test/support/journal.ts';
import { closeDays, exportJournal, usage, type CallResult, type JournalRecord, type UsageSum } from './index.ts';
import { addDays, dayOf, monthOf, startOfDay } from './months.ts';
import { recordOfCall, type RecordPlace } from './record.ts';
import { appendRecords, makePartitions } from './store.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const firstDay = '2026-08-28'; // the days run over the end of a month
const origin = startOfDay(firstDay).getTime();
const writers = ['5f7d3b52-9a8e-4b2e-8d45-0d3c6a6a1f10', '6f7d3b52-9a8e-4b2e-8d45-0d3c6a6a1f10'] as const;
const lastDay = addDays(firstDay, 30);
const timeAt = (time: number) => async () => new Date(time);

interface MadeCall {
  readonly begins: number;
  /** Milliseconds until the outcome; undefined where the node died, 'whole' where there is no intent. */
  readonly ends: number | 'whole' | undefined;
  readonly writer: 0 | 1;
  readonly requestId: string;
  readonly productId: string;
  readonly subjectId: string;
  readonly result: CallResult;
  readonly rows: number;
  readonly bytes: number;
  readonly durationUs: number;
}

const nearMidnight = fc.tuple(fc.nat(6), fc.constantFrom(0, 1, HOUR, DAY / 2, DAY - 2, DAY - 1)).map(([day, time]) => day * DAY + time);
const aCall: fc.Arbitrary<MadeCall> = fc.record({
  begins: fc.oneof(nearMidnight, fc.nat(7 * DAY)),
  ends: fc.constantFrom<MadeCall['ends']>('whole', 'whole', undefined, 0, 1, HOUR, DAY - 1, DAY, DAY + 1, 2 * DAY - 1, 2 * DAY, 2 * DAY + 1, 3 * DAY),
  writer: fc.constantFrom(0, 1),
  requestId: fc.constantFrom('same-id', 'other-id', 'third-id'), // callers may repeat theirs
  productId: fc.constantFrom('p1', 'p2'),
  subjectId: fc.constantFrom('s1', 's2', ''),
  result: fc.constantFrom('allowed', 'denied', 'failed', 'cut'),
  rows: fc.nat(1000),
  bytes: fc.nat(2 ** 40),
  durationUs: fc.constantFrom(0, 4_999_999, 5_000_000, 5_000_001, 60_000_000),
});

/** The records that writers would make of these calls, by time. */
function recordsOf(calls: readonly MadeCall[]): JournalRecord[] {
  const sequences = [0, 0];
  const place = (call: MadeCall, time: number) => {
    const sequence = (sequences[call.writer] ?? 0) + 1;
    sequences[call.writer] = sequence;
    return { at: new Date(origin + time).toISOString(), writer: writers[call.writer], epoch: 1 + call.writer, sequence };
  };
  const records = calls.flatMap((call) => {
    const { begins, ends, writer: _, ...fields } = call;
    if (ends === 'whole') return [recordOfCall(callEntry(fields), place(call, begins), undefined)];
    const intentPlace = place(call, begins);
    const intent = recordOfCall(callEntry({ ...fields, phase: 'intent', result: 'allowed', rows: 0, bytes: 0 }), intentPlace, undefined);
    if (ends === undefined) return [intent];
    const ended: RecordPlace = { ...intentPlace, durationUs: fields.durationUs };
    return [intent, recordOfCall(callEntry({ ...fields, phase: 'outcome', durationUs: 70_000_000 }), place(call, begins + ends), ended)];
  });
  return records.toSorted((a, b) => (a.at < b.at ? -1 : 1));
}

/** The rule of usage-store.ts, told over again without SQL. */
function naiveSums(records: readonly JournalRecord[]): UsageSum[] {
  const sums = new Map<string, UsageSum>();
  const add = (record: JournalRecord, result: string, counts: boolean): void => {
    const { productId, subjectId } = record;
    const day = dayOf(new Date(record.at));
    const key = [day, productId, subjectId, result].join('|');
    const sum = sums.get(key) ?? { day, productId, subjectId, result: result as CallResult, calls: 0, rows: 0, bytes: 0, withinTarget: 0 };
    const withinTarget = sum.withinTarget + (counts && record.responseUs <= 5_000_000 ? 1 : 0);
    sums.set(key, { ...sum, calls: sum.calls + (counts ? 1 : 0), rows: sum.rows + record.rows, bytes: sum.bytes + record.bytes, withinTarget });
  };
  const inTime = (intentAt: string, at: string): boolean => dayOf(new Date(at)) <= addDays(dayOf(new Date(intentAt)), 1);
  for (const record of records.filter(({ stream }) => stream === 'business')) {
    if (record.phase === 'whole') add(record, record.result, true);
    else if (record.phase === 'outcome') add(record, record.result, inTime(record.intentAt ?? '', record.at));
    else {
      const isItsOutcome = (other: JournalRecord): boolean =>
        other.phase === 'outcome' && other.writer === record.writer && other.intentEpoch === record.epoch && other.intentSequence === record.sequence && inTime(record.at, other.at);
      if (!records.some(isItsOutcome)) add(record, 'cut', true);
    }
  }
  return inOrder([...sums.values()]);
}

const keyOf = (sum: UsageSum): string => [sum.day, sum.productId, sum.subjectId, sum.result].join('|');
const inOrder = (sums: UsageSum[]): UsageSum[] => sums.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
const total = (sums: readonly UsageSum[]): number => sums.reduce((calls, sum) => calls + sum.calls, 0);

async function wholeJournal(database: Database): Promise<JournalRecord[]> {
  const records: JournalRecord[] = [];
  for await (const page of exportJournal(database, {})) records.push(...page);
  return records;
}

onBothEngines('Usage', (fresh) => {
  let place: TestDatabase;
  let database: Database;
  before(async () => {
    place = await fresh();
    database = place.database;
    await database.transaction((tx) => makePartitions(tx, [monthOf(new Date(origin)), monthOf(new Date(origin + 10 * DAY))]));
  });
  beforeEach(() => empty());
  after(() => place[Symbol.asyncDispose]());

  const empty = async (): Promise<void> => {
    await database.query('TRUNCATE journal, usage_days, usage_closed');
  };
  const whole = { limit: 10_000 };
  const all = (): Promise<UsageSum[]> => usage(database, { from: firstDay, to: lastDay }, whole);

  test('sums equal the journal at any time, whatever was closed, and count every call once', async () => {
    const times = fc.array(fc.record({ time: fc.nat(12 * DAY), close: fc.boolean() }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.array(aCall, { maxLength: 30 }), times, async (calls, steps) => {
        await empty();
        const records = recordsOf(calls);
        let written = 0;
        for (const { time, close } of [...steps.toSorted((a, b) => a.time - b.time), { time: 13 * DAY, close: true }]) {
          const now = new Date(origin + time).toISOString();
          const due = records.slice(written).filter((record) => record.at < now);
          await appendRecords(database, due);
          written += due.length;
          if (close) await closeDays(database, timeAt(origin + time));
          const sums = inOrder(await all());
          assert.deepEqual(sums, naiveSums(await wholeJournal(database)));
          assert.equal(total(sums), calls.filter((call) => call.begins < time).length);
        }
      }),
      { numRuns: 25 },
    );
  });

  test('days older than yesterday are closed once, by whomever', async () => {
    await appendRecords(database, recordsOf(fc.sample(aCall, 20).map((call, index) => ({ ...call, begins: index % 7 === 0 ? 0 : call.begins, ends: 'whole' }))));
    const now = timeAt(origin + 4 * DAY + 2 * HOUR); // 2 o'clock of the fifth day
    const closed = await Promise.all([closeDays(database, now), closeDays(database, now), closeDays(database, now)]);
    assert.deepEqual(closed.flat().toSorted(), [0, 1, 2].map((days) => addDays(firstDay, days)));
    const sums = await all();
    assert.deepEqual(await closeDays(database, now), []);
    assert.deepEqual(await all(), sums);
    assert.equal(total(sums), 20);
  });

  test('a day just over waits an hour for what is still on its way', async () => {
    await appendRecords(database, recordsOf(fc.sample(aCall, 1).map((call) => ({ ...call, begins: 0 }))));
    assert.deepEqual(await closeDays(database, timeAt(origin + 2 * DAY + HOUR - 1)), []);
    assert.deepEqual(await closeDays(database, timeAt(origin + 2 * DAY + HOUR)), [firstDay]);
  });

  test('is asked by product, subject and days', async () => {
    const calls = fc.sample(aCall, 40);
    await appendRecords(database, recordsOf(calls));
    await closeDays(database, timeAt(origin + 5 * DAY));
    const sums = await all();
    const question = { from: addDays(firstDay, 1), to: addDays(firstDay, 5), productId: 'p1', subjectId: 's2' };
    const expected = sums.filter(({ day, productId, subjectId }) => day >= question.from && day <= question.to && productId === 'p1' && subjectId === 's2');
    assert.deepEqual(await usage(database, question, whole), expected);
  });

  test('comes in pages, over closed days and open ones, each sum once', async () => {
    await appendRecords(database, recordsOf(fc.sample(aCall, 40)));
    await closeDays(database, timeAt(origin + 4 * DAY));
    const sums = await all();
    const paged: UsageSum[] = [];
    for (let page = await usage(database, { from: firstDay, to: lastDay }, { limit: 3 }); page.length > 0; page = await usage(database, { from: firstDay, to: lastDay }, { limit: 3, after: page.at(-1) })) paged.push(...page);
    assert.deepEqual(paged, sums);
    assert.ok(sums.length > 6);
  });

  test('is narrowed to what is of certain products, or of certain subjects', async () => {
    await appendRecords(database, recordsOf(fc.sample(aCall, 40)));
    await closeDays(database, timeAt(origin + 4 * DAY));
    const among = { products: ['p1'], subjects: ['s2'] };
    assert.deepEqual(await usage(database, { from: firstDay, to: lastDay, among }, whole), (await all()).filter(({ productId, subjectId }) => productId === 'p1' || subjectId === 's2'));
    assert.deepEqual(await usage(database, { from: firstDay, to: lastDay, among: { products: [], subjects: [] } }, whole), []);
  });

  test('refuses what is no day, days out of order and too many', async () => {
    for (const [from, to] of [['2026-02-30', '2026-03-01'], ['20260901', '20260902'], ['2026-09-02', '2026-09-01'], ['2000-01-01', '2026-01-01'], ["'; DROP TABLE journal", '2026-01-01']] as const) {
      await assert.rejects(usage(database, { from, to }, whole), { kind: 'invalid-parameter', code: 'journal.usage.days' });
    }
  });

  test('of a journal without records is empty', async () => {
    assert.deepEqual(await closeDays(database, timeAt(origin + 5 * DAY)), []);
    assert.deepEqual(await all(), []);
  });
});
