import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { freshPglite, type TestDatabase } from '../../../test/support/database.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { FileFormat, ImportOptions, ImportReport } from '../../modules/resources/index.ts';
import { TableImporter } from './import.ts';
import { HostedTableStore } from './tables.ts';

const file: FileFormat = { format: 'csv', charset: 'auto', delimiter: 'auto' };
const options: ImportOptions = { table: 't', title: '', attribution: '', file, columns: [], indexes: [], skipBadRows: false, progress: () => {} };

describe('CSV import', () => {
  let fresh: TestDatabase;
  let folder: string;
  let tables: HostedTableStore;
  let importer: TableImporter;
  before(async () => {
    fresh = await freshPglite();
    folder = await mkdtemp(join(tmpdir(), 'lingqu-csv-'));
    tables = new HostedTableStore(fresh.database);
    importer = new TableImporter(tables, folder);
  });
  after(async () => {
    await fresh[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  let count = 0;
  const importBytes = (content: Uint8Array, changes: Partial<ImportOptions> = {}): Promise<ImportReport> =>
    importer.importTable(pieces(content), { ...options, table: `t${(count += 1)}`, ...changes });
  const importText = (text: string, changes: Partial<ImportOptions> = {}): Promise<ImportReport> => importBytes(Buffer.from(text), changes);
  /** In small pieces, so that characters are cut. */
  async function* pieces(content: Uint8Array): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < content.length; at += 7) yield content.subarray(at, at + 7);
  }
  const rowsOf = async (report: ImportReport): Promise<(string | null)[][]> => {
    const [row] = await fresh.database.query<{ physical: string }>('SELECT physical FROM hosted_tables WHERE name = $1', [report.table.name]);
    return (await fresh.database.cells(`SELECT * FROM hosted."${row?.physical}" ORDER BY _row`, [])).map((cells) => cells.slice(1));
  };
  const typesOf = (report: ImportReport): string[] => report.table.columns.map((column) => `${column.name}:${column.type}`);
  const fails = (code: string, message: RegExp) => (error: unknown): boolean => {
    assert.ok(error instanceof DomainError);
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  };

  test('infers the narrowest type that all cells fit', async () => {
    const report = await importText(
      '整数,大整数,小数,真假,日期,时间,带时区,文字\n' +
        '1,3000000000,1.50,true,2026-01-31,2026-01-31 08:00,2026-01-31T08:00:00Z,a\n' +
        '-2147483648,-99999999999999,-7,否,2026/2/1,2026年2月1日 8:05:06.5,2026-01-31 08:00:00+08:00,1\n' +
        ',,,,,,,\n',
    );
    assert.deepEqual(typesOf(report), ['整数:integer', '大整数:bigint', '小数:decimal', '真假:boolean', '日期:date', '时间:timestamp', '带时区:timestamptz', '文字:text']);
    assert.deepEqual(await rowsOf(report), [
      ['1', '3000000000', '1.50', 't', '2026-01-31', '2026-01-31 08:00:00', '2026-01-31 16:00:00+08', 'a'],
      ['-2147483648', '-99999999999999', '-7', 'f', '2026-02-01', '2026-02-01 08:05:06.5', '2026-01-31 08:00:00+08', '1'],
      [null, null, null, null, null, null, null, null],
    ]);
    assert.equal(report.table.rows, 3);
  });

  test('keeps as text what only looks like a number', async () => {
    const report = await importText('编号,身份证,手机,信用代码,混合,负零,科学,空\n000123,110101199003071234,13812345678,91440300MA5DA1Q12X,1,-0,1e5,\n7,11010119900307123X,13900000000,9,x,1,2,\n');
    assert.deepEqual(report.table.columns.map((column) => column.type), Array(8).fill('text'));
    assert.deepEqual((await rowsOf(report))[0], ['000123', '110101199003071234', '13812345678', '91440300MA5DA1Q12X', '1', '-0', '1e5', null]);
  });

  test('an impossible date is text, a declared one a bad row', async () => {
    assert.deepEqual(typesOf(await importText('d\n2026-02-29\n')), ['d:text']);
    await assert.rejects(importText('d\n2026-02-28\n2026-02-29\n', { columns: [{ name: 'd', type: 'date' }] }), fails('csv.rows', /第 3 行“d”列：“2026-02-29”不是 date/));
  });

  test('declared types are read as they are meant', async () => {
    const types = ['integer', 'decimal', 'float', 'boolean', 'date', 'time', 'timestamp', 'timestamptz', 'text'] as const;
    const report = await importText(`${types.join(',')}\n000123,+1.5,1e5,1,20260131,8:05,2026-01-31,2026-01-31 08:00,7\n`, { columns: types.map((type) => ({ name: type, type, comment: `${type}列` })) });
    assert.deepEqual(await rowsOf(report), [['123', '1.5', '100000', 't', '2026-01-31', '08:05:00', '2026-01-31 00:00:00', '2026-01-31 08:00:00+08', '7']]);
    assert.deepEqual(report.table.columns.map((column) => column.comment), types.map((type) => `${type}列`));
  });

  test('reads UTF-8 with and without mark, GB18030, every delimiter, quotes and line ends', async () => {
    for (const mark of ['', '\ufeff']) {
      const report = await importText(`${mark}站名;说明\r\n赤湾;"a;""b""\n第二行"\r\n\r\n𠮷🌊;\n`);
      assert.deepEqual(report.file, { format: 'csv', charset: 'utf-8', delimiter: ';' });
      assert.deepEqual(typesOf(report), ['站名:text', '说明:text']);
      assert.deepEqual(await rowsOf(report), [['赤湾', 'a;"b"\n第二行'], ['𠮷🌊', null]]);
    }
    // 站名<TAB>值 / 赤湾 / 𠮷 (four bytes in GB18030)
    const report = await importBytes(Buffer.from('d5bec3fb09d6b50ab3e0cde509310a9534b23509320a', 'hex'));
    assert.deepEqual(report.file, { format: 'csv', charset: 'gb18030', delimiter: '\t' });
    assert.deepEqual(await rowsOf(report), [['赤湾', '1'], ['𠮷', '2']]);
  });

  test('a few broken bytes do not make UTF-8 into GB18030: their rows are bad', async () => {
    const good = Array.from({ length: 50 }, () => '海洋潮位观测数据\n').join('');
    const bytes = Buffer.concat([Buffer.from(`名\n${good}`), Buffer.from([0xe6, 0xb5, 0x0a])]);
    await assert.rejects(importBytes(bytes), fails('csv.rows', /第 52 行“名”列：值不是有效的 utf-8/));
    const report = await importBytes(bytes, { skipBadRows: true });
    assert.deepEqual([report.table.rows, report.skipped], [50, 1]);
  });

  test('reports bad rows one by one, a hundred at most, and imports nothing', async () => {
    const text = `a,b\n1,2\n1\n1,2,3\n${'x,1\n'.repeat(200)}`;
    await assert.rejects(importText(text, { table: 'bad', columns: [{ name: 'a', type: 'integer' }] }), (error: unknown) => {
      assert.ok(error instanceof DomainError);
      assert.equal(error.details['badRows'], 202);
      const listed = error.details['listed'] as string[];
      assert.equal(listed.length, 100);
      assert.match(listed[0] ?? '', /第 3 行：有 1 个值，表头有 2 列/);
      assert.match(listed[2] ?? '', /第 5 行“a”列：“x”不是 integer/);
      return true;
    });
    assert.equal((await tables.list()).some((table) => table.name === 'bad'), false);
    const report = await importText(text, { columns: [{ name: 'a', type: 'integer' }], skipBadRows: true });
    assert.deepEqual(await rowsOf(report), [['1', '2']]);
    assert.deepEqual([report.skipped, report.badRows.length, report.badRows[0]?.row], [202, 100, 3]);
  });

  test('a bad header says what is wrong with it', async () => {
    await assert.rejects(importText('a,b,a\n1,2,3\n'), fails('csv.header', /第 3 列与第 1 列同名“a”/));
    await assert.rejects(importText('a,,c\n1,2,3\n'), fails('csv.header', /第 2 列没有列名/));
    await assert.rejects(importText('_row\n1\n'), fails('csv.header', /_row 为系统保留/));
    await assert.rejects(importText(`${'长'.repeat(22)}\n1\n`), fails('csv.header', /过长/));
    await assert.rejects(importText(`${Array.from({ length: 501 }, (_, n) => `c${n}`).join(',')}\n`), fails('csv.header', /至多 500 列/));
    await assert.rejects(importText('a\n1\n', { columns: [{ name: 'b' }] }), fails('csv.columns.unknown', /表头中没有列：b/));
    await assert.rejects(importText(''), fails('csv.empty', /文件为空/));
    await assert.rejects(importText('\n\n'), fails('csv.empty', /没有表头行/));
  });

  test('other formats and broken syntax are named', async () => {
    await assert.rejects(importBytes(Buffer.from('PK\x03\x04xxxx')), fails('csv.format', /XLSX/));
    await assert.rejects(importBytes(Buffer.from('\ufeffa\n', 'utf16le')), fails('csv.charset', /UTF-16/));
    await assert.rejects(importText('a\n"x\n'), fails('csv.syntax', /第 2 行附近.*双引号没有结束/));
    await assert.rejects(importText('a\n5" pipe\n'), fails('csv.syntax', /第 2 行附近/));
    await assert.rejects(importText('a\nx\0y\n'), fails('csv.rows', /NUL/));
    await assert.rejects(importText(`a\n${'x'.repeat(1_000_001)}\n`), fails('csv.rows', /超过 1000000 个字符/));
    await assert.rejects(importText('a\n1\n', { table: 'x"; DROP TABLE users; --' }), fails('hosted.name', /表名/));
  });

  test('column names and values that look like SQL are only names and values', async () => {
    const report = await importText('"a""; DROP TABLE users; --",b\'\n"\'); DROP TABLE users; --",\\N\n');
    assert.deepEqual(report.table.columns.map((column) => column.name), ['a"; DROP TABLE users; --', "b'"]);
    assert.deepEqual(await rowsOf(report), [["'); DROP TABLE users; --", '\\N']]);
    assert.equal((await fresh.database.query('SELECT * FROM users')).length, 0);
  });

  test('an import anew keeps the types that the table had', async () => {
    await importText('code,n\nA1,1\n', { table: 'again' });
    const report = await importText('code,n,more\n12,2,3\n', { table: 'again' });
    assert.deepEqual(typesOf(report), ['code:text', 'n:integer', 'more:integer']);
    await assert.rejects(importText('code,n\nA1,x\n', { table: 'again' }), fails('csv.rows', /“x”不是 integer/));
    assert.deepEqual(typesOf(await importText('code,n\nA1,x\n', { table: 'again', columns: [{ name: 'n', type: 'text' }] })), ['code:text', 'n:text']);
  });

  test('tells how far it is, and leaves no file behind', async () => {
    const steps: string[] = [];
    await importText(`a\n${'1\n'.repeat(25_000)}`, { progress: (step, rows) => steps.push(`${step} ${rows}`) });
    assert.ok(steps.includes('checking 10000') && steps.includes('checking 25000') && steps.at(-1) === 'loading 25000');
    assert.deepEqual(await readdir(folder), []);
  });
});
