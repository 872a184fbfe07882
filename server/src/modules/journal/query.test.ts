import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Database } from '../../storage/database.ts';
import { onBothEngines, type TestDatabase } from '../../../test/support/database.ts';
import { callEntry } from '../../../test/support/journal.ts';
import { exportJournal, openWriter, queryJournal, type JournalFilter, type JournalRecord } from './index.ts';
import { PAGE_LIMIT } from './query.ts';

const COUNT = 2_345;
const origin = Date.parse('2026-08-31T15:59:59.000Z'); // over the end of a month in Shanghai

const place = ({ at, writer, epoch, sequence }: JournalRecord): string => [at, writer, String(epoch).padStart(9), String(sequence).padStart(9)].join(' ');

onBothEngines('The journal', (fresh) => {
  let held: TestDatabase;
  let database: Database;
  let all: JournalRecord[] = [];
  before(async () => {
    held = await fresh();
    database = held.database;
    let time = origin;
    const clock = { now: () => new Date(time) };
    const writers = [await openWriter(database, clock), await openWriter(database, clock)] as const;
    const written = Array.from({ length: COUNT }, (_, index) => {
      time = origin + Math.floor(index / 7); // several in one millisecond
      const entry = callEntry({
        requestId: `request-${index}`, productId: `p${index % 3}`, productCode: `code${index % 3}`, subjectId: `s${index % 2}`,
        result: index % 5 === 0 ? 'denied' : 'allowed', actor: `actor${index % 4}`,
      });
      return writers[index % 2 === 0 ? 0 : 1].record(entry);
    });
    await Promise.all(written);
    await writers[0].recordSystem({ event: 'node.start', actor: 'node', result: 'done' });
    await Promise.all(writers.map((writer) => writer.close()));
    all = await everything({});
  });
  after(() => held[Symbol.asyncDispose]());

  const everything = async (filter: JournalFilter): Promise<JournalRecord[]> => {
    const records: JournalRecord[] = [];
    for await (const page of exportJournal(database, filter)) {
      assert.ok(page.length <= 1_000);
      records.push(...page);
    }
    return records;
  };

  test('is exported whole, oldest first', () => {
    assert.equal(all.length, COUNT + 1);
    assert.deepEqual(all.map(place), all.map(place).toSorted());
    assert.equal(new Set(all.map(place)).size, COUNT + 1);
  });

  test('is read in pages, newest first, each record once', async () => {
    const read: JournalRecord[] = [];
    let cursor: string | undefined;
    do {
      const page = await queryJournal(database, {}, { limit: 499, cursor });
      read.push(...page.records);
      cursor = page.next;
    } while (cursor !== undefined);
    assert.deepEqual(read, all.toReversed());
  });

  test('is asked by each of its filters, alone and together', async () => {
    const from = new Date(origin + 50);
    const to = new Date(origin + 100);
    const cases: [JournalFilter, (record: JournalRecord) => boolean][] = [
      [{ productId: 'p1' }, (record) => record.productId === 'p1'],
      [{ productCode: 'code2' }, (record) => record.productCode === 'code2'],
      [{ subjectId: 's1' }, (record) => record.subjectId === 's1'],
      [{ result: 'denied' }, (record) => record.result === 'denied'],
      [{ requestId: 'request-77' }, (record) => record.requestId === 'request-77'],
      [{ stream: 'system' }, (record) => record.stream === 'system'],
      [{ actor: 'actor3' }, (record) => record.actor === 'actor3'],
      [{ from }, (record) => record.at >= from.toISOString()],
      [{ to }, (record) => record.at < to.toISOString()],
      [{ from, to, productId: 'p1', subjectId: 's1', result: 'allowed' }, (record) => record.at >= from.toISOString() && record.at < to.toISOString() && record.productId === 'p1' && record.subjectId === 's1' && record.result === 'allowed'],
      [{ actor: "' OR true --" }, () => false],
      [{ requestId: 'nul\0' }, () => false],
    ];
    for (const [filter, matches] of cases) {
      const expected = all.filter(matches);
      assert.deepEqual(await everything(filter), expected, JSON.stringify(filter));
      const page = await queryJournal(database, filter, { limit: PAGE_LIMIT });
      assert.deepEqual(page.records, expected.toReversed().slice(0, PAGE_LIMIT));
      assert.equal(page.next === undefined, expected.length <= PAGE_LIMIT);
    }
  });

  test('refuses a foreign cursor and a limit out of range', async () => {
    const forged = [['2026-13-01T00:00:00.000Z', all[0]?.writer, 1, 1], ['2026-02-31T00:00:00.000Z', all[0]?.writer, 1, 1], ['2026-01-01T00:00:00.000Z', 'x', 1, 1], ['2026-01-01T00:00:00.000Z', all[0]?.writer, 1], { at: 1 }, null];
    for (const cursor of ['', 'x', '%%%', ...forged.map((value) => Buffer.from(JSON.stringify(value)).toString('base64url'))]) {
      await assert.rejects(queryJournal(database, {}, { cursor }), { kind: 'invalid-parameter', code: 'journal.cursor.invalid' }, cursor);
    }
    for (const limit of [0, 501, 1.5, Number.NaN]) await assert.rejects(queryJournal(database, {}, { limit }), { code: 'journal.limit.range' });
  });
});
