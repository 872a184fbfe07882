import { DomainError } from '../../kernel/errors.ts';
import type { Cell } from '../../storage/database.ts';

const BATCH_ROWS = 1000;
const BATCH_CHARACTERS = 4_000_000;

/** Rows in batches that are bounded in rows and in size, however they come. */
export async function* batchesOf(pieces: AsyncIterable<readonly (readonly Cell[])[]>, width: number): AsyncGenerator<(readonly Cell[])[]> {
  let batch: (readonly Cell[])[] = [];
  let characters = 0;
  let row = 0;
  for await (const piece of pieces) {
    for (const cells of piece) {
      row += 1;
      if (cells.length !== width) {
        throw new DomainError('invalid-definition', 'hosted.row-width', `第 ${row} 行有 ${cells.length} 个值，应为 ${width} 个 (row ${row} has ${cells.length} values, not ${width})`, { details: { row } });
      }
      batch.push(cells);
      for (const cell of cells) characters += cell?.length ?? 0;
      if (batch.length < BATCH_ROWS && characters < BATCH_CHARACTERS) continue;
      yield batch;
      batch = [];
      characters = 0;
    }
  }
  if (batch.length > 0) yield batch;
}
