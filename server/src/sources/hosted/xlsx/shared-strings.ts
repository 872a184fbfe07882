import { open, type FileHandle } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';
import { damaged, type XlsxPackage } from './package.ts';
import { TextItem } from './texts.ts';
import { readXml, type XmlReader } from './xml.ts';

const PAGE_STRINGS = 64;
const WRITE_BYTES = 262_144;
const CACHE_CHARACTERS = 8_000_000;

/**
 * The table of a workbook's strings, which cells name by number. It may be larger than memory: it lies in a file beside
 * the workbook, in pages of some strings each, and the pages used last are kept.
 */
export class SharedStrings {
  readonly #count: number;
  readonly #file: FileHandle;
  /** Where each page begins, and at last where the file ends. */
  readonly #offsets: readonly number[];
  readonly #pages = new LRUCache<number, readonly string[]>({ maxSize: CACHE_CHARACTERS, sizeCalculation: (page) => page.reduce((sum, text) => sum + text.length + 8, 0) });

  constructor(file: FileHandle, offsets: readonly number[], count: number) {
    this.#file = file;
    this.#offsets = offsets;
    this.#count = count;
  }

  /** A string that is in memory. */
  cached(index: number): string | undefined {
    return this.#pages.get(Math.floor(index / PAGE_STRINGS))?.[index % PAGE_STRINGS];
  }

  async load(index: number): Promise<string> {
    const number = Math.floor(index / PAGE_STRINGS);
    const [from, to] = [this.#offsets[number], this.#offsets[number + 1]];
    if (from === undefined || to === undefined || index >= this.#count) throw damaged(`没有第 ${index} 号共享字符串 (no such shared string)`);
    const { buffer } = await this.#file.read(Buffer.allocUnsafe(to - from), 0, to - from, from);
    const page: readonly string[] = JSON.parse(buffer.toString());
    this.#pages.set(number, page);
    return page[index % PAGE_STRINGS] ?? '';
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** Reads the strings of a part into a new file at `path`. */
export async function spoolStrings(workbook: XlsxPackage, part: string, path: string): Promise<SharedStrings> {
  const file = await open(path, 'wx+', 0o600);
  try {
    return await new PageWriter(file).write(readXml(part, workbook.read(part, 'stream'), new ItemReader()));
  } catch (error) {
    await file.close();
    throw error;
  }
}

class PageWriter {
  readonly #file: FileHandle;
  readonly #offsets = [0];
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #page: string[] = [];
  #count = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async write(strings: AsyncIterable<string>): Promise<SharedStrings> {
    for await (const text of strings) {
      this.#count += 1;
      this.#page.push(text);
      if (this.#page.length === PAGE_STRINGS) this.#endPage();
      if (this.#waitingBytes > WRITE_BYTES) await this.#flush();
    }
    this.#endPage();
    await this.#flush();
    return new SharedStrings(this.#file, this.#offsets, this.#count);
  }

  #endPage(): void {
    const bytes = Buffer.from(JSON.stringify(this.#page));
    this.#offsets.push((this.#offsets.at(-1) ?? 0) + bytes.length);
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#page = [];
  }

  async #flush(): Promise<void> {
    await this.#file.appendFile(Buffer.concat(this.#waiting));
    this.#waiting = [];
    this.#waitingBytes = 0;
  }
}

class ItemReader implements XmlReader<string> {
  readonly #item = new TextItem();
  #items: string[] = [];

  open(name: string): void {
    this.#item.open(name);
  }

  text(text: string): void {
    this.#item.text(text);
  }

  close(name: string): void {
    this.#item.close(name);
    if (name === 'si') this.#items.push(this.#item.take());
  }

  take(): readonly string[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }
}
