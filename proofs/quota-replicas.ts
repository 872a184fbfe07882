/**
 * A quota of 1,000 calls, 5,000 concurrent callers over two replicas on one PostgreSQL, both admitting: exactly 1,000
 * are answered, and the journal says so too. Then again with one replica killed (SIGKILL) midway: never more than 1,000.
 * Which replica is quicker is the machine's affair: both have to admit in one round at least.
 *
 *   node proofs/quota-replicas.ts [callers] [rounds]
 */
import { runQuota, type QuotaFigures } from '../server/test/load/quota-replicas.ts';
import { Report } from './report.ts';

const QUOTA = 1000;
const callers = Number(process.argv[2] ?? 5000);
const rounds = Number(process.argv[3] ?? 3);
const report = new Report();
let shared = 0;

function tell(title: string, figures: QuotaFigures): void {
  const { allowed, allowedByReplica, journalled, unrecorded, answers, seconds } = figures;
  report.say(`${title}: ${callers} callers in ${seconds.toFixed(1)} s; allowed ${allowed} (${allowedByReplica.join(' + ')}), journalled ${journalled}, answers without their record ${unrecorded}`);
  report.say(`  ${Object.entries(answers).map(([answer, count]) => `${answer}: ${count}`).join(', ')}`);
}

for (let round = 1; round <= rounds; round += 1) {
  const whole = await runQuota({ quota: QUOTA, callers, processes: 4 });
  tell('both replicas', whole);
  report.claim(whole.allowed === QUOTA, `exactly ${QUOTA} callers were answered (${whole.allowed})`);
  report.claim(whole.journalled === QUOTA && whole.unrecorded === 0, `the journal holds exactly these (${whole.journalled})`);
  if (whole.allowedByReplica.every((count) => count > 0)) shared += 1;

  const killed = await runQuota({ quota: QUOTA, callers, processes: 4, killAfter: QUOTA / 4 });
  tell('one replica killed midway', killed);
  report.claim(killed.allowed <= QUOTA && killed.journalled <= QUOTA, `never more than ${QUOTA} (answered ${killed.allowed}, journalled ${killed.journalled})`);
  report.claim(killed.unrecorded === 0, `every answer has its record (${killed.unrecorded} have not)`);
  report.claim((killed.answers['lost'] ?? 0) > 0, `the killed replica had callers (${killed.answers['lost'] ?? 0} lost their connection)`);
}
report.claim(shared > 0, `both replicas admitted in ${shared} of ${rounds} rounds`);
report.end();
