import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BadCell, HostedColumn, HostedTable, HostedTables, ImportColumn, ImportOptions, ImportReport, TableImport } from '../../modules/resources/index.ts';
import { checkLoad } from './check-load.ts';
import { declaredValue, TypeInference } from './column-types.ts';
import { openCsv } from './csv-file.ts';
import { fault, isFaulty, type FileCell, type FileRow, type TableFile } from './table-file.ts';
import { openXlsx } from './xlsx/index.ts';

const MAX_ROWS = 100_000_000;
const MAX_CELL_CHARACTERS = 1_000_000;
const MAX_LISTED = 100;
const BATCH_ROWS = 500;
const BATCH_CHARACTERS = 1_000_000;
const PROGRESS_ROWS = 10_000;

type Row = readonly (string | null)[];
type Type = HostedColumn['type'];
/** What is known of a column before its cells are seen. */
type Known = Omit<ImportColumn, 'name'>;

/** What reading the file through has told. */
interface Checked {
  readonly columns: readonly HostedColumn[];
  readonly bad: number;
  readonly faults: number;
  readonly listed: readonly BadCell[];
}

/** Imports files in two readings: the first finds types and bad rows, the second loads what is good. */
export class TableImporter implements TableImport {
  readonly #tables: HostedTables;
  readonly #folder: string;

  /** `folder` takes the files while they are imported: up to 4 GB each. */
  constructor(tables: HostedTables, folder: string) {
    this.#tables = tables;
    this.#folder = folder;
  }

  async importTable(content: AsyncIterable<Uint8Array>, options: ImportOptions): Promise<ImportReport> {
    const folder = await mkdtemp(join(this.#folder, 'import-'));
    try {
      const file = options.file.format === 'csv' ? await openCsv(content, folder, options.file) : await openXlsx(content, folder, options.file);
      try {
        return await this.#import(file, options);
      } finally {
        await file.close();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #import(file: TableFile, options: ImportOptions): Promise<ImportReport> {
    const checked = await this.#check(file, options);
    if (checked.bad > 0 && !options.skipBadRows) throw badRows(file, checked);
    const table = await this.#load(file, checked.columns, options);
    return { table, file: file.told, skipped: checked.bad, faults: checked.faults, badRows: checked.listed };
  }

  async #check(file: TableFile, options: ImportOptions): Promise<Checked> {
    const { header } = file;
    const { format } = file.told;
    const known = await this.#knownColumns(file, options);
    const inferences = header.map((name) => (known.get(name)?.type === undefined ? new TypeInference() : undefined));
    const types = header.map((name) => known.get(name)?.type);
    const listed: BadCell[] = [];
    let [rows, bad, faults] = [0, 0, 0];
    for await (const row of file.rows()) {
      rows += 1;
      if (rows > MAX_ROWS) throw fault(`${format}.too-many-rows`, `文件超过 ${MAX_ROWS} 行，请拆分后导入 (too many rows: split the file)`);
      if (valuesOf(row, types) === undefined) {
        const found = faultsOf(row, types, file);
        bad += 1;
        faults += found.length;
        listed.push(...found.slice(0, MAX_LISTED - listed.length));
      } else for (const [index, cell] of row.cells.entries()) if (cell !== null && !isFaulty(cell)) inferences[index]?.see(cell);
      if (rows % PROGRESS_ROWS === 0) options.progress('checking', rows);
    }
    options.progress('checking', rows);
    const columns = header.map((name, index): HostedColumn => ({ name, type: types[index] ?? inferences[index]?.type ?? 'text', comment: known.get(name)?.comment ?? '' }));
    checkLoad({ name: options.table, columns, indexes: options.indexes });
    return { columns, bad, faults, listed };
  }

  /** What is declared goes before what the table had: an import does not change a column's type by accident. */
  async #knownColumns({ header, told }: TableFile, options: ImportOptions): Promise<Map<string, Known>> {
    const strange = options.columns.filter((column) => !header.includes(column.name)).map((column) => column.name);
    if (strange.length > 0) throw fault(`${told.format}.columns.unknown`, `表头中没有列：${strange.join('、')}；表头为：${header.join('、').slice(0, 500)} (no such columns in the header)`, { columns: strange });
    const before = (await this.#tables.list()).find((table) => table.name === options.table);
    const known = new Map<string, Known>((before?.columns ?? []).map((column) => [column.name, column]));
    for (const column of options.columns) known.set(column.name, { ...known.get(column.name), ...column });
    return known;
  }

  #load(file: TableFile, columns: readonly HostedColumn[], options: ImportOptions): Promise<HostedTable> {
    return this.#tables.load({
      name: options.table,
      title: options.title,
      attribution: options.attribution,
      columns,
      indexes: options.indexes,
      rows: goodRows(file, columns.map((column) => column.type)),
      progress: (rows) => options.progress('loading', rows),
    });
  }
}

/** Rows that have no fault, as the database reads them; a piece is bounded in rows and in size. */
async function* goodRows(file: TableFile, types: readonly Type[]): AsyncGenerator<Row[]> {
  let batch: Row[] = [];
  let characters = 0;
  for await (const row of file.rows()) {
    const values = valuesOf(row, types);
    if (values === undefined) continue;
    batch.push(values);
    for (const value of values) characters += value?.length ?? 0;
    if (batch.length < BATCH_ROWS && characters < BATCH_CHARACTERS) continue;
    yield batch;
    batch = [];
    characters = 0;
  }
  yield batch;
}

/** A row as the database reads it, or undefined when it has a fault; a column whose type is not known yet is text. */
function valuesOf({ cells, fault: whole }: FileRow, types: readonly (Type | undefined)[]): Row | undefined {
  if (whole !== undefined) return undefined;
  const values: (string | null)[] = [];
  for (const [index, cell] of cells.entries()) {
    const value = valueOf(types[index] ?? 'text', cell);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

/** Empty is NULL, and so are blanks where text is not meant; undefined when the cell has a fault. */
function valueOf(type: Type, cell: FileCell): string | null | undefined {
  if (cell === null) return null;
  if (isFaulty(cell)) return undefined;
  const text = typeof cell === 'string' ? cell : cell.text;
  if (text === '' || (type !== 'text' && text.trim() === '')) return null;
  return unsound(text) ? undefined : declaredValue(type, text);
}

const unsound = (text: string): boolean => text.length > MAX_CELL_CHARACTERS || text.includes('\0') || !text.isWellFormed();

/** What is wrong with a row that has no values, cell by cell. */
function faultsOf({ row, cells, fault: whole }: FileRow, types: readonly (Type | undefined)[], file: TableFile): BadCell[] {
  if (whole !== undefined) return [{ row, column: '', cell: '', why: whole }];
  return cells.flatMap((cell, index) => {
    const type = types[index] ?? 'text';
    if (cell === null || valueOf(type, cell) !== undefined) return [];
    return [{ row, column: file.header[index] ?? '', cell: file.addressOf(row, index), why: faultOf(cell, type) }];
  });
}

function faultOf(cell: Exclude<FileCell, null>, type: Type): string {
  if (isFaulty(cell)) return cell.fault;
  const text = typeof cell === 'string' ? cell : cell.text;
  if (text.length > MAX_CELL_CHARACTERS) return `值超过 ${MAX_CELL_CHARACTERS} 个字符 (the value is too long)`;
  if (text.includes('\0')) return '值含空字符 NUL (the value holds a NUL character)';
  if (!text.isWellFormed()) return '值含残缺的字符 (the value holds half a character)';
  return `“${text.slice(0, 40)}”不是 ${type} (does not fit the type)`;
}

function badRows({ told }: TableFile, { bad, faults, listed }: Checked): Error {
  const where = told.format === 'xlsx' ? `工作表“${told.sheet}”` : '';
  const lines = listed.map(({ row, column, cell, why }) => `${where}${cell === '' ? `第 ${row} 行` : ` ${cell} `}${column === '' ? '' : `“${column}”列`}：${why}`);
  const shown = lines.slice(0, 5).join('；');
  return fault(`${told.format}.rows`, `${bad} 行有误，未导入：${shown}${faults > 5 ? '；…' : ''} (bad rows, nothing was imported)`, { badRows: bad, faults, listed: lines });
}
