import { posix } from 'node:path';
import { fault } from '../table-file.ts';
import type { DateSystem } from './dates.ts';
import { damaged, type XlsxPackage } from './package.ts';
import { readXml, type Attributes, type XmlReader } from './xml.ts';

const MAX_ELEMENTS = 100_000;

interface Sheet {
  readonly name: string;
  readonly part: string;
  readonly hidden: boolean;
}

export interface Workbook {
  /** The sheets of cells in the order of their tabs; charts are not among them. */
  readonly sheets: readonly Sheet[];
  readonly dates: DateSystem;
  readonly stylesPart: string | undefined;
  readonly stringsPart: string | undefined;
}

interface Element {
  readonly name: string;
  readonly attributes: Attributes;
}

interface Relationship {
  readonly id: string;
  /** The last word of its type's URI: the URIs differ between the transitional and the strict edition. */
  readonly type: string;
  readonly part: string;
}

/** Reads the parts that say where the others are (ECMA-376 part 2, 6.5; part 1, 12.3). */
export async function readWorkbook(zip: XlsxPackage): Promise<Workbook> {
  if (!zip.has('_rels/.rels')) throw noWorkbook();
  const root = (await relationshipsOf(zip, '')).find(({ type }) => type === 'officeDocument')?.part;
  if (root === undefined || !zip.has(root)) throw noWorkbook();
  if (root.endsWith('.bin')) throw fault('xlsx.format', '这是 XLSB 文件，请另存为 XLSX (an XLSB file: save it as XLSX)');
  const relationships = await relationshipsOf(zip, root);
  const elements = await elementsOf(zip, root);
  if (!elements.some(({ name }) => name === 'workbook')) throw noWorkbook();
  const date1904 = elements.find(({ name }) => name === 'workbookPr')?.attributes['date1904'] ?? '0';
  const partOf = (wanted: string): string | undefined => relationships.find(({ type, part }) => type === wanted && zip.has(part))?.part;
  return {
    sheets: elements.filter(({ name }) => name === 'sheet').flatMap(({ attributes }) => sheetOf(attributes, relationships)),
    dates: ['1', 'true'].includes(date1904) ? 1904 : 1900,
    stylesPart: partOf('styles'),
    stringsPart: partOf('sharedStrings'),
  };
}

/** A sheet by its name, or by its number from 1; the first that is shown when nothing is asked for. */
export function chooseSheet({ sheets }: Workbook, asked: string): Sheet {
  const found = asked === '' ? (sheets.find(({ hidden }) => !hidden) ?? sheets[0]) : (sheets.find(({ name }) => name === asked) ?? (/^\d{1,5}$/.test(asked) ? sheets[Number(asked) - 1] : undefined));
  if (found !== undefined) return found;
  const names = sheets.map(({ name }) => name);
  const shown = names.map((name, index) => `${index + 1} “${name}”`).join('、').slice(0, 500);
  throw fault('xlsx.sheet', `没有工作表“${asked.slice(0, 100)}”；文件中有：${shown} (no such sheet: give its name or number)`, { sheets: names.slice(0, 100) });
}

/** The relationship that a sheet names is the one attribute with a prefix and the name `id`, whatever the prefix. */
function sheetOf(attributes: Attributes, relationships: readonly Relationship[]): Sheet[] {
  const id = Object.entries(attributes).find(([name]) => name.endsWith(':id'))?.[1];
  const target = relationships.find((each) => each.id === id);
  if (target?.type !== 'worksheet') return [];
  return [{ name: attributes['name'] ?? '', part: target.part, hidden: (attributes['state'] ?? 'visible') !== 'visible' }];
}

/** The relationships of a part within the package; of the package itself for the empty name. */
async function relationshipsOf(zip: XlsxPackage, part: string): Promise<Relationship[]> {
  const folder = posix.dirname(part);
  const name = posix.join(folder, '_rels', `${posix.basename(part)}.rels`);
  if (!zip.has(name)) return [];
  const elements = await elementsOf(zip, name);
  return elements.flatMap(({ attributes: { Id: id = '', Type: type = '', Target: target = '', TargetMode: mode } }) => {
    if (id === '' || mode === 'External') return [];
    return [{ id, type: posix.basename(type), part: posix.resolve('/', folder, target).slice(1) }];
  });
}

async function elementsOf(zip: XlsxPackage, part: string): Promise<Element[]> {
  const elements: Element[] = [];
  for await (const element of readXml(part, zip.read(part, 'small'), new ElementReader())) {
    elements.push(element);
    if (elements.length > MAX_ELEMENTS) throw damaged(`${part} 中的元素过多 (too many elements)`);
  }
  return elements;
}

/** Every element of a small part. */
class ElementReader implements XmlReader<Element> {
  #elements: Element[] = [];

  open(name: string, attributes: Attributes): void {
    this.#elements.push({ name, attributes });
  }

  text(): void {}

  close(): void {}

  take(): readonly Element[] {
    const elements = this.#elements;
    this.#elements = [];
    return elements;
  }
}

const noWorkbook = (): Error => fault('xlsx.format', '这是 ZIP 文件，但不是 XLSX 工作簿 (a ZIP file, but no XLSX workbook)');
