import { open, type FileHandle } from 'node:fs/promises';
import { damaged, type XlsxPackage } from './package.ts';
import { TextItem } from './texts.ts';
import { readXml, type XmlReader } from './xml.ts';

/** A page begins with the ends of its strings, four bytes each, counted from the page's begin. */
const PAGE_STRINGS = 64;
const HEAD_BYTES = PAGE_STRINGS * 4;
const WRITE_BYTES = 262_144;
const CACHE_BYTES = 16 * 2 ** 20;
/** UTF-16, so that what is half a character comes out as it went in, and is seen. */
const ENCODING = 'utf16le';
const CHARACTER_BYTES = 2;

/**
 * The table of a workbook's strings, which cells name by number. It may be larger than memory: it lies in a file beside
 * the workbook, in pages of some strings each. The pages read last stand in one buffer, and a string is made of it when it
 * is asked for: strings that were kept would grow old, and the collector is slow to take what is old.
 */
export class SharedStrings {
  readonly #file: FileHandle;
  readonly #count: number;
  /** Where each page begins in the file, and at last where the file ends. */
  readonly #offsets: readonly number[];
  readonly #cache = Buffer.allocUnsafeSlow(CACHE_BYTES);
  /** Where in the buffer a page stands; the first of them were put there first. */
  readonly #pages = new Map<number, { readonly at: number; readonly end: number }>();
  #head = 0;

  constructor(file: FileHandle, offsets: readonly number[], count: number) {
    this.#file = file;
    this.#offsets = offsets;
    this.#count = count;
  }

  /** A string that is in memory, or the first of its characters. */
  cached(index: number, characters: number): string | undefined {
    const at = this.#pages.get(Math.floor(index / PAGE_STRINGS))?.at;
    if (at === undefined || index >= this.#count) return undefined;
    const place = index % PAGE_STRINGS;
    const from = place === 0 ? HEAD_BYTES : this.#cache.readUInt32LE(at + (place - 1) * 4);
    const to = Math.min(this.#cache.readUInt32LE(at + place * 4), from + characters * CHARACTER_BYTES);
    return this.#cache.toString(ENCODING, at + from, at + to);
  }

  async load(index: number, characters: number): Promise<string> {
    const page = Math.floor(index / PAGE_STRINGS);
    const [from, to] = [this.#offsets[page], this.#offsets[page + 1]];
    if (from === undefined || to === undefined || index >= this.#count) throw damaged(`没有第 ${index} 号共享字符串 (no such shared string)`);
    const at = this.#room(to - from);
    await this.#file.read(this.#cache, at, to - from, from);
    this.#pages.set(page, { at, end: at + to - from });
    return this.cached(index, characters) ?? '';
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** Goes round the buffer, over the oldest pages. */
  #room(bytes: number): number {
    const at = this.#head + bytes > CACHE_BYTES ? 0 : this.#head;
    for (const [page, place] of this.#pages) {
      const isPassed = at === 0 && place.at >= this.#head;
      if (!isPassed && (place.at >= at + bytes || place.end <= at)) break;
      this.#pages.delete(page);
    }
    this.#head = at + bytes;
    return at;
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
  #page: Buffer[] = [];
  #count = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async write(strings: AsyncIterable<string>): Promise<SharedStrings> {
    for await (const text of strings) {
      this.#count += 1;
      this.#page.push(Buffer.from(text, ENCODING));
      if (this.#page.length === PAGE_STRINGS) this.#endPage();
      if (this.#waitingBytes > WRITE_BYTES) await this.#flush();
    }
    this.#endPage();
    await this.#flush();
    return new SharedStrings(this.#file, this.#offsets, this.#count);
  }

  #endPage(): void {
    const head = Buffer.alloc(HEAD_BYTES);
    let end = HEAD_BYTES;
    for (const [place, text] of this.#page.entries()) {
      end += text.length;
      head.writeUInt32LE(end, place * 4);
    }
    this.#offsets.push((this.#offsets.at(-1) ?? 0) + end);
    this.#waiting.push(head, ...this.#page);
    this.#waitingBytes += end;
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
