import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import writeXlsx from 'write-excel-file/node';
import { freshPglite, type TestDatabase } from '../../../test/support/database.ts';
import { partsOf, rowsXml, workbookOf, zipOf, type RawWorkbook } from '../../../test/support/xlsx.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { ImportOptions, ImportReport } from '../../modules/resources/index.ts';
import { TableImporter } from './import.ts';
import { HostedTableStore } from './tables.ts';

interface Changes extends Partial<ImportOptions> {
  readonly sheet?: string;
}

describe('XLSX import', () => {
  let fresh: TestDatabase;
  let folder: string;
  let importer: TableImporter;
  before(async () => {
    fresh = await freshPglite();
    folder = await mkdtemp(join(tmpdir(), 'lingqu-xlsx-'));
    importer = new TableImporter(new HostedTableStore(fresh.database), folder);
  });
  after(async () => {
    assert.deepEqual(await readdir(folder), [], 'no file is left behind');
    await fresh[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  let count = 0;
  const load = (content: Uint8Array, { sheet = '', ...changes }: Changes = {}): Promise<ImportReport> =>
    importer.importTable(pieces(content), { table: `t${(count += 1)}`, title: '', attribution: '', columns: [], indexes: [], skipBadRows: false, progress: () => {}, file: { format: 'xlsx', sheet }, ...changes });
  const raw = async (workbook: RawWorkbook, changes: Changes = {}): Promise<ImportReport> => load(await workbookOf(workbook), changes);
  const rows = (...all: readonly (readonly string[])[]): RawWorkbook => ({ sheets: { 表: rowsXml(...all) } });
  async function* pieces(content: Uint8Array): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < content.length; at += 777) yield content.subarray(at, at + 777);
  }
  const cellsOf = async (report: ImportReport): Promise<(string | null)[][]> => {
    const [row] = await fresh.database.query<{ physical: string }>('SELECT physical FROM hosted_tables WHERE name = $1', [report.table.name]);
    return (await fresh.database.cells(`SELECT * FROM hosted."${row?.physical}" ORDER BY _row`, [])).map((cells) => cells.slice(1));
  };
  const typesOf = (report: ImportReport): string[] => report.table.columns.map((column) => `${column.name}:${column.type}`);
  const fails = (code: string, message: RegExp) => (error: unknown): boolean => {
    assert.ok(error instanceof DomainError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return true;
  };
  const listed = async (promise: Promise<unknown>): Promise<readonly string[]> => {
    const error = await promise.then(() => assert.fail('it was imported'), (thrown: unknown) => thrown);
    assert.ok(error instanceof DomainError && error.code === 'xlsx.rows', String(error));
    const lines = error.details['listed'];
    assert.ok(Array.isArray(lines));
    return lines.map(String);
  };

  test('a file of a library becomes a table with the types of its cells', async () => {
    const day = new Date('2026-01-31T00:00:00Z');
    const file = await writeXlsx([
      ['站点编号', '名称', '深度', '日期', '时间', '有效', '身份证'].map((value) => ({ value })),
      [{ value: 1 }, { value: '香港 & <深圳>' }, { value: 0.1 + 0.2 }, { value: day, type: Date, format: 'yyyy-mm-dd' }, { value: new Date('2026-01-31T08:05:06Z'), type: Date, format: 'yyyy-mm-dd hh:mm:ss' }, { value: true }, { value: '110101199003071234' }],
      [{ value: 3_000_000_000 }, null, { value: -2 }, null, { value: day, type: Date, format: 'yyyy-mm-dd hh:mm:ss' }, { value: false }, { value: '007' }],
    ], { sheet: '观测' }).toBuffer();
    const report = await load(file);
    assert.deepEqual(report.file, { format: 'xlsx', sheet: '观测' });
    assert.deepEqual(typesOf(report), ['站点编号:bigint', '名称:text', '深度:decimal', '日期:date', '时间:timestamp', '有效:boolean', '身份证:text']);
    assert.deepEqual(await cellsOf(report), [
      ['1', '香港 & <深圳>', '0.3', '2026-01-31', '2026-01-31 08:05:06', 't', '110101199003071234'],
      ['3000000000', null, '-2', null, '2026-01-31 00:00:00', 'f', '007'],
    ]);
  });

  test('strings: shared, inline, rich, phonetic, escaped, blank', async () => {
    const strings = '<si><t>共享</t></si><si><r><t>富</t></r><r><rPr><b/></rPr><t xml:space="preserve"> 文本</t></r><rPh sb="0" eb="1"><t>フ</t></rPh></si><si><t></t></si><si><t>两_x000D_\n行_x005F_x</t></si>';
    const report = await raw({
      strings,
      sheets: { 表: rowsXml(['甲', '乙', '丙', '丁'], ['<c t="s"><v>0</v></c>', '<c t="s"><v>1</v></c>', '<c t="s"><v>2</v></c>', '<c t="s"><v>3</v></c>'], ['x', '<c t="str"><f>1</f><v>算_x0041_</v></c>', '<c t="str"><f>1</f><v></v></c>', '<c t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>']) },
    });
    assert.deepEqual(await cellsOf(report), [['共享', '富 文本', null, '两\r\n行_x'], ['x', '算A', null, 'ab']]);
  });

  test('dates of both systems, in ISO form, times, and formulas with a result', async () => {
    const styles = '<numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="22"/><xf numFmtId="20"/></cellXfs>';
    const sheet = rowsXml(['数', '日', '刻', '时', 'ISO', '带时区', '算'], ['<c><v>45000</v></c>', '<c s="1"><v>45000</v></c>', '<c s="2"><v>45000.75</v></c>', '<c s="3"><v>0.5</v></c>', '<c t="d"><v>2026-01-31</v></c>', '<c t="d"><v>2026-01-31T08:00:00.0000000Z</v></c>', '<c><f>1+1</f><v>2</v></c>']);
    const report = await raw({ styles, sheets: { 表: sheet } });
    assert.deepEqual(typesOf(report), ['数:integer', '日:date', '刻:timestamp', '时:time', 'ISO:date', '带时区:timestamptz', '算:integer']);
    assert.deepEqual(await cellsOf(report), [['45000', '2023-03-15', '2023-03-15 18:00:00', '12:00:00', '2026-01-31', '2026-01-31 16:00:00+08', '2']]);
    const other = await raw({ styles, sheets: { 表: sheet }, date1904: true });
    assert.deepEqual((await cellsOf(other))[0]?.slice(1, 4), ['2027-03-16', '2027-03-16 18:00:00', '12:00:00']);
  });

  test('columns of cells of several types become the widest, or text', async () => {
    const report = await raw(rows(['数', '混', '空'], ['<c><v>1</v></c>', '<c><v>1</v></c>'], ['<c><v>1.5</v></c>', '暂无']));
    assert.deepEqual(typesOf(report), ['数:decimal', '混:text', '空:text']);
    assert.deepEqual(await cellsOf(report), [['1', '1', null], ['1.5', '暂无', null]]);
  });

  test('declared columns are read of text too, and a table keeps the types that it had', async () => {
    const columns = [{ name: '编号', type: 'text' }, { name: '日期', type: 'date' }, { name: '数', type: 'integer' }] as const;
    const file = rows(['编号', '日期', '数'], ['<c><v>12</v></c>', '2026年1月5日', '34']);
    const report = await raw(file, { table: 'again', columns });
    assert.deepEqual(await cellsOf(report), [['12', '2026-01-05', '34']]);
    assert.deepEqual(typesOf(await raw(file, { table: 'again' })), ['编号:text', '日期:date', '数:integer']);
  });

  test('empty rows and cells are passed over, hidden ones are not', async () => {
    const sheet = '<cols><col min="2" max="2" hidden="1"/></cols><sheetData><row r="2"/><row r="3"><c r="A3" t="inlineStr"><is><t>a</t></is></c><c r="B3" t="inlineStr"><is><t>b</t></is></c><c r="D3" s="1"/></row><row r="4"><c r="A4" s="2"/></row><row r="6" hidden="1"><c r="B6"><v>7</v></c><c r="E6" t="inlineStr"><is><t> </t></is></c></row></sheetData>';
    const report = await raw({ sheets: { 表: sheet } });
    assert.deepEqual(await cellsOf(report), [[null, '7']]);
  });

  test('a sheet is chosen by name or number; by itself the first that is shown', async () => {
    const workbook = { sheets: { '~字典': rowsXml(['x'], ['0']), 甲: rowsXml(['a'], ['1']), 3: rowsXml(['c'], ['3']) } };
    const names: Readonly<Record<string, string>> = { '': '3', 甲: '甲', 字典: '字典', 3: '3' };
    for (const [sheet, name] of Object.entries({ ...names, '': '3' })) assert.deepEqual((await raw(workbook, { sheet })).file, { format: 'xlsx', sheet: name });
    await assert.rejects(raw(workbook, { sheet: '乙' }), fails('xlsx.sheet', /没有工作表“乙”；文件中有：.*“甲”/));
    await assert.rejects(raw(workbook, { sheet: '4' }), fails('xlsx.sheet', /没有工作表/));
  });

  test('names with a prefix and cells without addresses are read; other namespaces are not', async () => {
    const parts = partsOf({ sheets: { 表: '' } });
    const sheet = '<x:worksheet xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main" xmlns:y="urn:y"><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>a</x:t></x:is></x:c></x:row><x:row><x:c><x:v>1</x:v><y:v>2</y:v></x:c></x:row></x:sheetData></x:worksheet>';
    assert.deepEqual(await cellsOf(await load(await zipOf({ ...parts, 'xl/worksheets/sheet1.xml': sheet }))), [['1']]);
  });

  test('a bad header is told by the addresses of its cells', async () => {
    await assert.rejects(raw(rows(['a', '<c/>', 'a', 'd'])), fails('xlsx.header', /单元格 B1 没有列名.*单元格 C1 与单元格 A1 同名“a”/));
    await assert.rejects(raw(rows(['a', '<c t="e"><v>#REF!</v></c>'])), fails('xlsx.header', /B1：错误值 #REF!/));
    await assert.rejects(raw({ sheets: { 表: `${rowsXml(['总表', '<c/>', 'x'], ['a', 'b', 'c'])}<mergeCells><mergeCell ref="A1:B1"/></mergeCells>` } }), fails('xlsx.header', /B1：与 A1 合并为 A1:B1/));
    await assert.rejects(raw({ sheets: { 表: '<sheetData/>' } }), fails('xlsx.empty', /工作表为空/));
    await assert.rejects(raw(rows(['a'], ['1']), { columns: [{ name: 'b' }] }), fails('xlsx.columns.unknown', /表头中没有列：b/));
  });

  test('what is wrong is told cell by cell, a hundred at most, all counted', async () => {
    const sheet = rowsXml(
      ['数', '文', '日'],
      ['<c t="e"><v>#N/A</v></c>', 'x', '<c t="d"><v>2026-02-30</v></c>'],
      ['<c><v>1</v></c>', '<c><f>A1</f></c>'],
      ['不是数'],
      ['<c><v>2</v></c>', 'ok', '<c/>', '<c/>', '多'],
      ['<c t="b"><v>7</v></c>', '<c t="q"><v>7</v></c>', '<c><v>1e999</v></c>'],
      ['<c><v>3</v></c>', `<c t="inlineStr"><is><t>${'长'.repeat(32_768)}</t></is></c>`],
      ['<c><v>4</v></c>', '好'],
    );
    const columns = [{ name: '数', type: 'integer' }] as const;
    const lines = await listed(raw({ sheets: { 潮位: sheet } }, { columns }));
    const expected = [/^工作表“潮位” A2 “数”列：错误值 #N\/A/, / C2 “日”列：“2026-02-30”不是日期/, / B3 “文”列：公式没有保存结果/, / A4 “数”列：“不是数”不是 integer/, / E5 ：有值，但表头/, / A6 “数”列：“7”不是真假值/, / B6 “文”列：单元格类型“q”未知/, / C6 “日”列：“1e999”不是数值/, / B7 “文”列：文字超过 32767 个字符/];
    assert.equal(lines.length, expected.length, lines.join('\n'));
    for (const [index, pattern] of expected.entries()) assert.match(lines[index] ?? '', pattern);
    const report = await raw({ sheets: { 潮位: sheet } }, { columns, skipBadRows: true });
    assert.deepEqual(await cellsOf(report), [['4', '好', null]]);
    assert.deepEqual([report.skipped, report.faults, report.badRows[0]], [6, 9, { row: 2, column: '数', cell: 'A2', why: '错误值 #N/A (an error value)' }]);
    const many = await raw(rows(['a'], ...Array.from({ length: 150 }, () => ['<c t="e"><v>#N/A</v></c>'])), { skipBadRows: true });
    assert.deepEqual([many.faults, many.skipped, many.badRows.length], [150, 150, 100]);
  });

  test('merged cells are bad beside their first, since what they mean is a guess', async () => {
    const sheet = `${rowsXml(['区', '站', '值'], ['南山', 'a', '1'], ['<c/>', 'b', '2'], ['福田', 'c', '3'], ['注', '<c/>', '<c/>'])}<mergeCells count="2"><mergeCell ref="A2:A3"/><mergeCell ref="A5:C5"/></mergeCells>`;
    const lines = await listed(raw({ sheets: { 表: sheet } }));
    assert.deepEqual(lines.map((line) => /“表” (\w+) .*合并为 (\w+:\w+)/.exec(line)?.slice(1)), [['A3', 'A2:A3'], ['B5', 'A5:C5'], ['C5', 'A5:C5']]);
    assert.deepEqual(await cellsOf(await raw({ sheets: { 表: sheet } }, { skipBadRows: true })), [['南山', 'a', '1'], ['福田', 'c', '3']]);
    const written = ["ref='A2:A3'", "ref = 'A2:A3'", 'ref\n=\n"A2:A3"', 'xml:space="preserve"  ref="$A$2:$A$3"', `x="${'y'.repeat(900)}" ref="A2:A3"`];
    for (const attributes of written) {
      const other = `${rowsXml(['区', '站'], ['南山', 'a'], ['<c/>', 'b'])}${' '.repeat(65_000)}<mergeCells><mergeCell ${attributes}></mergeCell ></mergeCells>`;
      assert.match((await listed(raw({ sheets: { 表: other } }))).join(), /A3.*合并为 A2:A3/, attributes);
    }
    for (const attributes of ['', 'ref="A2:"', 'ref="x"', 'ref="A3:A2"', 'ref="A2:A3"/><mergeCell ref="A3:B3"', `x="${'y'.repeat(90_000)}" ref="A2:A3"`]) {
      await assert.rejects(raw({ sheets: { 表: `${rowsXml(['区'], ['南山'])}<mergeCells><mergeCell ${attributes}/></mergeCells>` } }), fails('xlsx.damaged', /合并单元格/), attributes.slice(0, 20));
    }
    const ranges = Array.from({ length: 1001 }, (_, n) => `<mergeCell ref="B${n + 2}:C${n + 2}"/>`).join('');
    await assert.rejects(raw({ sheets: { 表: `${rowsXml(['a'], ['1'])}<mergeCells>${ranges}</mergeCells>` } }), fails('xlsx.merged', /超过 1000 处合并/));
  });

  test('many cells that name one long string do not fill the memory', async () => {
    const longest = `<si><t>${'长'.repeat(32_767)}</t></si>`;
    const named = (width: number): string[] => Array.from({ length: width }, () => '<c t="s"><v>0</v></c>');
    const started = process.memoryUsage().rss;
    await assert.rejects(raw({ strings: longest, sheets: { 表: rowsXml(named(16_384)) } }), fails('xlsx.header', /共 16384 列，至多 500 列/));
    const lines = await listed(raw({ strings: longest, sheets: { 表: rowsXml(['a'], ['1', ...named(16_383)]) } }));
    assert.match(lines[0] ?? '', /B2 ：有值，但表头在此列没有列名/);
    const blank = await raw({ strings: `<si><t>a</t></si><si><t xml:space="preserve">${' '.repeat(50)}</t></si>`, sheets: { 表: rowsXml(['<c t="s"><v>0</v></c>', '<c t="s"><v>1</v></c>'], ['1', '<c t="s"><v>1</v></c>']) } });
    assert.deepEqual(await cellsOf(blank), [['1']]);
    assert.ok(process.memoryUsage().rss - started < 200 * 2 ** 20, `${process.memoryUsage().rss - started} bytes`);
  });

  test('more strings than memory keeps are found again, in any order', async () => {
    const texts = Array.from({ length: 3000 }, (_, n) => `${n}:${'长'.repeat(4_000)}`);
    const order = texts.map((_, n) => (n * 1_231) % texts.length);
    const report = await raw({ strings: texts.map((text) => `<si><t>${text}</t></si>`).join(''), sheets: { 表: rowsXml(['a'], ...order.map((n) => [`<c t="s"><v>${n}</v></c>`])) } });
    assert.deepEqual((await cellsOf(report)).map(([cell]) => cell), order.map((n) => texts[n]));
  });
});
