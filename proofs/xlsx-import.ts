/**
 * An XLSX file of 1,000,000 rows, with a table of as many shared strings, is imported while the node grows by less than
 * 100 MB above what the import of a small file took, within a heap of 128 MB, and not a row is lost or wrong.
 *
 *   node proofs/xlsx-import.ts [rows, a multiple of 50,000]
 */
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { importTable, type ImportReport } from '../client/src/index.ts';
import { rssOf } from '../server/test/load/memory.ts';
import { runSql } from '../server/test/load/sql.ts';
import { BLOCK_ROWS, strangeRowsSql, writeWorkbook } from '../server/test/load/workbook.ts';
import { startNode, type StartedNode } from '../server/test/support/node.ts';
import { Report } from './report.ts';

const BOUND_MB = 100;
/** What the collector may leave lying: without a bound it takes its time, and the more of it the busier the machine is. */
const HEAP = '--max-old-space-size=128 --max-semi-space-size=16';
const rows = Number(process.argv[2] ?? 1_000_000);
const report = new Report();

/** Imports a file of so many rows; answers what the node said, and its resident memory at its highest. */
async function importOf(node: StartedNode, folder: string, count: number): Promise<{ readonly told: ImportReport; readonly highest: number }> {
  const file = path.join(folder, `${count}.xlsx`);
  await writeWorkbook(file, count);
  let highest = rssOf(node);
  const sampling = setInterval(() => {
    highest = Math.max(highest, rssOf(node));
  }, 50);
  const begun = performance.now();
  const content = Readable.toWeb(createReadStream(file));
  const told = await importTable({ url: node.managementUrl, token: node.operatorToken }, { name: `rows${count}` }, { format: 'xlsx', content });
  clearInterval(sampling);
  const seconds = (performance.now() - begun) / 1000;
  report.say(`${count} rows, ${((await stat(file)).size / 1e6).toFixed(0)} MB: ${seconds.toFixed(0)} s, resident at most ${highest.toFixed(0)} MB`);
  return { told, highest };
}

const folder = await mkdtemp(path.join(tmpdir(), 'lingqu-xlsx-'));
await using node = await startNode({ engine: 'postgres', env: { NODE_OPTIONS: HEAP } });
try {
  report.say(`fresh: resident ${rssOf(node).toFixed(0)} MB`);
  const small = await importOf(node, folder, BLOCK_ROWS);
  const large = await importOf(node, folder, rows);
  report.claim(large.highest - small.highest < BOUND_MB, `less than ${BOUND_MB} MB above the small import (${(large.highest - small.highest).toFixed(1)})`);
  report.say(large.told.table.columns.map(({ name, type }) => `${name} ${type}`).join(', '));
  const url = node.databaseUrl ?? '';
  const [table] = await runSql<{ physical: string }>(url, `SELECT physical FROM hosted_tables WHERE name = 'rows${rows}'`);
  const [found] = await runSql<{ strange: number }>(url, strangeRowsSql(`hosted."${table?.physical}"`));
  report.claim(large.told.table.rows === rows && found?.strange === 0, `${large.told.table.rows} rows, ${found?.strange} of them not as in the file`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
report.end();
