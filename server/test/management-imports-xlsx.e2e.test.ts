import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import writeXlsx from 'write-excel-file/node';
import { startNode, type StartedNode } from './support/node.ts';
import { needs } from './support/services.ts';
import { make, newHolder } from './support/sharing.ts';
import { rowsXml, workbookOf } from './support/xlsx.ts';

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const time = { type: Date, format: 'yyyy-mm-dd hh:mm:ss' } as const;

/** Two sheets, as a library writes them. */
const stations = (): Promise<Buffer> => writeXlsx([
  {
    sheet: '观测站',
    data: [
      ['站点编号', '名称', '深度', '观测时间', '在用'].map((value) => ({ value })),
      [{ value: 1 }, { value: '香港' }, { value: 0.1 + 0.2 }, { value: new Date('2026-01-01T08:00:00Z'), ...time }, { value: true }],
      [{ value: 2 }, { value: '深圳, "盐田"' }, null, { value: new Date('2026-01-01T09:00:00Z'), ...time }, { value: false }],
      [{ value: 3 }, { value: '🌊' }, { value: 10.25 }, { value: new Date('2026-01-01T10:00:00.5Z'), ...time }, null],
    ],
  },
  { sheet: '说明', data: [[{ value: '备注' }], [{ value: '第二张表' }]] },
]).toBuffer();

for (const engine of ['pglite', 'postgres'] as const) {
  describe(`imports of XLSX, node on ${engine === 'pglite' ? 'PGlite' : 'PostgreSQL'}`, engine === 'postgres' ? needs('postgres') : {}, () => {
    let node: StartedNode;
    before(async () => {
      node = await startNode({ engine });
    });
    after(() => node.stop());

    const send = (query: Readonly<Record<string, string>>, content: Buffer | string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
      fetch(`${node.managementUrl}/api/v1/imports?${new URLSearchParams(query).toString()}`, { method: 'POST', headers: { authorization: `Bearer ${node.operatorToken}`, 'content-type': XLSX, ...headers }, body: content });
    const told = async (answer: Promise<Response>): Promise<ReturnType<typeof JSON.parse>> => JSON.parse(await (await answer).text());

    it('a workbook with Chinese names in its first row becomes a table of its cells’ types, and is shared', async () => {
      const report = await told(send({ name: 'stations', title: '观测站' }, await stations()));
      assert.deepEqual([report.format, report.sheet, report.table.rows, report.skipped, report.faults], ['xlsx', '观测站', 3, 0, 0], JSON.stringify(report));
      assert.ok(!('charset' in report) && !('delimiter' in report));
      assert.deepEqual(report.table.columns.map(({ name, type }: { name: string; type: string }) => [name, type]), [['站点编号', 'integer'], ['名称', 'text'], ['深度', 'decimal'], ['观测时间', 'timestamp'], ['在用', 'boolean']]);
      await make(node, 'POST', '/resources', { body: { name: 'stations', source: 'hosted', table: 'stations', key: ['站点编号'] } });
      const suggested = await make(node, 'GET', '/resources/stations/definition');
      const definition = { ...suggested, provider: { name: '海洋中心', code: '4403' }, name: '海洋中心观测站查询', fields: suggested.fields.filter((field: { column: string }) => field.column !== '_row'), order: [{ column: '站点编号' }] };
      const draft = await make(node, 'POST', '/products', { body: { definition } });
      const published = await make(node, 'POST', `/products/${draft.code}/publish`, { etag: `"${draft.version}"` });
      const { name, appkey } = await newHolder(node, 'app');
      await make(node, 'POST', '/grants', { body: { subject: name, product: draft.code } });
      const called = await told(fetch(`${published.faces.sea}?appkey=${appkey}`));
      assert.deepEqual(called.data.map((row: object) => Object.values(row)), [
        [1, '香港', 0.3, '2026-01-01 08:00:00', true], [2, '深圳, "盐田"', null, '2026-01-01 09:00:00', false], [3, '🌊', 10.25, '2026-01-01 10:00:00.5', null],
      ]);
    });

    it('a sheet is chosen by its name or number; one that is not there is told with those that are', async () => {
      for (const sheet of ['说明', '2']) assert.equal((await told(send({ name: 'notes', sheet }, await stations()))).sheet, '说明');
      const problem = await told(send({ name: 'notes', sheet: '附表' }, await stations()));
      assert.equal(problem.code, 'xlsx.sheet');
      assert.deepEqual(problem.details.sheets, ['观测站', '说明']);
    });

    it('what is wrong is reported cell by cell and nothing is imported, or bad rows are left out where that was asked', async () => {
      const bad = await workbookOf({ sheets: { 潮位: rowsXml(['站点', '潮高'], ['赤湾', '<c><v>1.5</v></c>'], ['盐田', '<c t="e"><v>#DIV/0!</v></c>'], ['南澳', '<c><f>B2*2</f></c>', '多余']) } });
      const answer = await send({ name: 'bad' }, bad);
      const problem = await told(Promise.resolve(answer));
      assert.deepEqual([answer.status, problem.code, problem.details.badRows, problem.details.faults], [422, 'xlsx.rows', 2, 3], JSON.stringify(problem));
      assert.match(problem.details.listed[0], /^工作表“潮位” B3 “潮高”列：错误值 #DIV\/0!/);
      const { items } = await make(node, 'GET', '/imports');
      assert.ok(!items.some(({ name }: { name: string }) => name === 'bad'));
      const report = await told(send({ name: 'bad', skipBadRows: 'true' }, bad));
      assert.deepEqual([report.table.rows, report.skipped, report.faults], [1, 2, 3]);
      assert.deepEqual(report.badRows.map(({ row, column, cell }: { row: number; column: string; cell: string }) => [row, column, cell]), [[3, '潮高', 'B3'], [4, '潮高', 'B4'], [4, '', 'C4']]);
      await make(node, 'DELETE', '/imports/bad');
    });

    it('files that are no XLSX, encrypted or cut, and options of the other format are refused, each by its own code', async () => {
      const whole = await stations();
      const codeOf = async (...sent: Parameters<typeof send>): Promise<readonly [number, string]> => {
        const answer = await send(...sent);
        return [answer.status, (await told(Promise.resolve(answer))).code];
      };
      assert.deepEqual(await codeOf({ name: 'x' }, 'a,b\n1,2\n'), [422, 'xlsx.format']);
      assert.deepEqual(await codeOf({ name: 'x' }, Buffer.from('d0cf11e0a1b11ae1', 'hex')), [422, 'xlsx.encrypted']);
      assert.deepEqual(await codeOf({ name: 'x' }, whole.subarray(0, whole.length >> 1)), [422, 'xlsx.truncated']);
      assert.deepEqual(await codeOf({ name: 'x' }, whole, { 'content-type': 'text/csv' }), [422, 'csv.format']);
      assert.deepEqual(await codeOf({ name: 'x', charset: 'utf-8' }, whole), [400, 'import.option']);
      assert.deepEqual(await codeOf({ name: 'x', sheet: '1' }, 'a\n1\n', { 'content-type': 'text/csv' }), [400, 'import.option']);
      assert.deepEqual(await codeOf({ name: 'x' }, whole, { 'content-type': `${XLSX}; charset=binary` }), [200, undefined]);
      await make(node, 'DELETE', '/imports/x');
    });

    it('progress is told line by line', async () => {
      const file = await workbookOf({ sheets: { 表: rowsXml(['数'], ...Array.from({ length: 20_000 }, (_, n) => [`<c><v>${n}</v></c>`])) } });
      const lines = (await (await send({ name: 'many' }, file, { accept: 'application/x-ndjson' })).text()).trimEnd().split('\n').map((line) => JSON.parse(line));
      assert.ok(lines.some(({ step, rows }) => step === 'loading' && rows > 0));
      assert.equal(lines.at(-1).report.table.rows, 20_000);
    });
  });
}
