import { expectBatch, expectWidth, type RowsEncoder } from './encoder.ts';

export interface CsvOptions {
  /**
   * `machine`: values unaltered. `people`: for spreadsheet programs: a byte order mark, by which they know UTF-8, and
   * cells that they would run as formulas made harmless (decision 32).
   */
  readonly reader: 'machine' | 'people';
}

/** RFC 4180: names in the first line, lines end in CRLF. NULL is an empty cell, an empty text is `""` (decision 32). */
export function csvRowsEncoder({ reader }: CsvOptions): RowsEncoder {
  const write = reader === 'people' ? (cell: string): string => quote(neutraliseFormula(cell)) : quote;
  let width = 0;
  return {
    contentType: 'text/csv; charset=utf-8; header=present',
    reads: 'cells',
    head(fields) {
      width = fields.length;
      return `${reader === 'people' ? '\uFEFF' : ''}${fields.map((field) => write(field.name)).join(',')}\r\n`;
    },
    rows(batch) {
      let text = '';
      for (const cells of expectBatch(batch, 'cells').rows) {
        expectWidth(cells, width);
        for (let index = 0; index < cells.length; index += 1) {
          const cell = cells[index];
          if (index > 0) text += ',';
          if (cell !== null && cell !== undefined) text += write(cell);
        }
        text += '\r\n';
      }
      return text;
    },
    tail: () => '',
  };
}

/** Blanks at the ends are quoted too, since some readers would trim them, and U+FEFF, which could pass for a mark. */
const needsQuotes = /[",\r\n\uFEFF]|^\s|\s$/;

function quote(cell: string): string {
  if (cell === '') return '""';
  return needsQuotes.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** What spreadsheet programs take for the begin of a formula, full-width forms included. */
const formula = /^[=+\-@\t\r\n＝＋－＠]/;
/** A signed number is not a formula, and must stay a number. */
const number = /^[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$/;

/** Puts an apostrophe before a cell that a spreadsheet program would run; any other cell is unaltered. */
export const neutraliseFormula = (cell: string): string => (formula.test(cell) && !number.test(cell) ? `'${cell}` : cell);
