import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import type { FileFormat } from '../../modules/resources/index.ts';
import { checkedHeader } from './check-load.ts';
import { receive } from './receive.ts';
import { fault, type FileCell, type FileRow, type TableFile } from './table-file.ts';

type Charset = 'utf-8' | 'gb18030';
type Delimiter = ',' | ';' | '\t';

const MAX_RECORD_CHARACTERS = 32 * 2 ** 20;

interface CsvContent {
  readonly path: string;
  readonly charset: Charset;
  /** Bytes that are not of the charset were seen: they are decoded to U+FFFD, and their rows are bad. */
  readonly damaged: boolean;
}

/** Takes a CSV file in, and finds out its charset and delimiter. */
export async function openCsv(content: AsyncIterable<Uint8Array>, folder: string, { charset, delimiter }: FileFormat & { format: 'csv' }): Promise<TableFile> {
  const csv = await received(content, join(folder, 'content'), charset);
  const told = { format: 'csv', charset: csv.charset, delimiter: delimiter === 'auto' ? await findDelimiter(csv) : delimiter } as const;
  const header = await headerOf(csv, told.delimiter);
  return {
    told,
    header,
    rows: () => rowsOf(csv, told.delimiter, header.length),
    addressOf: () => '',
    close: async () => {}, // the file goes with its folder
  };
}

/** Finds out the charset while the file comes in. */
async function received(content: AsyncIterable<Uint8Array>, path: string, charset: 'auto' | Charset): Promise<CsvContent> {
  const utf8 = new CharsetCheck();
  await receive(content, path, 'csv', (chunk, at) => {
    if (at === 0) refuseOtherFormats(chunk);
    utf8.see(chunk);
  });
  utf8.end();
  const found = charset === 'auto' ? (utf8.likely ? 'utf-8' : 'gb18030') : charset;
  return { path, charset: found, damaged: found === 'gb18030' || utf8.errors > 0 };
}

async function headerOf(csv: CsvContent, delimiter: Delimiter): Promise<string[]> {
  for await (const [, names] of recordsOf(csv, delimiter)) return checkedHeader('csv', names, (column) => `第 ${column + 1} 列`);
  throw fault('csv.empty', '文件没有表头行 (the file has no header row)');
}

async function* rowsOf(csv: CsvContent, delimiter: Delimiter, width: number): AsyncGenerator<FileRow> {
  let isHeader = true;
  for await (const [row, cells] of recordsOf(csv, delimiter)) {
    if (isHeader) isHeader = false;
    else if (cells.length !== width) yield { row, cells: [], fault: `有 ${cells.length} 个值，表头有 ${width} 列 (${cells.length} values for ${width} columns)` };
    else yield { row, cells: csv.damaged ? cells.map((cell) => checkedCell(cell, csv.charset)) : cells };
  }
}

const checkedCell = (cell: string, charset: Charset): FileCell => (cell.includes('\ufffd') ? { fault: `值不是有效的 ${charset} 编码 (the value is not valid ${charset})` } : cell);

/** Counts what is not UTF-8: a file in GB18030 is wrong nearly everywhere, a damaged one here and there. */
class CharsetCheck {
  errors = 0;
  #beyondAscii = 0;
  readonly #decoder = new TextDecoder('utf-8');

  get likely(): boolean {
    return this.errors * 20 <= this.#beyondAscii;
  }

  see(chunk: Uint8Array): void {
    this.#count(this.#decoder.decode(chunk, { stream: true }));
  }

  end(): void {
    this.#count(this.#decoder.decode());
  }

  #count(text: string): void {
    this.#beyondAscii += text.match(/[^\0-\x7f]/g)?.length ?? 0;
    this.errors += text.match(/\ufffd/g)?.length ?? 0;
  }
}

function refuseOtherFormats(chunk: Uint8Array): void {
  const [first, second] = chunk;
  if (first === 0x50 && second === 0x4b) throw fault('csv.format', '这是 XLSX 或 ZIP 文件，不是 CSV；XLSX 请以其自身的类型提交 (an XLSX or ZIP file, not CSV: send XLSX as its own type)');
  if (first === 0xd0 && second === 0xcf) throw fault('csv.format', '这是 XLS 文件，请另存为 XLSX 或 CSV (an XLS file: save it as XLSX or CSV)');
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) throw fault('csv.charset', '文件编码为 UTF-16，请另存为 UTF-8 或 GB18030 (the file is UTF-16: save it as UTF-8 or GB18030)');
}

/** The delimiter that stands most often in the first line, outside quotes. */
async function findDelimiter(file: CsvContent): Promise<Delimiter> {
  await using handle = await open(file.path);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(65_536), 0, 65_536, 0);
  const header = new TextDecoder(file.charset).decode(buffer.subarray(0, bytesRead)).replaceAll(/"[^"]*"/g, '').split(/\r|\n/, 1)[0] ?? '';
  const count = (delimiter: Delimiter): number => header.split(delimiter).length;
  return ([',', ';', '\t'] as const).reduce((best, each) => (count(each) > count(best) ? each : best));
}

/** The records of a file with their numbers, the header being 1; blank lines are passed over and counted. */
async function* recordsOf(file: CsvContent, delimiter: Delimiter): AsyncGenerator<readonly [row: number, cells: string[]]> {
  const parser = parse({ delimiter, bom: true, relax_column_count: true, record_delimiter: ['\r\n', '\n', '\r'], max_record_size: MAX_RECORD_CHARACTERS });
  pipeline(Readable.from(decoded(file), { objectMode: true }), parser, () => {}); // its error ends the loop below
  let row = 0;
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      row += 1;
      if (cells.length > 1 || cells[0] !== '') yield [row, cells];
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const near = parser.info.records + 1;
    throw fault('csv.syntax', `第 ${near} 行附近格式有误：${syntaxWords[error.code] ?? error.message} (near row ${near}: ${error.code})`, { row: near }, error);
  }
}

const syntaxWords: Partial<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: '双引号没有结束',
  INVALID_OPENING_QUOTE: '未加引号的值中含有双引号，应将整个值置于双引号内并把引号写两遍',
  CSV_INVALID_CLOSING_QUOTE: '结束的双引号之后还有内容',
  CSV_MAX_RECORD_SIZE: '一行过长，可能缺少结束的双引号',
};

async function* decoded(file: CsvContent): AsyncGenerator<string | Buffer> {
  const decoder = new TextDecoder(file.charset, { ignoreBOM: true });
  for await (const chunk of createReadStream(file.path, { highWaterMark: 262_144 }) as AsyncIterable<Buffer>) {
    yield file.charset === 'utf-8' && !file.damaged ? chunk : decoder.decode(chunk, { stream: true });
  }
  yield decoder.decode();
}
