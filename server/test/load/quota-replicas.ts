import { createDatabase, dropDatabase } from '../support/database.ts';
import { newId } from '../../src/kernel/ids.ts';
import { Admin } from './admin.ts';
import { gather } from './crowd.ts';
import { grantTo, publishFromPostgres, tableSql } from './product.ts';
import { startReplicas } from './replicas.ts';
import { runSql } from './sql.ts';

export interface QuotaRun {
  readonly quota: number;
  readonly callers: number;
  readonly processes: number;
  /** How many answers there shall be when one replica is killed; undefined: none is. */
  readonly killAfter?: number;
}

export interface QuotaFigures {
  /** Whole answers of 200 that callers have got, in all and from each replica. */
  readonly allowed: number;
  readonly allowedByReplica: readonly number[];
  /** Records of calls that were allowed. */
  readonly journalled: number;
  /** Callers' 200s that the journal does not hold exactly once. */
  readonly unrecorded: number;
  /** How many callers got which answer. */
  readonly answers: Readonly<Record<string, number>>;
  readonly seconds: number;
}

const LONGEST_MS = 60_000;

/** Lets a crowd of callers use up one quota at two replicas. */
export async function runQuota(run: QuotaRun): Promise<QuotaFigures> {
  const source = await createDatabase();
  try {
    await runSql(source, ...tableSql(1000));
    await using replicas = await startReplicas();
    const { a, b } = replicas;
    const admin = new Admin(a);
    const product = await publishFromPostgres(admin, source);
    const caller = await grantTo(admin, product.id, { policy: { quotas: [{ per: 'total', unit: 'calls', limit: run.quota }] } });
    const urls = [a, b].map(({ dataUrl }) => `${dataUrl}/gov/v1/readings?pageNum=1&pageSize=5`);
    const name = newId().slice(0, 8);
    const crowd = await gather({ name, callers: run.callers, urls, appkey: caller.appkey }, run.processes);
    const begun = performance.now();
    const outcome = crowd.go();
    if (run.killAfter !== undefined) {
      await Promise.race([outcome, untilAllowed(a.databaseUrl ?? '', run.killAfter)]);
      await b.kill();
    }
    const { answers } = await outcome;
    const seconds = (performance.now() - begun) / 1000;
    const allowed = answers.filter(({ answer }) => answer === '200');
    const records = Map.groupBy((await admin.journal(product.id)).filter(({ result }) => result === 'allowed'), ({ requestId }) => requestId);
    return {
      allowed: allowed.length,
      allowedByReplica: [a, b].map(({ dataUrl }) => allowed.filter(({ url }) => url === dataUrl).length),
      journalled: [...records.values()].reduce((sum, { length }) => sum + length, 0),
      unrecorded: allowed.filter(({ requestId }) => records.get(requestId)?.length !== 1).length,
      answers: countsOf(answers.map(({ answer }) => answer)),
      seconds,
    };
  } finally {
    await dropDatabase(source);
  }
}

/** Asked of the database, not of a node: both are busy. */
async function untilAllowed(databaseUrl: string, least: number): Promise<void> {
  const until = performance.now() + LONGEST_MS;
  while (performance.now() < until) {
    const [row] = await runSql<{ records: string }>(databaseUrl, "SELECT count(*) AS records FROM journal WHERE result = 'allowed'");
    if (Number(row?.records ?? 0) >= least) return;
  }
}

const countsOf = (words: readonly string[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(words, (word) => word)].map(([word, all]) => [word, all.length] as const).toSorted(([, x], [, y]) => y - x));
