import { crc32 } from 'node:zlib';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { fault } from '../table-file.ts';

const MAX_ENTRIES = 10_000;
/** Name, extra fields and comment of an entry, which are kept while the package is open. */
const MAX_ENTRY_HEAD = 1_024;
const MAX_PART_BYTES = 8 * 2 ** 30;
/** The largest of the parts that are kept in memory once read: the workbook, its relationships, its styles. */
const MAX_SMALL_PART_BYTES = 32 * 2 ** 20;
/** Large sheets with addresses in their cells reach 60. Of what is not large any ratio is harmless: nothing of it is kept. */
const MAX_RATIO = 250;
const HARMLESS_BYTES = 256 * 2 ** 20;

/**
 * The ZIP that an XLSX file is (ECMA-376 part 2): nothing of it is ever written out by its name. Sizes are bounded by what
 * the directory declares, and yauzl holds every entry to its declared size.
 */
export class XlsxPackage {
  readonly #zip: ZipFile;
  readonly #parts: ReadonlyMap<string, Entry>;

  private constructor(zip: ZipFile, parts: ReadonlyMap<string, Entry>) {
    this.#zip = zip;
    this.#parts = parts;
  }

  static async open(path: string): Promise<XlsxPackage> {
    const zip = await openPromise(path, { autoClose: false }).catch((error: unknown) => {
      throw fault('xlsx.truncated', '文件不完整或不是 XLSX：缺少 ZIP 目录，请重新上传 (the file is cut short, or is no ZIP: its directory is missing)', {}, error);
    });
    try {
      return new XlsxPackage(zip, await partsOf(zip));
    } catch (error) {
      zip.close();
      throw error;
    }
  }

  has(name: string): boolean {
    return this.#parts.has(name.toLowerCase());
  }

  /** The bytes of a part as they are inflated; a `stream` may be large, and its reader keeps little of it. */
  async *read(name: string, size: 'small' | 'stream'): AsyncGenerator<Buffer> {
    const entry = this.#parts.get(name.toLowerCase());
    if (entry === undefined) throw damaged(`缺少 ${name} (the part is missing)`);
    checkSize(entry, size === 'small' ? MAX_SMALL_PART_BYTES : MAX_PART_BYTES);
    let sum = 0;
    try {
      for await (const chunk of (await this.#zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) {
        sum = crc32(chunk, sum);
        yield chunk;
      }
    } catch (error) {
      throw damaged(`${name} 解压失败 (it cannot be inflated)`, error);
    }
    if (sum !== entry.crc32) throw damaged(`${name} 校验和不符 (its checksum is wrong)`);
  }

  close(): void {
    this.#zip.close();
  }
}

async function partsOf(zip: ZipFile): Promise<Map<string, Entry>> {
  const parts = new Map<string, Entry>();
  if (zip.entryCount > MAX_ENTRIES) throw fault('xlsx.bomb', `压缩包内超过 ${MAX_ENTRIES} 个文件 (more than ${MAX_ENTRIES} entries)`);
  try {
    for await (const entry of zip.eachEntry()) {
      const { fileName, fileNameLength, extraFieldLength, fileCommentLength } = entry;
      if (fileNameLength + extraFieldLength + fileCommentLength > MAX_ENTRY_HEAD) throw damaged('压缩包目录项过长 (an entry of the directory is too long)');
      if (entry.isEncrypted()) throw encrypted();
      const name = fileName.toLowerCase(); // names of parts are the same in any case
      if (parts.has(name)) throw damaged(`${fileName.slice(0, 100)} 出现两次 (a part stands there twice)`);
      parts.set(name, entry);
    }
  } catch (error) {
    throw error instanceof Error && pathTrick.test(error.message) ? fault('xlsx.path', '压缩包内含越界的文件路径，已拒绝 (an entry’s path leads out of the package)', {}, error) : asDamaged(error);
  }
  return parts;
}

/** What yauzl says of names that lead elsewhere. */
const pathTrick = /^(absolute path|invalid relative path|invalid characters in fileName)/;

function checkSize({ fileName, compressedSize, uncompressedSize }: Entry, most: number): void {
  const ratio = uncompressedSize / Math.max(compressedSize, 1);
  if (uncompressedSize <= most && (ratio <= MAX_RATIO || uncompressedSize <= HARMLESS_BYTES)) return;
  throw fault('xlsx.bomb', `${fileName} 解压后为 ${uncompressedSize} 字节（${Math.round(ratio)} 倍），超出限度 (the part inflates beyond the bounds: ${most} bytes, ${MAX_RATIO} times)`);
}

export const encrypted = (): Error => fault('xlsx.encrypted', '文件已加密或为旧式 XLS，请在 Excel 中去除密码并另存为 XLSX (the file is encrypted or an old .xls: save it as XLSX without a password)');

export const damaged = (what: string, cause?: unknown): Error => fault('xlsx.damaged', `XLSX 文件已损坏：${what} (the file is damaged)`, {}, cause);

const asDamaged = (error: unknown): unknown => (error instanceof Error && error.name === 'Error' ? damaged('压缩包目录有误 (its directory is wrong)', error) : error);
