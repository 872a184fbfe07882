import type { ReadPlan, RowBatch, RowShape } from '../../modules/resources/index.ts';
import { rowLost } from './failures.ts';
import { canBeLost, hasLineBreaks, LOST } from './output.ts';

/** A row as the server sends it: one JSON text, or its cells. */
export type Cells = (string | null)[];

/**
 * Makes a batch of the server's rows. TO_BASE64 breaks its lines, and REPLACE would take time by the square of their
 * number to join them: they are joined here. JSON has no line break but between its tokens. Throws `source.row-lost`.
 */
export function batchMaker(plan: ReadPlan, shape: RowShape, zone: string): (rows: Cells[]) => RowBatch {
  const broken = plan.columns.flatMap((column, index) => (hasLineBreaks(column) ? [index] : []));
  const fragile = plan.columns.flatMap((column, index) => (canBeLost(column, zone) ? [index] : []));
  if (shape === 'json') {
    return (rows) => {
      if (rows.some(([text]) => text === null)) throw rowLost();
      const text = rows.map(([row]) => row).join(',');
      return { kind: 'json', count: rows.length, text: broken.length === 0 ? text : text.replaceAll('\n', '') };
    };
  }
  return (rows) => {
    for (const row of rows) {
      if (fragile.some((index) => row[index] === LOST)) throw rowLost();
      for (const index of broken) row[index] = row[index]?.replaceAll('\n', '') ?? null;
    }
    return { kind: 'cells', rows };
  };
}
