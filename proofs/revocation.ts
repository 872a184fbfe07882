/**
 * Two replicas, callers who ask again and again and slow readers in the middle of an answer of 1,000,000 rows: a right
 * that is taken away through one replica is felt by both within 2 s, by the next call and by the running stream, whose
 * cut does not look whole and stands in the journal. A replica that is cut off from the database refuses by itself.
 *
 *   node proofs/revocation.ts [rows]
 */
import { heldConnections } from '../server/test/load/connections.ts';
import { deeds, runCutOff, runDeed, setStage, type Felt } from '../server/test/load/revocation.ts';
import { Report } from './report.ts';

const BOUND_MS = 2_000;
/** A replica that is cut off knows it when the last word of the database is 2 s old; it asks every 0.4 s. */
const CUT_OFF_MS = BOUND_MS + 500;
/** How long a reader has for what his own machine had taken in before the cut. */
const READER_MS = 1_000;
const rows = Number(process.argv[2] ?? 1_000_000);
const report = new Report();

const ms = (value: number): string => `${value.toFixed(0)} ms`;
const outcomeOf = ({ journal }: Felt): string => journal.map(({ phase, result, reason }) => `${phase} ${result} ${reason}`).toSorted().join(', ');

function tell(name: string, felt: Felt): void {
  report.say(
    `${name}, replica ${felt.replica}: next call refused after ${ms(felt.nextCallMs)}, stream cut after ${ms(felt.cutMs)}, its reader told after ${ms(felt.streamMs)} (${(felt.streamedBytes / 1e6).toFixed(1)} MB in), looks ${felt.looksWhole ? 'WHOLE' : 'cut'}; journal: ${outcomeOf(felt)}`,
  );
}

await using stage = await setStage(rows);
for (const deed of deeds) {
  const all = await runDeed(stage, deed);
  for (const felt of all) tell(deed.name, felt);
  report.claim(all.every(({ nextCallMs, streamMs }) => nextCallMs < BOUND_MS && streamMs < BOUND_MS), `${deed.name}: felt within ${ms(BOUND_MS)} by calls and streams of both replicas`);
  report.claim(all.every(({ looksWhole, answeredAfter }) => !looksWhole && answeredAfter === 0), `${deed.name}: no cut looks whole, nothing is answered after the first refusal`);
  report.claim(all.every(({ journal }) => journal.length === 2 && journal.some(({ phase, result, reason }) => phase === 'outcome' && result === 'cut' && deed.reasons.includes(reason))), `${deed.name}: one intent and one outcome, cut for ${deed.reasons.join(' or ')}`);
  report.claim((await heldConnections(stage.source)) === 0, `${deed.name}: the source has its connections back`);
  if (deed.name === 'product withdrawn') {
    const { version } = await stage.admin.call<{ version: number }>('GET', `/products/${stage.product.id}`);
    await stage.admin.post(`/products/${stage.product.id}/publish`, undefined, version);
  }
}
for (const how of ['cut', 'silence'] as const) {
  const { felt, recoveredMs } = await runCutOff(stage, how);
  tell(`database ${how === 'cut' ? 'unreachable' : 'silent'}`, felt);
  report.say(`  last answer ${Number.isFinite(felt.lastAnswerMs) ? ms(felt.lastAnswerMs) : 'before'} the cut; answers again ${ms(recoveredMs)} after the wire was mended`);
  report.claim(felt.lastAnswerMs < CUT_OFF_MS && felt.answeredAfter === 0, `a replica without the database (${how}) gives no data after ${ms(CUT_OFF_MS)}`);
  const patience = how === 'cut' ? 0 : 2_000; // a stream waits that long for a database that does not say no
  report.claim(felt.streamMs < CUT_OFF_MS + patience + READER_MS && !felt.looksWhole, `its streams are cut within ${ms(CUT_OFF_MS + patience)}, which readers learn within ${ms(READER_MS)}; they do not look whole`);
}
report.end();
