import type { ReadPlan, RowBatch, RowShape } from '../../modules/resources/index.ts';
import { cellsOf, cellsPageStatement, countStatement, jsonPageStatement, type Statement } from './select.ts';

/** Runs a statement of a short answer; each row as its values' texts. */
export type Run = (statement: Statement) => Promise<(string | null)[][]>;

/** A page in one piece; undefined where it would be larger than `maxBytes`. */
export async function readPage(run: Run, plan: ReadPlan, shape: RowShape, zone: string, maxBytes: number): Promise<RowBatch | undefined> {
  if (shape === 'json') {
    const [row] = await run(jsonPageStatement(plan, zone, maxBytes));
    const body = row?.[1] ?? null;
    return body === null ? undefined : { kind: 'json', count: Number(row?.[0]), text: body.slice(1, -1) };
  }
  const rows = cellsOf(await run(cellsPageStatement(plan, zone, maxBytes)), maxBytes);
  return rows === undefined ? undefined : { kind: 'cells', rows };
}

export async function count(run: Run, plan: ReadPlan, zone: string): Promise<number> {
  const [row] = await run(countStatement(plan, zone));
  return Number(row?.[0] ?? 0);
}
