import { createHash, type Hash } from 'node:crypto';
import { fields, type ToldRow, type ValuesDatabase } from './values-table.ts';

const BLOCK_ROWS = 10_000;

/** Rows of an answer in their order, kept as a digest of each block of them: in memory that does not grow with their values. */
export class Ledger {
  readonly #blocks: string[] = [];
  #open: Hash = createHash('sha256');
  #rows = 0;

  get rows(): number {
    return this.#rows;
  }

  add(row: string): void {
    this.#open.update(row).update('\0');
    this.#rows += 1;
    if (this.#rows % BLOCK_ROWS === 0) this.#endBlock();
  }

  /** Where the rows are not those of another; '' when all are the same. */
  differsFrom(other: Ledger): string {
    this.#endBlock();
    other.#endBlock();
    if (this.#rows !== other.#rows) return `${this.#rows} rows and not ${other.#rows}`;
    const block = this.#blocks.findIndex((digest, index) => digest !== other.#blocks[index]);
    return block < 0 ? '' : `the first difference lies in rows ${block * BLOCK_ROWS + 1} to ${(block + 1) * BLOCK_ROWS}`;
  }

  #endBlock(): void {
    this.#blocks.push(this.#open.digest('hex'));
    this.#open = createHash('sha256');
  }
}

type Type = (typeof fields)[number]['type'];
type Times = 'space' | 'iso';

/** The cell that `spec/wire-values.yaml` wants for what the database told; all times are later than 1991, so that Shanghai is at +08:00. */
function cellOf(type: Type, told: string, times: Times): string {
  if (type === 'binary') return Buffer.from(told, 'hex').toString('base64');
  if (type !== 'timestamp') return told;
  const moment = told.replace(/\.?0+$/, (end) => (told.includes('.') ? '' : end));
  return times === 'space' ? moment : `${moment.replace(' ', 'T')}+08:00`;
}

const bare: ReadonlySet<Type> = new Set(['int', 'bigint', 'numeric', 'double', 'boolean']);
const tokenOf = (type: Type, cell: string): string => (bare.has(type) ? cell : JSON.stringify(cell));
const csvCell = (cell: string): string => (cell === '' || /[",\r\n\uFEFF]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** How the rows must come in each kind of answer. */
export interface Expected {
  /** Lines of CSV, its head among them, byte for byte. */
  readonly csv: Ledger;
  readonly json: Readonly<Record<Times, Ledger>>;
  readonly cells: Ledger;
}

/** Asks the database itself for all of its rows, past the node. */
export async function expectedOf(database: ValuesDatabase): Promise<Expected> {
  const expected: Expected = { csv: new Ledger(), json: { space: new Ledger(), iso: new Ledger() }, cells: new Ledger() };
  expected.csv.add(fields.map(({ name }) => name).join(','));
  for (let last = 0; ; ) {
    const rows = await database.rowsAfter(last, BLOCK_ROWS);
    for (const row of rows) note(row, expected);
    if (rows.length < BLOCK_ROWS) return expected;
    last = Number(rows.at(-1)?.[0]);
  }
}

function note(row: ToldRow, { csv, json, cells }: Expected): void {
  const as = <T>(times: Times, write: (type: Type, cell: string) => T): (T | null)[] =>
    fields.map(({ type }, index) => {
      const told = row[index] ?? null;
      return told === null ? null : write(type, cellOf(type, told, times));
    });
  csv.add(as('iso', (_type, cell) => csvCell(cell)).map((cell) => cell ?? '').join(','));
  for (const times of ['space', 'iso'] as const) json[times].add(as(times, tokenOf).map((token) => token ?? 'null').join(','));
  cells.add(JSON.stringify(as('iso', (_type, cell) => cell)));
}
