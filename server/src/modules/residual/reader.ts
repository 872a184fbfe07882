import { resultTooLarge, type Reading, type ReadPlan, type ReadWish, type RowBatch, type RowShape, type RowStream, type TableReader } from '../resources/index.ts';
import { comparerOf } from './compare.ts';
import { askedBy, necessary, typeOf, verdictOf, type Columns, type Verdict } from './conditions.ts';
import { assertWanted, scannerFault } from './errors.ts';
import { Held, Shelf, sizeOf } from './held.ts';
import { outputOf, type Output } from './output.ts';
import type { Row, RowScanner, ScanRequest } from './ports.ts';
import { scanned } from './scanning.ts';

/** A plan made ready to be applied to the rows of a scan. */
interface Applied {
  readonly request: ScanRequest;
  readonly ordered: boolean;
  readonly fits: Verdict;
  readonly output: Output;
  readonly compare: (left: Row, right: Row) => number;
}

/** How much of a stream in its source's own order is read before it begins, so that what is short is known to its end. */
const ahead = { rows: 1_000, characters: 1024 * 1024 } as const;
/** Bounds of a batch on its way out; text so small is an ordinary object of the heap. */
const BATCH_ROWS = 500;
const BATCH_CHARACTERS = 48 * 1024;

/**
 * Applies plans to a source that can only hand over its rows: conditions, order, page, masks and forms, with the same
 * answers as a source that takes them over. Every row is held against the whole condition, whatever the scanner left out.
 */
export function residualReader(scanner: RowScanner): Required<TableReader> {
  const shelf = new Shelf();
  return {
    readPage: async (plan, shape, maxBytes, signal) => {
      const applied = apply(plan, scanner);
      const part = await beginning(applied, scanner, plan, { rows: plan.limit, ahead: { rows: plan.limit, characters: maxBytes }, counted: false, shelf, signal });
      part.leave();
      const isWhole = part.rest === undefined || part.rows.length === plan.limit;
      return isWhole ? inOnePiece(applied.output, shape, part.rows, maxBytes) : undefined;
    },
    count: async (plan, signal) => {
      let rows = 0;
      const applied = apply({ ...plan, columns: [], order: [] }, scanner);
      for await (const batch of fitting(applied, scanner, plan, signal)) rows += batch.length;
      return rows;
    },
    openStream: async (plan, shape, signal) => openStream(apply(plan, scanner), scanner, plan, { shape, shelf, signal }),
    read: async (plan, wish, signal) => read(apply(plan, scanner), scanner, plan, { ...wish, shelf, signal }),
  };
}

/** By one scan. What is small enough leaves in one piece, and all else from where the scan has come to. */
async function read(applied: Applied, scanner: RowScanner, plan: ReadPlan, { shape, rows, bytes, counted, shelf, signal }: ReadWish & Pick<Wish, 'shelf' | 'signal'>): Promise<Reading> {
  const most = plan.whole ? Math.min(plan.limit, rows) : plan.limit;
  const wanted = wantedOf(plan);
  const part = await beginning(applied, scanner, plan, { rows: wanted, ahead: { rows: Math.min(most + 1, wanted), characters: bytes }, counted, shelf, signal });
  const total = counted ? part.total : undefined;
  try {
    const isWhole = (part.rest === undefined || part.rows.length === wanted) && part.rows.length <= most;
    const batch = isWhole ? inOnePiece(applied.output, shape, part.rows, bytes) : undefined;
    if (batch === undefined) return { total, stream: streamOf(applied, part, plan, { shape, signal }) };
    part.leave();
    return { total, batch };
  } catch (error) {
    part.leave();
    throw error;
  }
}

/** One row more than a whole answer may have tells that it has too many. */
const wantedOf = ({ whole, limit }: ReadPlan): number => (whole ? limit + 1 : limit);

// ---- what is asked --------------------------------------------------------------------------------------------------

function apply(plan: ReadPlan, scanner: RowScanner): Applied {
  const names = [...new Set([...plan.columns.map((column) => column.column), ...askedBy(plan.where), ...plan.order.map((term) => term.column)])];
  const places = new Map(names.map((name, index) => [name, index]));
  const columns: Columns = { plan, zone: scanner.timeZone, place: (column) => places.get(column) ?? -1 };
  const request: ScanRequest = { table: plan.table, columns: names, inputs: plan.inputs, where: necessary(plan.where), order: plan.order };
  return {
    request,
    ordered: plan.order.length === 0 || scanner.ordered(request),
    fits: verdictOf(plan.where, columns),
    output: outputOf(plan, scanner.timeZone, columns.place),
    compare: orderOf(plan, columns),
  };
}

/** NULL stands after every value: last when ascending, first when descending. */
function orderOf(plan: ReadPlan, columns: Columns): Applied['compare'] {
  const terms = plan.order.map(({ column, direction }) => {
    const { compare } = comparerOf(typeOf(columns, column), plan.natives[column] ?? '', columns.zone);
    return { compare, place: columns.place(column), sign: direction === 'asc' ? 1 : -1 };
  });
  return (left, right) => {
    for (const { compare, place, sign } of terms) {
      const [a, b] = [left[place] ?? null, right[place] ?? null];
      const order = a === null || b === null ? Number(a === null) - Number(b === null) : compare(a, b);
      if (order !== 0) return order * sign;
    }
    return 0;
  };
}

// ---- which rows -----------------------------------------------------------------------------------------------------

async function* fitting({ request, fits }: Applied, scanner: RowScanner, plan: ReadPlan, signal: AbortSignal): AsyncGenerator<Row[]> {
  const output = new Map(plan.columns.map((column) => [column.column, column.columnType]));
  const types = request.columns.map((column) => plan.types[column] ?? output.get(column) ?? 'other');
  for await (const batch of scanned(scanner, request, types, signal)) {
    const rows = batch.filter((row) => fits(row) === true);
    if (rows.length > 0) yield rows;
  }
}

interface Wish {
  /** How many rows from the plan's offset on are wanted. */
  readonly rows: number;
  /** Where the source orders, what comes after so much is left to `rest`. */
  readonly ahead: { readonly rows: number; readonly characters: number };
  /** Whether the scan is read to its end, and its rows are counted. */
  readonly counted: boolean;
  readonly shelf: Shelf;
  readonly signal: AbortSignal;
}

/** The first rows of a plan, from its offset on. */
interface Part {
  readonly rows: readonly Row[];
  /** What comes after them; undefined where nothing does, or nothing was wanted. */
  readonly rest: AsyncGenerator<Row[]> | undefined;
  /** All rows that fit, whatever the offset; undefined where the scan was not read to its end. */
  readonly total: number | undefined;
  readonly leave: () => void;
}

async function beginning(applied: Applied, scanner: RowScanner, plan: ReadPlan, wish: Wish): Promise<Part> {
  const fit = fitting(applied, scanner, plan, wish.signal);
  const scan = applied.ordered ? inOrder(applied, fit) : fit;
  if (!applied.ordered || wish.counted) return heldRows(applied, scan, plan, wish);
  const rest = pageOf(scan, plan.offset, wish.rows);
  const leave = (): void => void rest.return(undefined).catch(() => {}); // ended early; the scan is aborted by its end
  try {
    const rows: Row[] = [];
    for (let characters = 0; rows.length < wish.ahead.rows && characters < wish.ahead.characters; ) {
      const next = await rest.next();
      if (next.done === true) return { rows, rest: undefined, total: undefined, leave };
      rows.push(...next.value);
      characters += next.value.reduce((sum, row) => sum + sizeOf(row), 0);
    }
    return { rows, rest, total: undefined, leave };
  } catch (error) {
    leave();
    throw error;
  }
}

/** Reads the scan to its end and holds what is wanted of it; where it comes in order, nothing before the offset need be held. */
async function heldRows({ compare, ordered }: Applied, scan: AsyncGenerator<Row[]>, { offset }: ReadPlan, { rows, shelf }: Wish): Promise<Part> {
  const held = new Held(shelf, ordered ? rows : offset + rows, compare);
  let total = 0;
  try {
    for await (const batch of scan) {
      for (const row of ordered ? windowOf(batch, total, offset, rows) : batch) held.add(row);
      total += batch.length;
    }
    return { rows: ordered ? held.sorted() : held.sorted().slice(offset), rest: undefined, total, leave: () => held.release() };
  } catch (error) {
    held.release();
    throw error;
  }
}

/** What of a batch lies among the `wanted` rows after the first `offset`, where `seen` came before it. */
const windowOf = (batch: readonly Row[], seen: number, offset: number, wanted: number): Row[] => batch.slice(Math.max(0, offset - seen), Math.max(0, offset + wanted - seen));

/** A source that says that it orders is held to it. */
async function* inOrder({ compare }: Applied, scan: AsyncGenerator<Row[]>): AsyncGenerator<Row[]> {
  let before: Row | undefined;
  for await (const batch of scan) {
    for (const row of batch) {
      if (before !== undefined && compare(before, row) > 0) throw scannerFault('the rows do not come in the order that the scanner says it keeps');
      before = row;
    }
    yield batch;
  }
}

/** At most `wanted` rows after the first `offset`. */
async function* pageOf(scan: AsyncGenerator<Row[]>, offset: number, wanted: number): AsyncGenerator<Row[]> {
  let seen = 0;
  for await (const batch of scan) {
    const rows = windowOf(batch, seen, offset, wanted);
    seen += batch.length;
    if (rows.length > 0) yield rows;
    if (seen >= offset + wanted) return;
  }
}

// ---- in what form ---------------------------------------------------------------------------------------------------

function inOnePiece(output: Output, shape: RowShape, rows: readonly Row[], maxBytes: number): RowBatch | undefined {
  let bytes = 0;
  const within = (text: string): boolean => {
    bytes += Buffer.byteLength(text);
    return bytes <= maxBytes;
  };
  if (shape === 'cells') {
    const cells: (string | null)[][] = [];
    for (const row of rows) {
      const each = output.cells(row);
      if (!within(each.map((cell) => cell ?? '').join(''))) return undefined;
      cells.push(each);
    }
    return { kind: 'cells', rows: cells };
  }
  const texts: string[] = [];
  for (const row of rows) {
    const text = output.json(row);
    if (!within(texts.length === 0 ? text : `,${text}`)) return undefined;
    texts.push(text);
  }
  return { kind: 'json', count: texts.length, text: texts.join(',') };
}

interface Opening {
  readonly shape: RowShape;
  readonly shelf: Shelf;
  readonly signal: AbortSignal;
}

/**
 * Rows are counted where they had to be held, or where there are few; else a source can be read to its end only once, and
 * how many rows it brings is known then.
 */
async function openStream(applied: Applied, scanner: RowScanner, plan: ReadPlan, { shape, shelf, signal }: Opening): Promise<RowStream> {
  return streamOf(applied, await beginning(applied, scanner, plan, { rows: wantedOf(plan), ahead, counted: false, shelf, signal }), plan, { shape, signal });
}

function streamOf(applied: Applied, part: Part, plan: ReadPlan, { shape, signal }: Omit<Opening, 'shelf'>): RowStream {
  if (plan.whole && part.rows.length > plan.limit) {
    part.leave();
    throw resultTooLarge(plan.limit);
  }
  signal.addEventListener('abort', part.leave, { once: true });
  const cancel = (): void => {
    signal.removeEventListener('abort', part.leave);
    part.leave();
  };
  return { rows: part.rest === undefined ? part.rows.length : undefined, batches: batches(applied, part, plan, { shape, signal, cancel }), cancel };
}

async function* batches({ output }: Applied, part: Part, plan: ReadPlan, { shape, signal, cancel }: Omit<Opening, 'shelf'> & { readonly cancel: () => void }): AsyncGenerator<RowBatch> {
  try {
    let left = plan.limit;
    for await (const rows of all(part)) {
      left -= rows.length;
      if (left < 0) throw resultTooLarge(plan.limit);
      for (const batch of formed(output, shape, rows)) {
        assertWanted(signal);
        yield batch;
      }
    }
    assertWanted(signal);
  } finally {
    cancel();
  }
}

async function* all({ rows, rest }: Part): AsyncGenerator<readonly Row[]> {
  yield rows;
  if (rest !== undefined) yield* rest;
}

/** Rows in batches that are bounded in rows and in size. */
function* formed(output: Output, shape: RowShape, rows: readonly Row[]): Generator<RowBatch> {
  let from = 0;
  let characters = 0;
  for (const [index, row] of rows.entries()) {
    characters += sizeOf(row);
    if (index + 1 - from < BATCH_ROWS && characters < BATCH_CHARACTERS && index + 1 < rows.length) continue;
    const some = rows.slice(from, index + 1);
    yield shape === 'cells' ? { kind: 'cells', rows: some.map((each) => output.cells(each)) } : { kind: 'json', count: some.length, text: some.map((each) => output.json(each)).join(',') };
    from = index + 1;
    characters = 0;
  }
}
