import type { ColumnType } from '../policy/index.ts';
import { scanFailure, scannerFault, silentSource, unreadable } from './errors.ts';
import type { Row, RowScanner, ScanRequest } from './ports.ts';
import { readers, type CellReader } from './values.ts';

/** What a scanner may hand over at a time. */
const MOST_ROWS = 10_000;
const MOST_CHARACTERS = 16 * 1024 * 1024;
/** How long it may take for the next batch; before the first byte the call's own deadline is shorter. */
const PATIENCE_MS = 30_000;

/**
 * The batches of a scan, every cell read as what its column is declared to be: nothing that is not goes further. A scanner
 * that throws ends its call; one that hangs is left when the signal aborts or its patience ends.
 */
export async function* scanned(scanner: RowScanner, request: ScanRequest, types: readonly ColumnType[], signal: AbortSignal): AsyncGenerator<Row[]> {
  const stop = new AbortController();
  const ended = AbortSignal.any([signal, stop.signal]);
  const cells = request.columns.map((column, index): Cell => ({ column, type: types[index] ?? 'other', read: readers[types[index] ?? 'other'] }));
  let batches: AsyncIterator<readonly Row[]> | undefined;
  try {
    signal.throwIfAborted();
    batches = scanner.scan(request, ended)[Symbol.asyncIterator]();
    for (;;) {
      const next = await patiently(batches.next(), signal);
      signal.throwIfAborted();
      if (next.done === true) return;
      yield readBatch(next.value, cells);
    }
  } catch (thrown) {
    throw scanFailure(thrown, signal);
  } finally {
    stop.abort();
    leave(batches);
  }
}

/** Not waited for: a scanner that hangs never ends. */
function leave(batches: AsyncIterator<readonly Row[]> | undefined): void {
  Promise.resolve(batches?.return?.()).catch(() => {}); // its call has ended already, in one way or another
}

async function patiently<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => void setImmediate(reject, new Error('aborted')); // a scanner that hears of it has the first word
  const impatience = setTimeout(() => reject(silentSource()), PATIENCE_MS);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([answer, promise]);
  } finally {
    clearTimeout(impatience);
    signal.removeEventListener('abort', onAbort);
    answer.catch(() => {});
  }
}

interface Cell {
  readonly column: string;
  readonly type: ColumnType;
  readonly read: CellReader;
}

function readBatch(batch: readonly Row[], cells: readonly Cell[]): Row[] {
  if (!Array.isArray(batch) || batch.length > MOST_ROWS) throw scannerFault(`a batch is an array of at most ${MOST_ROWS} rows`);
  let characters = 0;
  return batch.map((row: Row) => {
    if (!Array.isArray(row) || row.length !== cells.length) throw unreadable(`a row has ${Array.isArray(row) ? `${row.length} values` : 'no values'}, not ${cells.length}`);
    return cells.map((cell, index) => {
      const given: unknown = row[index];
      if (given === null) return null;
      if (typeof given !== 'string') throw unreadable(`column ${cell.column}: a ${typeof given} and not a text or null`);
      characters += given.length;
      if (characters > MOST_CHARACTERS) throw scannerFault(`a batch holds more than ${MOST_CHARACTERS} characters`);
      const read = cell.read(given);
      if (read === undefined) throw unreadable(`column ${cell.column}: a text of ${given.length} characters that is no ${cell.type}`);
      return read;
    });
  });
}
