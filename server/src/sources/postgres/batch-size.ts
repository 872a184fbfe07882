import { countOf, type RowBatch } from '../../modules/resources/index.ts';

const FIRST_ROWS = 100;
const MOST_ROWS = 1000;
/** So that the text of a batch is an ordinary object of the heap: larger ones are kept apart, outlive young garbage and make a slow stream grow the process. */
const CHARACTERS = 48 * 1024;

/** How many rows to ask for next, so that batches of wide rows are no larger than batches of narrow ones. */
export class BatchSize {
  next = FIRST_ROWS;

  see(batch: RowBatch): RowBatch {
    const rows = countOf(batch);
    const fitting = Math.floor((CHARACTERS * rows) / Math.max(1, charactersOf(batch)));
    this.next = Math.max(1, Math.min(MOST_ROWS, fitting, this.next * 4));
    return batch;
  }
}

function charactersOf(batch: RowBatch): number {
  if (batch.kind === 'json') return batch.text.length;
  let characters = 0;
  for (const row of batch.rows) for (const cell of row) characters += cell?.length ?? 0;
  return characters;
}
