import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { DomainError } from '../../src/kernel/errors.ts';
import { residualReader } from '../../src/modules/residual/index.ts';
import type { ReadPlan, RowBatch, TableDescription, TableReader } from '../../src/modules/resources/index.ts';
import { described, held, never, planOf, type Harness } from './contract.ts';
import { MemoryScanner } from './memory-scanner.ts';
import { anyAsked, type Asked, type PlanOptions } from './random-plans.ts';
import { anyTable } from './random-rows.ts';

export interface Backend extends PlanOptions {
  /** The zone in which the source's times without zone are meant. */
  readonly timeZone: string;
  open(): Promise<Harness>;
}

const seed = Number(process.env['LINGQU_PROPERTY_SEED'] ?? 20_261_122);
/** Plans a table. */
const runs = Number(process.env['LINGQU_PROPERTY_RUNS'] ?? 120);
const TABLES = 4;

/**
 * Push-down ≡ residual: a source that takes plans over, and the residual reader over the same rows, give the same
 * answers. LINGQU_PROPERTY_SEED gives other rows and plans, LINGQU_PROPERTY_RUNS more of them.
 */
export function equivalence(backend: Backend): void {
  let harness: Harness | undefined;
  before(async () => {
    harness = await backend.open();
  });
  after(async () => {
    await harness?.[Symbol.asyncDispose]();
  });
  for (const number of Array.from({ length: TABLES }, (_, index) => index + 1)) {
    test(`the same answers, table ${number}`, async (t) => {
      assert.ok(harness);
      const { connection } = harness;
      t.diagnostic(`LINGQU_PROPERTY_SEED=${seed} LINGQU_PROPERTY_RUNS=${runs}`);
      const [random] = fc.sample(anyTable(`random_${number}`, backend), { numRuns: 1, seed: seed + number });
      assert.ok(random);
      const sample = held(harness, random);
      const there = await described(connection, await harness.put(sample));
      const scanner = new MemoryScanner(backend.timeZone, 7);
      scanner.tables.set(sample.name, sample);
      const here = scanner.describe()[0];
      assert.ok(here);
      const key = [{ column: sample.key, direction: 'asc' as const }]; // a hosted table's own key is no column of the sample
      const answers = async (reader: TableReader, table: TableDescription, asked: Asked): Promise<unknown> =>
        answersOf(reader, planOf(table, asked.columns, { ...asked, order: [...asked.order.filter(({ column }) => column !== sample.key), ...key] }), asked);
      await fc.assert(
        fc.asyncProperty(anyAsked(sample, backend), async (asked) => {
          assert.deepEqual(await answers(residualReader(scanner), here, asked), await answers(connection, there, asked));
        }),
        { seed: seed + number, numRuns: runs },
      );
    });
  }
}

/** What a reader answers by each of its ways, or how it refuses. */
async function answersOf(reader: TableReader, plan: ReadPlan, asked: Asked): Promise<unknown> {
  const page = await settled(async () => rowsOf(await reader.readPage(plan, asked.shape, 1e9, never), asked));
  const count = await settled(() => reader.count(plan, never));
  const stream = await settled(async () => {
    const opened = await reader.openStream(plan, asked.shape, never);
    const rows: unknown[] = [];
    for await (const batch of opened.batches) rows.push(...rowsOf(batch, asked));
    return { rows, counted: opened.rows };
  });
  return { page, count, stream };
}

async function settled(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'result-too-large') return error.code;
    throw error;
  }
}

function rowsOf(batch: RowBatch | undefined, { columns }: Asked): unknown[][] {
  assert.ok(batch);
  if (batch.kind === 'cells') return batch.rows.map((row) => row.map((cell, index) => comparable(cell, columns[index])));
  const rows = JSON.parse(`[${batch.text}]`, (_, value: unknown, context?: { source?: string }) => (typeof value === 'number' ? { number: context?.source } : value)) as Record<string, unknown>[];
  assert.equal(rows.length, batch.count);
  return rows.map((row) => Object.values(row).map((value, index) => comparable(value, columns[index])));
}

/** A float may be spelt in several ways; JSON as text may have other blanks. All else is the same to the last byte. */
function comparable(value: unknown, column: Asked['columns'][number] | undefined): unknown {
  if (value === null || column === undefined) return value;
  if (column.columnType === 'json' && column.form === 'text' && typeof value === 'string') return JSON.parse(value);
  if (column.columnType !== 'float' || column.mask !== null) return value;
  return typeof value === 'object' && 'number' in value ? Number(value.number) : `text ${Number(value)}`;
}
