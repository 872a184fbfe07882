/**
 * An answer of 1,000,000 rows of PostgreSQL to a reader of 1 MB/s grows the node's resident memory by less than 64 MB,
 * in each format, and keeps nobody waiting. It is warmed up by pages first; then a slow reader of each format takes what
 * 1 MB/s gives in the time, and goes away. At the end each answer is read whole at full speed and held against its format.
 *
 *   node proofs/memory.ts [rows] [seconds a format] [format]
 */
import { heldConnections } from '../server/test/load/connections.ts';
import { formats } from '../server/test/load/formats.ts';
import { readFully, readSlowly, setMemoryStage } from '../server/test/load/memory.ts';
import { Report } from './report.ts';

const BOUND_MB = 64;
const RATE = 1_000_000;
const rows = Number(process.argv[2] ?? 1_000_000);
const seconds = Number(process.argv[3] ?? 75);
const names = formats.map(({ name }) => name).filter((name) => process.argv[4] === undefined || name === process.argv[4]);
const report = new Report();

await using stage = await setMemoryStage(rows, 4_000);
report.say(`warm after 4000 pages: resident ${stage.rss.toFixed(0)} MB`);
for (const name of names) {
  const { megabytes, seconds: took, rssBefore, rssHighest, heapMegabytes, slowestPageMs, pages, end } = await readSlowly(stage, name, RATE, seconds);
  const growth = rssHighest - stage.rss;
  report.say(
    `${name}: the first ${megabytes.toFixed(0)} MB read in ${took.toFixed(0)} s${end === 'whole' ? ' (all there was)' : ''}; resident ${rssBefore.toFixed(0)} → at most ${rssHighest.toFixed(0)} MB, heap ${heapMegabytes.toFixed(0)} MB; ${pages} pages meanwhile, the slowest in ${slowestPageMs.toFixed(0)} ms`,
  );
  report.claim(growth < BOUND_MB, `${name}: less than ${BOUND_MB} MB above the warm node (${growth.toFixed(1)}; above what stood before this reader: ${(rssHighest - rssBefore).toFixed(1)})`);
  report.claim(end !== 'cut', `${name}: the reader was not cut`);
  report.claim(pages > 0 && slowestPageMs < 5_000, `${name}: other callers were answered meanwhile`);
}
for (const name of names) {
  const { megabytes, seconds: took, fault } = await readFully(stage, name);
  report.say(`${name}: whole answer of ${megabytes.toFixed(0)} MB on the wire in ${took.toFixed(0)} s at full speed`);
  report.claim(fault === '', `${name}: ${rows} rows in order, well-formed${fault === '' ? '' : `; not so: ${fault}`}`);
}
report.claim((await heldConnections(stage.source)) === 0, 'the source has its connections back');
report.end();
