import { readAgr, readCsv, readJson, readXml, type ValuesCaller } from '../server/test/load/values-faces.ts';
import { expectedOf, type Ledger } from '../server/test/load/values-ledger.ts';
import { fields, type ValuesDatabase } from '../server/test/load/values-table.ts';
import { startNode } from '../server/test/support/node.ts';
import { giveGrant, make, newHolder, publish } from '../server/test/support/sharing.ts';
import { Report } from './report.ts';

const CODE = 'wirerows';
const AGR_ROWS = 10_000;

/** Holds every row of `wire_rows`, as each face gives it, against what the database itself says of it. */
export async function proveValues(database: ValuesDatabase, rows: number): Promise<void> {
  const report = new Report();
  const timed = async <T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly seconds: string }> => {
    const begun = performance.now();
    const result = await work();
    return { result, seconds: ((performance.now() - begun) / 1000).toFixed(0) };
  };
  const { result: expected, seconds: told } = await timed(() => expectedOf(database));
  report.say(`${expected.cells.rows} rows of ${fields.length} columns, told by the database itself in ${told} s`);
  await using node = await startNode({ engine: 'postgres' });
  await make(node, 'POST', '/sources', { body: { name: 'values', ...database.source } });
  await make(node, 'POST', '/resources', { body: { name: 'wire-rows', source: 'values', table: 'wire_rows' } });
  await publish(node, CODE, {
    resource: 'wire-rows',
    fields,
    parameters: [{ name: 'from', column: 'id', operator: 'range-start' }, { name: 'to', column: 'id', operator: 'range-end' }],
    order: [{ column: 'id' }],
    cap: rows,
    agr: { cipher: 'SM4', compression: 'Gzip' },
  });
  const { appkey } = await newHolder(node, 'values');
  await giveGrant(node, 'values', CODE);
  const caller: ValuesCaller = { node, code: CODE, appkey };
  const faces: readonly (readonly [name: string, read: () => Promise<Ledger>, expected: Ledger])[] = [
    ['GOV CSV, byte for byte', () => readCsv(caller), expected.csv],
    ['GOV JSON, token for token', () => readJson(caller, 'gov'), expected.json.iso],
    ['SEA JSON, token for token', () => readJson(caller, 'sea'), expected.json.space],
    ['GOV XML', () => readXml(caller, 'rest'), expected.cells],
    ['SOAP 1.1', () => readXml(caller, '1.1'), expected.cells],
    ['SOAP 1.2', () => readXml(caller, '1.2'), expected.cells],
    [`AGR under SM4 over Gzip, ${AGR_ROWS} rows an answer, token for token`, () => readAgr(caller, rows, AGR_ROWS), expected.json.space],
  ];
  for (const [name, read, wanted] of faces) {
    const { result, seconds } = await timed(read);
    const difference = result.differsFrom(wanted);
    report.claim(difference === '', `${name}: ${rows} rows in ${seconds} s${difference === '' ? ', every value unchanged' : `; ${difference}`}`);
  }
  report.end();
}
