import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import yazl from 'yazl';
import { partsOf } from '../support/xlsx.ts';

const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const dates = '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs>';
/** A prime, by which the strings of rows lie far from one another. */
const STRIDE = 7_919;

/** Rows come in blocks of so many: each names a string of its own block. */
export const BLOCK_ROWS = 50_000;

const nameOf = (n: number): string => `第 ${n} 号站 潮位观测记录`;

const scattered = (n: number): number => Math.floor(n / BLOCK_ROWS) * BLOCK_ROWS + (((n % BLOCK_ROWS) * STRIDE) % BLOCK_ROWS);

/** The rows of a table that are not as the workbook has them. */
export const strangeRowsSql = (table: string): string => `
  SELECT count(*)::int AS strange FROM (SELECT *, _row - 1 AS n FROM ${table}) AS t
  WHERE "编号" <> n OR "名称" <> format('第 %s 号站 潮位观测记录', n) OR "深度" <> n + 0.25 OR "有效" <> (n % 2 = 0) OR "备注" <> '备注 ' || n % 10
    OR "邻站" <> format('第 %s 号站 潮位观测记录', n / ${BLOCK_ROWS} * ${BLOCK_ROWS} + n % ${BLOCK_ROWS} * ${STRIDE} % ${BLOCK_ROWS})
    OR "时间" <> timestamp '2025-12-09' + n * interval '84.375 seconds'`;

/**
 * Writes a workbook of so many rows, a multiple of BLOCK_ROWS: a number, two strings of a table with a string for every row
 * (one in the order of the rows, one far from it), a decimal, a boolean, a text in its cell, and a time of day 46,000 and
 * later. It is made as it is written.
 */
export async function writeWorkbook(path: string, rows: number): Promise<void> {
  const zip = new yazl.ZipFile();
  const parts = partsOf({ sheets: { 观测: '' }, strings: '', styles: dates });
  const large: Readonly<Record<string, () => Iterable<string>>> = { 'xl/sharedStrings.xml': () => stringsOf(rows), 'xl/worksheets/sheet1.xml': () => sheetOf(rows) };
  for (const [name, content] of Object.entries(parts)) {
    const made = large[name];
    if (made === undefined) zip.addBuffer(Buffer.from(content), name);
    else zip.addReadStream(Readable.from(inPieces(made())), name, { compressionLevel: 1 });
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path));
}

function* stringsOf(rows: number): Generator<string> {
  yield `<sst xmlns="${main}">`;
  for (let n = 0; n < rows; n += 1) yield `<si><t>${nameOf(n)}</t></si>`;
  yield '</sst>';
}

function* sheetOf(rows: number): Generator<string> {
  yield `<worksheet xmlns="${main}"><sheetData><row r="1">`;
  for (const name of ['编号', '名称', '邻站', '深度', '有效', '备注', '时间']) yield `<c t="inlineStr"><is><t>${name}</t></is></c>`;
  yield '</row>';
  for (let n = 0; n < rows; n += 1) {
    const r = n + 2;
    yield `<row r="${r}"><c r="A${r}"><v>${n}</v></c><c r="B${r}" t="s"><v>${n}</v></c><c r="C${r}" t="s"><v>${scattered(n)}</v></c><c r="D${r}"><v>${n}.25</v></c><c r="E${r}" t="b"><v>${n % 2 === 0 ? 1 : 0}</v></c><c r="F${r}" t="inlineStr"><is><t>备注 ${n % 10}</t></is></c><c r="G${r}" s="1"><v>${46_000 + n / 1024}</v></c></row>`;
  }
  yield '</sheetData></worksheet>';
}

function* inPieces(texts: Iterable<string>): Generator<Buffer> {
  let piece = '';
  for (const text of texts) {
    piece += text;
    if (piece.length < 65_536) continue;
    yield Buffer.from(piece);
    piece = '';
  }
  yield Buffer.from(piece);
}
