import { fault } from '../table-file.ts';
import { MAX_COLUMN, MAX_ROW, placeOf } from './addresses.ts';
import { damaged } from './package.ts';
import { MAX_TEXT, TextItem, unescaped } from './texts.ts';
import type { Attributes, XmlReader } from './xml.ts';

const MAX_ROW_CHARACTERS = 32 * 2 ** 20;

/** A cell as the sheet writes it (18.3.1.4): what its value means is told by its type and its style. */
export interface RawCell {
  readonly column: number;
  /** `n`, `s`, `str`, `inlineStr`, `b`, `e`, `d`. */
  readonly type: string;
  readonly style: number;
  /** Undefined where a formula has no result. */
  readonly value: string | undefined;
}

export interface RawRow {
  readonly row: number;
  /** Those that are not empty, from left to right. */
  readonly cells: readonly RawCell[];
}

/** Reads the rows of a sheet that have any cell which is not empty. */
export class RowReader implements XmlReader<RawRow> {
  readonly #part: string;
  #rows: RawRow[] = [];
  #row = 0;
  #column = -1;
  #cells: RawCell[] = [];
  #characters = 0;
  #cell: { readonly type: string; readonly style: number } | undefined;
  #formula = false;
  #inValue = false;
  #value: string | undefined;
  readonly #inline = new TextItem();
  #hasInline = false;

  constructor(part: string) {
    this.#part = part;
  }

  open(name: string, attributes: Attributes): void {
    if (name === 'c') this.#openCell(attributes);
    else if (name === 'row') this.#openRow(attributes);
    else if (this.#cell === undefined) return;
    else if (name === 'v') this.#inValue = true;
    else if (name === 'f') this.#formula = true;
    else if (name === 'is') this.#hasInline = true;
    else if (this.#hasInline) this.#inline.open(name);
  }

  text(text: string): void {
    if (this.#inValue) this.#value = ((this.#value ?? '') + text).slice(0, MAX_TEXT + 1);
    else if (this.#hasInline) this.#inline.text(text);
  }

  close(name: string): void {
    if (name === 'c') this.#closeCell();
    else if (name === 'row') this.#closeRow();
    else if (name === 'v') this.#inValue = false;
    else if (this.#hasInline) this.#inline.close(name);
  }

  take(): readonly RawRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  #openRow({ r }: Attributes): void {
    const row = r === undefined ? this.#row + 1 : Number(r);
    if (!Number.isSafeInteger(row) || row <= this.#row || row > MAX_ROW) throw damaged(`${this.#part} 的行号 ${String(r).slice(0, 20)} 有误 (a row’s number is wrong)`);
    this.#row = row;
    this.#column = -1;
    this.#characters = 0;
  }

  #openCell({ r, t = 'n', s = '0' }: Attributes): void {
    const place = r === undefined ? { row: this.#row, column: this.#column + 1 } : placeOf(r);
    if (place?.row !== this.#row || place.column <= this.#column || place.column >= MAX_COLUMN) throw damaged(`${this.#part} 第 ${this.#row} 行的单元格位置 ${String(r).slice(0, 20)} 有误 (a cell’s place is wrong)`);
    this.#column = place.column;
    this.#cell = { type: t, style: Number(s) };
    this.#formula = false;
    this.#value = undefined;
    this.#hasInline = false;
  }

  #closeCell(): void {
    if (this.#cell === undefined) return;
    const { type } = this.#cell;
    const value = this.#hasInline ? this.#inline.take() : type === 'str' && this.#value !== undefined ? unescaped(this.#value) : this.#value;
    // A formula whose result is the empty text has an empty value; one that was never reckoned has none.
    if ((value ?? '') !== '') this.#cells.push({ column: this.#column, ...this.#cell, value });
    else if (this.#formula && type !== 'str') this.#cells.push({ column: this.#column, ...this.#cell, value: undefined });
    this.#characters += value?.length ?? 0;
    if (this.#characters > MAX_ROW_CHARACTERS) throw fault('xlsx.row-too-long', `第 ${this.#row} 行过长 (the row is too long)`);
    this.#cell = undefined;
    this.#hasInline = false;
  }

  #closeRow(): void {
    if (this.#cells.length > 0) this.#rows.push({ row: this.#row, cells: this.#cells });
    this.#cells = [];
  }
}
