import type { DateKind } from './dates.ts';
import { damaged, type XlsxPackage } from './package.ts';
import { readXml, type Attributes, type XmlReader } from './xml.ts';

/** More than Excel allows, which is 65,490. */
const MAX_STYLES = 100_000;

/** What each style of a workbook shows numbers as; undefined is numbers. */
export type Styles = readonly (DateKind | undefined)[];

export async function readStyles(workbook: XlsxPackage, part: string): Promise<Styles> {
  const reader = new StyleReader();
  await Array.fromAsync(readXml(part, workbook.read(part, 'small'), reader));
  return reader.styles;
}

class StyleReader implements XmlReader<never> {
  readonly styles: (DateKind | undefined)[] = [];
  readonly #formats = new Map<string, DateKind | undefined>();
  #inCells = false;

  open(name: string, { numFmtId = '0', formatCode = '' }: Attributes): void {
    if (name === 'cellXfs') this.#inCells = true;
    else if (name === 'numFmt') this.#formats.set(numFmtId, formatKind(formatCode));
    else if (name === 'xf' && this.#inCells) this.styles.push(this.#formats.has(numFmtId) ? this.#formats.get(numFmtId) : builtIn(Number(numFmtId)));
    if (this.styles.length > MAX_STYLES) throw damaged('样式过多 (too many styles)');
  }

  text(): void {}

  close(name: string): void {
    if (name === 'cellXfs') this.#inCells = false;
  }

  take(): readonly never[] {
    return [];
  }
}

/** The formats that are not written into files (18.8.30), with those of Chinese Excel. */
function builtIn(id: number): DateKind | undefined {
  if ([14, 15, 16, 17, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58].includes(id)) return 'date';
  if ([18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56].includes(id)) return 'time';
  if (id === 22) return 'datetime';
  return id === 46 ? 'elapsed' : undefined;
}

/** What a format's code shows: text in quotes and brackets aside, its letters tell. */
export function formatKind(code: string): DateKind | undefined {
  const [first = ''] = code.replaceAll(/"[^"]*"|[\\_*]./gsu, '').split(';');
  if (/\[(h+|m+|s+)\]/i.test(first)) return 'elapsed';
  const bare = first.replaceAll(/\[[^\]]*\]|general|G\/通用格式|e[+-]/gi, '');
  const letters = bare.replaceAll(/am\/pm|a\/p|上午\/下午/gi, 'h');
  const clock = /[hs]/i.test(letters);
  const day = /[yde]|aaa/i.test(letters) || (!clock && /m/i.test(letters));
  if (day) return clock ? 'datetime' : 'date';
  return clock ? 'time' : undefined;
}
