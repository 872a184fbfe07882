/**
 * An upstream's answer of 1 GB is relayed with less than 64 MB of growth of the node's resident memory, with its length and
 * in chunks; a reader of 1 MB/s does not raise it, and holds the upstream back. The node is warmed up first.
 *
 *   node proofs/relay.ts [megabytes] [seconds of the slow reader]
 */
import { readFlood, rssOf, startFlood } from '../server/test/load/relay.ts';
import { Report } from './report.ts';

const BOUND_MB = 64;
const RATE = 1_000_000;
/** What the kernel's buffers of two connections may hold beside what was read. */
const UNDERWAY_MB = 32;
const megabytes = Number(process.argv[2] ?? 1_000);
const seconds = Number(process.argv[3] ?? 30);
const report = new Report();

await using flood = await startFlood();
report.say(`warm: resident ${flood.rss.toFixed(0)} MB`);
for (const chunked of [false, true]) {
  const name = chunked ? 'in chunks' : 'with its length';
  const { megabytes: read, seconds: took, rssHighest, end } = await readFlood(flood, megabytes * 1e6, { chunked });
  report.say(`${name}: ${read.toFixed(0)} MB in ${took.toFixed(1)} s (${(read / took).toFixed(0)} MB/s); resident at most ${rssHighest.toFixed(0)} MB`);
  report.claim(end === 'whole' && read >= megabytes, `${name}: whole`);
  report.claim(rssHighest - flood.rss < BOUND_MB, `${name}: less than ${BOUND_MB} MB above the warm node (${(rssHighest - flood.rss).toFixed(1)})`);
}
const before = await flood.sent();
const slow = await readFlood(flood, megabytes * 1e6, { chunked: false, rate: RATE, seconds });
const ahead = ((await flood.sent()) - before) / 1e6 - slow.megabytes;
report.say(`slow reader: ${slow.megabytes.toFixed(0)} MB in ${slow.seconds.toFixed(0)} s; resident at most ${slow.rssHighest.toFixed(0)} MB; the upstream was ${ahead.toFixed(1)} MB ahead of it`);
report.claim(slow.end === 'middle', 'slow reader: not cut');
report.claim(slow.rssHighest - flood.rss < BOUND_MB, `slow reader: less than ${BOUND_MB} MB above the warm node (${(slow.rssHighest - flood.rss).toFixed(1)})`);
report.claim(ahead < UNDERWAY_MB, `slow reader: the upstream waits for it (${ahead.toFixed(1)} MB under way)`);
report.say(`afterwards: resident ${rssOf(flood.stage).toFixed(0)} MB`);
report.end();
