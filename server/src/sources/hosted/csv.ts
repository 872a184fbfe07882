import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BadRow, CsvImport, CsvOptions, CsvReport, HostedColumn, HostedTables } from '../../modules/resources/index.ts';
import { columnFaults, checkLoad } from './check-load.ts';
import { fault, findDelimiter, receive, recordsOf, type CsvFile, type Delimiter } from './csv-file.ts';
import { declaredValue, TypeInference } from './csv-types.ts';

const MAX_ROWS = 100_000_000;
const MAX_CELL_CHARACTERS = 1_000_000;
const MAX_LISTED = 100;
const BATCH_ROWS = 500;
const PROGRESS_ROWS = 10_000;

type Row = readonly (string | null)[];

/** What reading the file through has told. */
interface Checked {
  readonly columns: readonly HostedColumn[];
  readonly rows: number;
  readonly bad: number;
  readonly listed: readonly BadRow[];
}

/** Imports CSV in two readings of a file: the first finds types and bad rows, the second loads what is good. */
export class CsvImporter implements CsvImport {
  readonly #tables: HostedTables;
  readonly #folder: string;

  /** `folder` takes the files while they are imported: up to 4 GB each. */
  constructor(tables: HostedTables, folder: string) {
    this.#tables = tables;
    this.#folder = folder;
  }

  async importCsv(content: AsyncIterable<Uint8Array>, options: CsvOptions): Promise<CsvReport> {
    const folder = await mkdtemp(join(this.#folder, 'csv-'));
    try {
      const file = await receive(content, join(folder, 'content'), options.charset);
      const delimiter = options.delimiter === 'auto' ? await findDelimiter(file) : options.delimiter;
      const checked = await this.#check(file, delimiter, options);
      if (checked.bad > 0 && !options.skipBadRows) throw badRows(checked);
      const table = await this.#load(file, delimiter, checked.columns, options);
      return { table, charset: file.charset, delimiter, skipped: checked.bad, badRows: checked.listed };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #check(file: CsvFile, delimiter: Delimiter, options: CsvOptions): Promise<Checked> {
    const records = recordsOf(file, delimiter);
    const header = headerOf((await records.next()).value);
    const known = await this.#knownColumns(header, options);
    const inferences = header.map((name) => (known.get(name)?.type === undefined ? new TypeInference() : undefined));
    const types = header.map((name) => known.get(name)?.type);
    const listed: BadRow[] = [];
    let [rows, bad] = [0, 0];
    for await (const [row, cells] of records) {
      rows += 1;
      if (rows > MAX_ROWS) throw fault('csv.too-many-rows', `文件超过 ${MAX_ROWS} 行，请拆分后导入 (too many rows: split the file)`);
      if (valuesOf(cells, types, file) === undefined) {
        bad += 1;
        if (listed.length < MAX_LISTED) listed.push(...faultsOf(row, cells, header, types, file).slice(0, MAX_LISTED - listed.length));
      } else for (const [index, cell] of cells.entries()) inferences[index]?.see(cell);
      if (rows % PROGRESS_ROWS === 0) options.progress('checking', rows);
    }
    options.progress('checking', rows);
    const columns = header.map((name, index): HostedColumn => ({ name, type: types[index] ?? inferences[index]?.type ?? 'text', comment: known.get(name)?.comment ?? '' }));
    checkLoad({ name: options.table, columns, indexes: options.indexes });
    return { columns, rows, bad, listed };
  }

  /** What is declared goes before what the table had: an import does not change a column's type by accident. */
  async #knownColumns(header: readonly string[], options: CsvOptions): Promise<Map<string, { type?: HostedColumn['type']; comment?: string }>> {
    const strange = options.columns.filter((column) => !header.includes(column.name)).map((column) => column.name);
    if (strange.length > 0) throw fault('csv.columns.unknown', `表头中没有列：${strange.join('、')}；表头为：${header.join('、').slice(0, 500)} (no such columns in the header)`, { columns: strange });
    const before = (await this.#tables.list()).find((table) => table.name === options.table);
    const known = new Map<string, { type?: HostedColumn['type']; comment?: string }>((before?.columns ?? []).map((column) => [column.name, column]));
    for (const column of options.columns) known.set(column.name, { ...known.get(column.name), ...column });
    return known;
  }

  #load(file: CsvFile, delimiter: Delimiter, columns: readonly HostedColumn[], options: CsvOptions): ReturnType<HostedTables['load']> {
    return this.#tables.load({
      name: options.table,
      title: options.title,
      attribution: options.attribution,
      columns,
      indexes: options.indexes,
      rows: goodRows(file, delimiter, columns),
      progress: (rows) => options.progress('loading', rows),
    });
  }
}

function headerOf(first: readonly [number, string[]] | undefined): string[] {
  if (first === undefined) throw fault('csv.empty', '文件没有表头行 (the file has no header row)');
  const header = first[1].map((name) => name.trim());
  const faults = columnFaults(header);
  if (faults.length > 0) throw fault('csv.header', `表头有误：${faults.slice(0, 10).join('；')} (the header is wrong)`, { faults: faults.slice(0, MAX_LISTED) });
  return header;
}

/** Rows that have no fault, as the database reads them. */
async function* goodRows(file: CsvFile, delimiter: Delimiter, columns: readonly HostedColumn[]): AsyncGenerator<Row[]> {
  const types = columns.map((column) => column.type);
  const records = recordsOf(file, delimiter);
  await records.next(); // the header
  let batch: Row[] = [];
  for await (const [, cells] of records) {
    const values = valuesOf(cells, types, file);
    if (values === undefined) continue;
    batch.push(values);
    if (batch.length < BATCH_ROWS) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

/** A row as the database reads it, or undefined when it has a fault; a column whose type is not known yet is text. */
function valuesOf(cells: readonly string[], types: readonly (HostedColumn['type'] | undefined)[], file: CsvFile): Row | undefined {
  if (cells.length !== types.length) return undefined;
  const values: (string | null)[] = [];
  for (const [index, cell] of cells.entries()) {
    const value = valueOf(types[index] ?? 'text', cell);
    if (value === undefined || unsound(cell, file)) return undefined;
    values.push(value);
  }
  return values;
}

/** Empty is NULL; blanks are NULL too where text is not meant. */
function valueOf(type: HostedColumn['type'], cell: string): string | null | undefined {
  if (cell === '' || (type !== 'text' && cell.trim() === '')) return null;
  return declaredValue(type, cell);
}

const unsound = (cell: string, file: CsvFile): boolean => cell.length > MAX_CELL_CHARACTERS || cell.includes('\0') || (file.damaged && cell.includes('\ufffd'));

/** What is wrong with a row that has no values. */
function faultsOf(row: number, cells: readonly string[], header: readonly string[], types: readonly (HostedColumn['type'] | undefined)[], file: CsvFile): BadRow[] {
  if (cells.length !== header.length) return [{ row, column: '', why: `有 ${cells.length} 个值，表头有 ${header.length} 列 (${cells.length} values for ${header.length} columns)` }];
  return cells.flatMap((cell, index) => {
    const type = types[index] ?? 'text';
    if (!unsound(cell, file) && valueOf(type, cell) !== undefined) return [];
    return [{ row, column: header[index] ?? '', why: faultOf(cell, type, file) }];
  });
}

function faultOf(cell: string, type: HostedColumn['type'], file: CsvFile): string {
  if (cell.length > MAX_CELL_CHARACTERS) return `值超过 ${MAX_CELL_CHARACTERS} 个字符 (the value is too long)`;
  if (cell.includes('\0')) return '值含空字符 NUL (the value holds a NUL character)';
  if (file.damaged && cell.includes('\ufffd')) return `值不是有效的 ${file.charset} 编码 (the value is not valid ${file.charset})`;
  return `“${cell.slice(0, 40)}”不是 ${type} (does not fit the type)`;
}

function badRows({ bad, listed }: Checked): Error {
  const lines = listed.map(({ row, column, why }) => `第 ${row} 行${column === '' ? '' : `“${column}”列`}：${why}`);
  const shown = lines.slice(0, 5).join('；');
  return fault('csv.rows', `${bad} 行有误，未导入：${shown}${lines.length > 5 ? '；…' : ''} (bad rows, nothing was imported)`, { badRows: bad, listed: lines });
}
