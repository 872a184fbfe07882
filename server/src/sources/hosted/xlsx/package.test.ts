import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { partsOf, rowsXml, workbookOf, zipOf, type Parts } from '../../../../test/support/xlsx.ts';
import { DomainError } from '../../../kernel/errors.ts';
import { openXlsx } from './index.ts';

const plain = partsOf({ sheets: { 表: rowsXml(['a'], ['1']) } });
const sheetPart = 'xl/worksheets/sheet1.xml';

describe('files that are no good XLSX', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lingqu-xlsx-'));
  });
  after(() => rm(folder, { recursive: true }));

  /** Opens and reads it all; answers the code of what it was refused for. */
  async function refusal(content: Buffer): Promise<string> {
    const within = await mkdtemp(join(folder, 'x-'));
    try {
      const file = await openXlsx(Readable.from([content]), within, { format: 'xlsx', sheet: '' });
      try {
        await Array.fromAsync(file.rows());
      } finally {
        await file.close();
      }
    } catch (error) {
      assert.ok(error instanceof DomainError && error.kind === 'invalid-definition', String(error));
      return error.code;
    }
    return 'none';
  }
  const refusalOf = async (changes: Parts): Promise<string> => refusal(await zipOf({ ...plain, ...changes }));
  const sheet = (xml: string | Buffer): Promise<string> => refusalOf({ [sheetPart]: xml });
  const inSheet = (xml: string): Promise<string> => sheet(`<worksheet>${xml}</worksheet>`);
  const cells = (xml: string): Promise<string> => inSheet(`<sheetData><row r="1"><c t="inlineStr"><is><t>a</t></is></c></row>${xml}</sheetData>`);

  test('a good one is not refused', async () => {
    assert.equal(await refusalOf({}), 'none');
  });

  test('other formats are named', async () => {
    assert.equal(await refusal(Buffer.from('a,b\n1,2\n')), 'xlsx.format');
    assert.equal(await refusal(Buffer.from('')), 'xlsx.empty');
    assert.equal(await refusal(Buffer.from('d0cf11e0a1b11ae1', 'hex')), 'xlsx.encrypted');
    assert.equal(await refusal(await zipOf({ 'a.txt': 'a' })), 'xlsx.format');
    assert.equal(await refusal(await zipOf({ ...plain, '_rels/.rels': '<Relationships><Relationship Id="r" Type="x/officeDocument" Target="xl/workbook.bin"/></Relationships>', 'xl/workbook.bin': 'x' })), 'xlsx.format');
    assert.equal(await refusal(await zipOf({ ...plain, 'xl/workbook.xml': '<document/>' })), 'xlsx.format');
  });

  test('a file that was cut, or changed, is told', async () => {
    const whole = await workbookOf({ sheets: { 表: rowsXml(['a'], ...Array.from({ length: 2000 }, (_, n) => [`第 ${n} 行`])) } });
    for (const part of [0.2, 0.9, 0.999]) assert.equal(await refusal(whole.subarray(0, Math.floor(whole.length * part))), 'xlsx.truncated');
    const changed = Buffer.from(whole);
    const at = changed.indexOf(sheetPart) + sheetPart.length + 500;
    for (let n = 0; n < 40; n += 1) changed[at + n] = (changed[at + n] ?? 0) ^ 0xff;
    assert.equal(await refusal(changed), 'xlsx.damaged');
    const stored = Buffer.from(await zipOf({ ...plain }));
    assert.equal(await refusal(flipCrc(stored)), 'xlsx.damaged');
  });

  test('bombs: ratio, number of entries; a size that is not the declared one', async () => {
    const bomb = Buffer.from(await zipOf(plain));
    bomb.writeUInt32LE(3_000_000_000, centralOf(bomb) + 24);
    assert.equal(await refusal(bomb), 'xlsx.bomb');
    assert.equal(await refusalOf({ 'xl/workbook.xml': `<workbook>${' '.repeat(34_000_000)}</workbook>` }), 'xlsx.bomb');
    assert.equal(await inSheet(`${`${' '.repeat(900_000)}<x/>`.repeat(40)}<sheetData/>`), 'xlsx.empty', 'what inflates much to little is no bomb');
    assert.equal(await refusalOf(Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`x${n}`, '']))), 'xlsx.bomb');
    const lying = Buffer.from(await zipOf({ ...plain, [sheetPart]: `<worksheet>${' '.repeat(5000)}</worksheet>` }));
    lying.writeUInt32LE(100, centralOf(lying) + 24);
    assert.equal(await refusal(lying), 'xlsx.damaged');
  });

  test('paths that lead out of the package, names that stand twice, encrypted entries', async () => {
    const named = await zipOf({ ...plain, 'xx/evil.xml': '' });
    assert.equal(await refusal(Buffer.from(named.toString('latin1').replaceAll('xx/evil.xml', '../evil.xml'), 'latin1')), 'xlsx.path');
    assert.equal(await refusalOf({ 'XL/workbook.xml': '' }), 'xlsx.damaged');
    const encrypted = Buffer.from(await zipOf(plain));
    const at = centralOf(encrypted);
    encrypted.writeUInt16LE(encrypted.readUInt16LE(at + 8) | 1, at + 8);
    assert.equal(await refusal(encrypted), 'xlsx.encrypted');
    const outside = plain['xl/_rels/workbook.xml.rels']?.replace('worksheets/sheet1.xml', '../../../../../etc/passwd') ?? '';
    assert.equal(await refusalOf({ 'xl/_rels/workbook.xml.rels': outside }), 'xlsx.damaged');
  });

  test('XML: no DTDs, no entities, no depth, no endless pieces, no other encodings', async () => {
    assert.equal(await sheet('<!DOCTYPE worksheet [<!ENTITY a "b">]><worksheet>&a;</worksheet>'), 'xlsx.dtd');
    assert.equal(await inSheet('&a;'), 'xlsx.damaged');
    assert.equal(await inSheet('<a>'.repeat(200)), 'xlsx.damaged');
    assert.equal(await inSheet(`<a b="${'x'.repeat(1_200_000)}"/>`), 'xlsx.damaged');
    assert.equal(await inSheet('<a>'), 'xlsx.damaged');
    assert.equal(await sheet(Buffer.from('<worksheet/>', 'utf16le')), 'xlsx.damaged');
    assert.equal(await sheet(Buffer.from('<worksheet>\xff</worksheet>', 'latin1')), 'xlsx.damaged');
  });

  test('places that run backwards, out of the sheet, or to strings that are not there', async () => {
    assert.equal(await cells('<row r="3"/><row r="2"/>'), 'xlsx.damaged');
    assert.equal(await cells('<row r="1048577"/>'), 'xlsx.damaged');
    assert.equal(await cells('<row r="2"><c r="B2"/><c r="A2"/></row>'), 'xlsx.damaged');
    assert.equal(await cells('<row r="2"><c r="A3"/></row>'), 'xlsx.damaged');
    assert.equal(await cells('<row r="2"><c r="XFE2"/></row>'), 'xlsx.damaged');
    assert.equal(await cells('<row r="2"><c t="s"><v>0</v></c></row>'), 'xlsx.damaged');
    const strings = partsOf({ strings: '<si><t>x</t></si>', sheets: { 表: rowsXml(['a'], ['<c t="s"><v>1</v></c>']) } });
    for (const index of ['1', '-1', '0.5', 'x']) assert.equal(await refusal(await zipOf({ ...strings, [sheetPart]: strings[sheetPart]?.replace('<v>1</v>', `<v>${index}</v>`) ?? '' })), 'xlsx.damaged', index);
  });

  test('nothing is left open or behind', async () => {
    const open = (await readdir('/proc/self/fd')).length;
    await refusalOf({ [sheetPart]: '<worksheet><a>' });
    await refusalOf({ 'xl/workbook.xml': '<' });
    assert.ok((await readdir('/proc/self/fd')).length <= open);
  });
});

/** The head of the sheet in the directory. */
const centralOf = (zip: Buffer): number => zip.lastIndexOf(sheetPart) - 46;

function flipCrc(zip: Buffer): Buffer {
  const at = centralOf(zip) + 16;
  zip.writeUInt32LE((zip.readUInt32LE(at) ^ 1) >>> 0, at);
  return zip;
}
