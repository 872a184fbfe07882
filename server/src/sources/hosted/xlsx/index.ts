import { join } from 'node:path';
import type { FileFormat } from '../../../modules/resources/index.ts';
import { checkedHeader, headerFault, MAX_COLUMNS } from '../check-load.ts';
import { receive } from '../receive.ts';
import { fault, isFaulty, type FileCell, type FileRow, type TableFile } from '../table-file.ts';
import { addressOf } from './addresses.ts';
import { cellOf } from './cells.ts';
import { mergedRanges, MergedCells, nameOf, type MergedRange } from './merged.ts';
import { damaged, encrypted, XlsxPackage } from './package.ts';
import { spoolStrings, type SharedStrings } from './shared-strings.ts';
import { RowReader, type RawRow } from './sheet.ts';
import { readStyles, type Styles } from './styles.ts';
import { MAX_TEXT } from './texts.ts';
import { chooseSheet, readWorkbook, type Workbook } from './workbook.ts';
import { readXml } from './xml.ts';

/** A longer text is taken for a value, whatever stands in it. */
const BLANK_CHARACTERS = 100;

/** Takes an XLSX file in (ECMA-376), and finds the sheet; the first row that has anything in it is the header. */
export async function openXlsx(content: AsyncIterable<Uint8Array>, folder: string, { sheet }: FileFormat & { format: 'xlsx' }): Promise<TableFile> {
  const path = join(folder, 'content');
  await receive(content, path, 'xlsx', refuseOtherFormats);
  await using opened = new AsyncDisposableStack();
  const zip = opened.adopt(await XlsxPackage.open(path), (each) => each.close());
  const workbook = await readWorkbook(zip);
  const { name, part } = chooseSheet(workbook, sheet);
  const styles = workbook.stylesPart === undefined ? [] : await readStyles(zip, workbook.stylesPart);
  const strings = workbook.stringsPart === undefined ? undefined : opened.adopt(await spoolStrings(zip, workbook.stringsPart, join(folder, 'strings')), (each) => each.close());
  const merged = await mergedRanges(zip.read(part, 'stream'));
  const reader = new SheetReader(zip, part, workbook, { styles, strings, merged });
  const { header, row } = await reader.header();
  const kept = opened.move();
  return {
    told: { format: 'xlsx', sheet: name },
    header,
    rows: () => reader.rows(row, header.length),
    addressOf,
    close: () => kept.disposeAsync(),
  };
}

/** `PK`, with which a ZIP begins; what is encrypted, and what is older, begins with the byte D0 of OLE. */
function refuseOtherFormats(chunk: Uint8Array, at: number): void {
  for (const [place, byte] of [0x50, 0x4b].entries()) {
    const found = chunk[place - at];
    if (found === 0xd0 && place === 0) throw encrypted();
    if (found !== undefined && found !== byte) throw fault('xlsx.format', '这不是 XLSX 文件；CSV 请以 text/csv 提交 (no XLSX file: send CSV as text/csv)');
  }
}

/** What cells of a sheet refer to. */
interface Around {
  readonly styles: Styles;
  readonly strings: SharedStrings | undefined;
  readonly merged: readonly MergedRange[];
}

class SheetReader {
  readonly #zip: XlsxPackage;
  readonly #part: string;
  readonly #workbook: Workbook;
  readonly #around: Around;

  constructor(zip: XlsxPackage, part: string, workbook: Workbook, around: Around) {
    this.#zip = zip;
    this.#part = part;
    this.#workbook = workbook;
    this.#around = around;
  }

  /** The first row in which anything stands, without the blanks at its end. Beyond what a table may have nothing is read. */
  async header(): Promise<{ readonly header: readonly string[]; readonly row: number }> {
    for await (const raw of this.#rawRows()) {
      const { row } = raw;
      const width = Math.min((raw.cells.at(-1)?.column ?? 0) + 1, MAX_COLUMNS);
      const cells = await this.#cellsOf(raw, width, new MergedCells(this.#around.merged).at(row));
      const names = cells.slice(0, cells.findLastIndex((cell) => !isBlank(cell)) + 1);
      if (names.length === 0) continue;
      const faults = names.flatMap((cell, column) => (isFaulty(cell) ? [`${addressOf(row, column)}：${cell.fault}`] : []));
      if (faults.length > 0 && names.length <= MAX_COLUMNS) throw headerFault('xlsx', faults);
      return { header: checkedHeader('xlsx', names.map(textOf), (column) => `单元格 ${addressOf(row, column)} `), row };
    }
    throw fault('xlsx.empty', '工作表为空 (the sheet is empty)');
  }

  async *rows(headerRow: number, width: number): AsyncGenerator<FileRow> {
    const merged = new MergedCells(this.#around.merged);
    for await (const raw of this.#rawRows()) {
      if (raw.row <= headerRow) continue;
      const cells = await this.#cellsOf(raw, width, merged.at(raw.row));
      if (cells.some((cell) => cell !== null)) yield { row: raw.row, cells };
    }
  }

  #rawRows(): AsyncGenerator<RawRow> {
    return readXml(this.#part, this.#zip.read(this.#part, 'stream'), new RowReader(this.#part));
  }

  async #cellsOf({ row, cells: raw }: RawRow, width: number, merged: readonly MergedRange[]): Promise<FileCell[]> {
    const cells: FileCell[] = Array.from({ length: width }, () => null);
    for (const each of raw) {
      const shared = each.type === 's' ? indexOf(each.value) : undefined;
      // Many cells may name one long string: of those without a column no more is taken than shows whether it is blank.
      const characters = each.column < width ? MAX_TEXT + 1 : BLANK_CHARACTERS + 1;
      const value = shared === undefined ? each.value : (this.#around.strings?.cached(shared, characters) ?? (await this.#load(shared, characters)));
      const cell = cellOf(each, value, this.#around.styles, this.#workbook.dates);
      if (each.column < width) cells[each.column] = cell;
      else if (!isBlank(cell) || (value ?? '').length > BLANK_CHARACTERS) cells[each.column] = { fault: '有值，但表头在此列没有列名 (it has a value, and the header no name for its column)' };
    }
    if (cells.some((cell) => cell !== null)) for (const range of merged) cover(cells, range, row, width);
    return cells.length === width ? cells : Array.from(cells, (cell) => cell ?? null);
  }

  #load(index: number, characters: number): Promise<string> {
    if (this.#around.strings === undefined) throw damaged('缺少共享字符串表 (its shared strings are missing)');
    return this.#around.strings.load(index, characters);
  }
}

/** Only the first cell of a merged range has a value: what the others mean is a guess. */
function cover(cells: FileCell[], range: MergedRange, row: number, width: number): void {
  const own = addressOf(range.top, range.left);
  for (let column = range.left; column <= Math.min(range.right, width - 1); column += 1) {
    if (row > range.top || column > range.left) cells[column] = { fault: `与 ${own} 合并为 ${nameOf(range)}，请取消合并并逐格填写 (merged: unmerge and fill each cell)` };
  }
}

/** The number of a shared string; what is none is one that no table has. */
function indexOf(value: string | undefined): number {
  const index = Number(value);
  return Number.isInteger(index) ? index : -1;
}

const textOf = (cell: FileCell): string => (cell === null || isFaulty(cell) ? '' : typeof cell === 'string' ? cell : cell.text);

const isBlank = (cell: FileCell): boolean => !(cell !== null && isFaulty(cell)) && textOf(cell).trim() === '';
