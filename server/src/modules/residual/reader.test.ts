import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DomainError, type ErrorKind } from '../../kernel/errors.ts';
import type { OrderTerm } from '../policy/index.ts';
import { countOf, type ReadPlan, type ReadWish, type RowBatch, type TableReader } from '../resources/index.ts';
import { residualReader, type Row, type RowScanner, type ScanRequest } from './index.ts';

const never = new AbortController().signal;

const plan = (changes: Partial<ReadPlan> = {}): ReadPlan => ({
  table: { schema: '', name: 't' },
  columns: [{ name: 'n', column: 'n', columnType: 'integer', mask: null, form: 'number' }],
  natives: {},
  types: { n: 'integer', hidden: 'text' },
  where: { op: 'all', of: [] },
  inputs: {},
  order: [{ column: 'n', direction: 'asc' }],
  offset: 0,
  limit: 1_000_000,
  whole: true,
  maskKey: Buffer.alloc(32),
  ...changes,
});

interface Watched extends RowScanner {
  readonly requests: ScanRequest[];
  given: number;
  /** Resolves when the scan is let go. */
  readonly left: Promise<void>;
}

/** Hands over `rows`, `batch` a time, and remembers what became of it. */
function scannerOf(rows: Iterable<Row>, { batch = 100, ordered = true }: { batch?: number; ordered?: boolean } = {}): Watched {
  const { promise: left, resolve } = Promise.withResolvers<void>();
  return {
    timeZone: 'Asia/Shanghai',
    requests: [],
    given: 0,
    left,
    ordered: () => ordered,
    async *scan(request, signal) {
      this.requests.push(request);
      signal.addEventListener('abort', () => resolve());
      let some: Row[] = [];
      for (const row of rows) {
        some.push(row);
        this.given += 1;
        if (some.length < batch) continue;
        yield some;
        some = [];
      }
      yield some;
    },
  };
}

function* numbers(count: number): Generator<Row> {
  for (let n = 0; n < count; n += 1) yield [String(n)];
}

async function rowsOf(reader: TableReader, asked: ReadPlan): Promise<{ rows: string[]; counted: number | undefined }> {
  const stream = await reader.openStream(asked, 'cells', never);
  const rows: string[] = [];
  for await (const batch of stream.batches) if (batch.kind === 'cells') rows.push(...batch.rows.map(([cell]) => cell ?? ''));
  return { rows, counted: stream.rows };
}

const failsWith = (kind: ErrorKind, cause?: RegExp) => (error: unknown): boolean => {
  assert.ok(error instanceof DomainError, String(error));
  assert.equal(error.kind, kind);
  if (cause !== undefined) assert.match(String(error.cause), cause);
  return true;
};

describe('rows in the source\'s own order', () => {
  it('stream to their end, whose number only the end tells', async () => {
    const { rows, counted } = await rowsOf(residualReader(scannerOf(numbers(5_000))), plan());
    assert.deepEqual([rows.length, rows[4_999], counted], [5_000, '4999', undefined]);
  });

  it('are counted where they are few', async () => {
    assert.equal((await rowsOf(residualReader(scannerOf(numbers(900))), plan())).counted, 900);
  });

  it('are read no further than a page needs, and the scan is let go', async () => {
    const scanner = scannerOf(numbers(1_000_000));
    const batch = await residualReader(scanner).readPage(plan({ offset: 150, limit: 20, whole: false }), 'json', 1e6, never);
    assert.equal(batch?.kind === 'json' && batch.text.startsWith('{"n":150},{"n":151}') ? batch.count : 0, 20);
    assert.equal(scanner.given, 200);
    await scanner.left;
  });

  it('fill pages longer than what is read ahead of a stream', async () => {
    const batch = await residualReader(scannerOf(numbers(9_000))).readPage(plan({ limit: 5_000, whole: false }), 'cells', 1e6, never);
    assert.equal(batch === undefined ? 0 : countOf(batch), 5_000);
  });

  it('beyond the cap are refused at the begin where that is seen, else cut, never passed off as whole', async () => {
    await assert.rejects(residualReader(scannerOf(numbers(501))).openStream(plan({ limit: 500 }), 'json', never), failsWith('result-too-large'));
    assert.equal((await rowsOf(residualReader(scannerOf(numbers(3_000))), plan({ limit: 3_000 }))).rows.length, 3_000);
    await assert.rejects(rowsOf(residualReader(scannerOf(numbers(3_001))), plan({ limit: 3_000 })), failsWith('result-too-large'));
  });

  it('that are not in it are an error', async () => {
    await assert.rejects(rowsOf(residualReader(scannerOf([['2'], ['1']])), plan()), failsWith('internal', /order/));
  });
});

describe('rows that are sorted here', () => {
  const shuffled = function* (count: number): Generator<Row> {
    for (let n = 0; n < count; n += 1) yield [String((n * 7919) % count)];
  };
  const order: readonly OrderTerm[] = [{ column: 'n', direction: 'desc' }];

  it('keep in memory only what a page is about', async () => {
    const batch = await residualReader(scannerOf(shuffled(600_000), { ordered: false, batch: 5_000 })).readPage(plan({ order, offset: 10, limit: 3, whole: false }), 'cells', 1e6, never);
    assert.deepEqual(batch, { kind: 'cells', rows: [['599989'], ['599988'], ['599987']] });
  });

  it('are refused beyond a bound of rows, and beyond one of characters', async () => {
    const reader = residualReader(scannerOf(shuffled(200_002), { ordered: false, batch: 5_000 }));
    await assert.rejects(reader.openStream(plan(), 'json', never), failsWith('result-too-large'));
    const wide = function* (): Generator<Row> {
      for (let n = 0; n < 200; n += 1) yield [String(n), 'x'.repeat(200_000)];
    };
    const where = { op: 'contains', column: 'hidden', text: 'x' } as const;
    await assert.rejects(residualReader(scannerOf(wide(), { ordered: false, batch: 10 })).openStream(plan({ where }), 'json', never), failsWith('result-too-large'));
  });

  it('of many calls at a time are bounded together, and given back', async () => {
    const rows: Row[] = Array.from({ length: 100 }, (_, n) => [String(n), 'x'.repeat(300_000)]);
    const reader = residualReader(scannerOf(rows, { ordered: false, batch: 10 }));
    const where = { op: 'contains', column: 'hidden', text: 'x' } as const;
    const streams = await Promise.all(Array.from({ length: 4 }, () => reader.openStream(plan({ where }), 'json', never)));
    await assert.rejects(reader.openStream(plan({ where }), 'json', never), failsWith('busy'));
    for (const stream of streams) stream.cancel();
    assert.equal((await rowsOf(reader, plan({ where }))).rows.length, 100);
  });
});

describe('rows and their number', () => {
  const wish = { shape: 'cells', rows: 1_000, bytes: 1e6, counted: true } as const;
  const read = async (scanner: RowScanner, asked: ReadPlan, changes: Partial<ReadWish> = {}): Promise<{ whole: boolean; rows: string[]; total: number | undefined }> => {
    const reading = await residualReader(scanner).read(asked, { ...wish, ...changes }, never);
    const batches: RowBatch[] = 'batch' in reading ? [reading.batch] : await Array.fromAsync(reading.stream.batches);
    return { whole: 'batch' in reading, rows: batches.flatMap((batch) => (batch.kind === 'cells' ? batch.rows.map(([cell]) => cell ?? '') : [])), total: reading.total };
  };
  const page = plan({ offset: 150, limit: 20, whole: false });

  for (const ordered of [true, false]) {
    const scanner = (rows: number): Watched => scannerOf(numbers(rows), { ordered });
    const titled = ordered ? 'in order' : 'in no order';

    it(`come from one scan, ${titled}`, async () => {
      const watched = scanner(5_000);
      const { whole, rows, total } = await read(watched, page);
      assert.deepEqual([whole, rows.length, rows[0], rows[19], total, watched.requests.length], [true, 20, '150', '169', 5_000, 1]);
    });

    it(`come from one scan where the page is too large for one piece, ${titled}`, async () => {
      const watched = scanner(5_000);
      const { whole, rows, total } = await read(watched, page, { bytes: 10 });
      assert.deepEqual([whole, rows.length, rows[0], total, watched.requests.length], [false, 20, '150', 5_000, 1]);
    });

    it(`of a whole answer that is large stream from where the one scan has come to, ${titled}`, async () => {
      const watched = scanner(5_000);
      const { whole, rows } = await read(watched, plan(), { counted: false });
      assert.deepEqual([whole, rows.length, rows[4_999], watched.requests.length], [false, 5_000, '4999', 1]);
      assert.deepEqual((await read(scanner(1_000), plan(), { counted: false })).whole, true);
      await assert.rejects(read(scanner(501), plan({ limit: 500 }), { counted: false }), failsWith('result-too-large'));
      assert.equal((await read(scanner(500), plan({ limit: 500 }), { counted: false })).rows.length, 500);
    });
  }

  it('are not counted where nobody asked', async () => {
    const watched = scannerOf(numbers(1_000_000));
    assert.deepEqual([(await read(watched, page, { counted: false })).total, watched.given], [undefined, 200]);
  });
});

describe('what a scanner is asked', () => {
  it('is each column once, the inputs, and what every row must fulfil; all is checked again', async () => {
    const scanner = scannerOf([['1', 'a'], ['2', 'A'], ['3', null]]);
    const eq = { op: 'eq', column: 'hidden', value: { type: 'text', text: 'a' } } as const;
    const asked = plan({ where: { op: 'all', of: [eq, { op: 'any', of: [eq] }] }, inputs: { city: { type: 'text', text: '深圳' } } });
    assert.deepEqual((await rowsOf(residualReader(scanner), asked)).rows, ['1']);
    assert.deepEqual(scanner.requests, [{ table: asked.table, columns: ['n', 'hidden'], inputs: asked.inputs, where: [eq], order: asked.order }]);
  });
});

describe('a scanner that fails', () => {
  const reads = (rows: readonly unknown[], where?: ReadPlan['where']): Promise<unknown> =>
    rowsOf(residualReader(scannerOf(rows as Row[])), plan(where === undefined ? {} : { where }));

  it('by a value that is not of its column: the operator learns which, the caller does not', async () => {
    for (const row of [['x'], [1], [undefined], [], ['1', '2'], null]) await assert.rejects(reads([row]), failsWith('source-changed', /column n: |values/));
    const hidden = { op: 'null', column: 'hidden' } as const;
    await assert.rejects(reads([['1', '\ud800']], hidden), (error) => failsWith('source-changed', /hidden/)(error) && error instanceof DomainError && !error.message.includes('hidden'));
  });

  it('by a batch beyond its bounds', async () => {
    const scanner = scannerOf(numbers(20_000), { batch: 10_001 });
    await assert.rejects(rowsOf(residualReader(scanner), plan()), failsWith('internal', /10000/));
  });

  it('by throwing, at once or later', async () => {
    for (const scan of [(): never => { throw new Error('boom'); }, async function* ({ columns }: ScanRequest): AsyncGenerator<Row[]> { yield [columns.map(() => '1')]; throw new Error('boom'); }]) {
      const reader = residualReader({ timeZone: 'UTC', ordered: () => true, scan });
      await assert.rejects(reader.openStream(plan(), 'json', never), failsWith('source-unavailable', /boom/));
      await assert.rejects(reader.readPage(plan(), 'json', 1e6, never), failsWith('source-unavailable', /boom/));
      await assert.rejects(reader.count(plan(), never), failsWith('source-unavailable', /boom/));
    }
  });

  it('by hanging ends when the call does', async () => {
    let told = false;
    const hangs: RowScanner = {
      timeZone: 'UTC',
      ordered: () => false,
      scan: (_, signal) => {
        signal.addEventListener('abort', () => {
          told = true;
        });
        return { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}), return: () => new Promise(() => {}) }) };
      },
    };
    const stop = new AbortController();
    const reading = residualReader(hangs).openStream(plan(), 'json', stop.signal);
    stop.abort(new DomainError('timeout', 'test.late', 'late'));
    await assert.rejects(reading, failsWith('timeout'));
    assert.equal(told, true);
  });

  it('by hanging loses the patience of the node in the end', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const hangs: RowScanner = { timeZone: 'UTC', ordered: () => true, scan: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) }) };
    const reading = residualReader(hangs).count(plan(), never);
    t.mock.timers.tick(30_000);
    await assert.rejects(reading, failsWith('source-unavailable'));
  });
});
