/**
 * `kill -9` under load, again and again, on each engine. The client is another process that fsyncs the ID of every
 * request whose answer arrived whole; right after each restart every one of them is in the journal exactly once.
 *
 *   node proofs/kill-nine.ts [kills] [pglite|postgres]
 */
import { runKills } from '../server/test/load/kill-nine.ts';
import { Report } from './report.ts';

const kills = Number(process.argv[2] ?? 50);
const engines = (['pglite', 'postgres'] as const).filter((engine) => process.argv[3] === undefined || process.argv[3] === engine);
const report = new Report();

for (const engine of engines) {
  const begun = performance.now();
  const figures = await runKills({
    engine,
    kills,
    aliveMs: [300, 2_500],
    callers: 8,
    onKill: (kill, { noted, wrong }) => {
      if (kill % 10 === 0) report.say(`${engine}: ${kill} kills, ${noted} noted, ${wrong.length} wrong`);
    },
  });
  const { noted, streamed, wrong, unfinished, slowestStartMs } = figures;
  report.say(
    `${engine}: ${kills} kills in ${((performance.now() - begun) / 1000).toFixed(0)} s; ${noted} finished requests noted, ${streamed} of them streamed; ${unfinished} streams were killed in the middle; slowest start ${(slowestStartMs / 1000).toFixed(1)} s`,
  );
  report.claim(noted > kills && streamed > 0 && noted > streamed, `${engine}: the node was under load, of whole and of streamed answers`);
  report.claim(wrong.length === 0, `${engine}: each of ${noted} noted requests is in the journal exactly once${wrong.length === 0 ? '' : `; not so: ${wrong.slice(0, 5).join(' ')}`}`);
}
report.end();
