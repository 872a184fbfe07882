import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { DomainError } from '../../kernel/errors.ts';

export type Charset = 'utf-8' | 'gb18030';
export type Delimiter = ',' | ';' | '\t';

const MAX_FILE_BYTES = 4 * 2 ** 30;
const MAX_RECORD_CHARACTERS = 32 * 2 ** 20;

export interface CsvFile {
  readonly path: string;
  readonly charset: Charset;
  /** Bytes that are not of the charset were seen: they are decoded to U+FFFD, and their rows are bad. */
  readonly damaged: boolean;
}

/** Writes what comes to a file of ours, and finds out its charset on the way. */
export async function receive(content: AsyncIterable<Uint8Array>, path: string, charset: 'auto' | Charset): Promise<CsvFile> {
  const file = await open(path, 'wx', 0o600);
  const utf8 = new CharsetCheck();
  let bytes = 0;
  try {
    for await (const chunk of content) {
      if (bytes === 0) refuseOtherFormats(chunk);
      bytes += chunk.length;
      if (bytes > MAX_FILE_BYTES) throw fault('csv.too-large', '文件超过 4 GB，请拆分后导入 (the file is larger than 4 GB: split it)');
      utf8.see(chunk);
      await file.write(chunk);
    }
  } finally {
    await file.close();
  }
  if (bytes === 0) throw fault('csv.empty', '文件为空 (the file is empty)');
  utf8.end();
  const found = charset === 'auto' ? (utf8.likely ? 'utf-8' : 'gb18030') : charset;
  return { path, charset: found, damaged: found === 'gb18030' || utf8.errors > 0 };
}

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
  if (first === 0x50 && second === 0x4b) throw fault('csv.format', '这是 XLSX 或 ZIP 文件，请另存为 CSV (an XLSX or ZIP file: save it as CSV)');
  if (first === 0xd0 && second === 0xcf) throw fault('csv.format', '这是 XLS 文件，请另存为 CSV (an XLS file: save it as CSV)');
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) throw fault('csv.charset', '文件编码为 UTF-16，请另存为 UTF-8 或 GB18030 (the file is UTF-16: save it as UTF-8 or GB18030)');
}

/** The delimiter that stands most often in the first line, outside quotes. */
export async function findDelimiter(file: CsvFile): Promise<Delimiter> {
  await using handle = await open(file.path);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(65_536), 0, 65_536, 0);
  const header = new TextDecoder(file.charset).decode(buffer.subarray(0, bytesRead)).replaceAll(/"[^"]*"/g, '').split(/\r|\n/, 1)[0] ?? '';
  const count = (delimiter: Delimiter): number => header.split(delimiter).length;
  return ([',', ';', '\t'] as const).reduce((best, each) => (count(each) > count(best) ? each : best));
}

/** The records of a file with their numbers, the header being 1; blank lines are passed over and counted. */
export async function* recordsOf(file: CsvFile, delimiter: Delimiter): AsyncGenerator<readonly [row: number, cells: string[]]> {
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

async function* decoded(file: CsvFile): AsyncGenerator<string | Buffer> {
  const decoder = new TextDecoder(file.charset, { ignoreBOM: true });
  for await (const chunk of createReadStream(file.path, { highWaterMark: 262_144 }) as AsyncIterable<Buffer>) {
    yield file.charset === 'utf-8' && !file.damaged ? chunk : decoder.decode(chunk, { stream: true });
  }
  yield decoder.decode();
}

export const fault = (code: string, message: string, details: Record<string, string | number | string[]> = {}, cause?: unknown): DomainError =>
  new DomainError('invalid-definition', code, message, { details, cause });
