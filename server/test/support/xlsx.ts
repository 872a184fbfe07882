import { buffer } from 'node:stream/consumers';
import yazl from 'yazl';

const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packages = 'http://schemas.openxmlformats.org/package/2006/relationships';

export type Parts = Readonly<Record<string, string | Buffer>>;

/** A workbook by the XML that its parts hold, to write what no library writes. */
export interface RawWorkbook {
  /** The XML within `<worksheet>` of each sheet; a name that begins with `~` is of a hidden sheet. */
  readonly sheets: Readonly<Record<string, string>>;
  /** The XML within `<sst>` and `<styleSheet>`. */
  readonly strings?: string;
  readonly styles?: string;
  readonly date1904?: boolean;
}

export function partsOf({ sheets, strings, styles, date1904 = false }: RawWorkbook): Record<string, string> {
  const names = Object.keys(sheets);
  const relationship = (id: string, type: string, target: string): string => `<Relationship Id="${id}" Type="${office}/${type}" Target="${target}"/>`;
  const relationships = (...all: string[]): string => `<Relationships xmlns="${packages}">${all.join('')}</Relationships>`;
  const tabs = names.map((name, index) => `<sheet name="${name.replace(/^~/, '')}" sheetId="${index + 1}" r:id="s${index + 1}"${name.startsWith('~') ? ' state="hidden"' : ''}/>`);
  return {
    '[Content_Types].xml': '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    '_rels/.rels': relationships(relationship('r1', 'officeDocument', 'xl/workbook.xml')),
    'xl/workbook.xml': `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<workbook xmlns="${main}" xmlns:r="${office}"><workbookPr${date1904 ? ' date1904="1"' : ''}/><sheets>${tabs.join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relationships(
      ...names.map((_, index) => relationship(`s${index + 1}`, 'worksheet', `worksheets/sheet${index + 1}.xml`)),
      ...(strings === undefined ? [] : [relationship('t', 'sharedStrings', '/xl/sharedStrings.xml')]),
      ...(styles === undefined ? [] : [relationship('f', 'styles', 'styles.xml')]),
    ),
    ...(strings === undefined ? {} : { 'xl/sharedStrings.xml': `<sst xmlns="${main}">${strings}</sst>` }),
    ...(styles === undefined ? {} : { 'xl/styles.xml': `<styleSheet xmlns="${main}">${styles}</styleSheet>` }),
    ...Object.fromEntries(Object.values(sheets).map((xml, index) => [`xl/worksheets/sheet${index + 1}.xml`, `<worksheet xmlns="${main}">${xml}</worksheet>`])),
  };
}

export function zipOf(parts: Parts): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  for (const [name, content] of Object.entries(parts)) zip.addBuffer(Buffer.from(content), name);
  zip.end();
  return buffer(zip.outputStream);
}

export const workbookOf = (workbook: RawWorkbook): Promise<Buffer> => zipOf(partsOf(workbook));

/** Rows of inline strings and of cells in XML, which begin with `<`. */
export const rowsXml = (...rows: readonly (readonly string[])[]): string =>
  `<sheetData>${rows.map((row, index) => `<row r="${index + 1}">${row.map((cell) => (cell.startsWith('<') ? cell : `<c t="inlineStr"><is><t>${cell}</t></is></c>`)).join('')}</row>`).join('')}</sheetData>`;
