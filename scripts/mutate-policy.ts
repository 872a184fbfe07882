/**
 * `npm run mutate`: takes each check out of the policy engine, one at a time, and runs the matrices against what is
 * left. A check whose loss no case notices is a check that could be lost unnoticed: it fails this run.
 * `npm run mutate -- masks rows` takes only these terms.
 */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { policyMutants, type Mutant } from './mutation/policy-mutants.ts';

const root = path.resolve(import.meta.dirname, '..');
const engine = path.join('server', 'src', 'modules', 'policy');
const kernel = path.join('server', 'src', 'kernel');
const terms = process.argv.slice(2);
const cache = path.join(tmpdir(), 'lingqu-mutants-compiled');
const timeout = 60_000;

interface Result {
  readonly mutant: Mutant;
  /** How many cases failed; 0: it survived; a text: it could not be tried. */
  readonly failed: number | string;
}

process.exitCode = (await main()) ? 0 : 1;

async function main(): Promise<boolean> {
  const whole = await inCopy((folder) => runMatrices(folder));
  if (whole !== 0) {
    console.error(`The matrices fail already: ${whole}. Run \`npm test -- policy\` first.`);
    return false;
  }
  const chosen = policyMutants.filter(({ term }) => terms.length === 0 || terms.includes(term));
  const results = await inParallel(chosen, tryMutant);
  for (const { mutant, failed } of results) console.log(line(mutant, failed));
  const bad = results.filter(({ failed }) => failed === 0 || typeof failed === 'string');
  console.log(`\n${results.length} checks taken away, ${results.length - bad.length} noticed, ${bad.length} not.`);
  return results.length > 0 && bad.length === 0;
}

function line({ term, check, file }: Mutant, failed: number | string): string {
  const outcome = typeof failed === 'string' ? failed : failed === 0 ? 'SURVIVED' : `${failed} cases fail`;
  return `${term.padEnd(12)} ${check.padEnd(34)} ${file.padEnd(14)} ${outcome}`;
}

async function tryMutant(mutant: Mutant): Promise<Result> {
  const failed = await inCopy(async (folder) => {
    const file = path.join(folder, engine, mutant.file);
    const parts = (await readFile(file, 'utf8')).split(mutant.text);
    if (parts.length !== 2) return `NOT TRIED: its text stands ${parts.length - 1} times in ${mutant.file}`;
    await writeFile(file, parts.join(mutant.instead));
    return runMatrices(folder);
  });
  return { mutant, failed };
}

/** Gives a copy of the engine and what it stands on, and takes it away again. */
async function inCopy<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lingqu-mutant-'));
  try {
    await cp(path.join(root, engine), path.join(folder, engine), { recursive: true });
    await cp(path.join(root, kernel), path.join(folder, kernel), { recursive: true });
    await writeFile(path.join(folder, 'package.json'), '{"type":"module"}');
    await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The number of cases that fail, or what went wrong. */
function runMatrices(folder: string): Promise<number | string> {
  const file = path.join(folder, engine, 'cases.test.ts');
  // With this variable a test file would report to the runner that started this script.
  const { NODE_TEST_CONTEXT: _, ...rest } = process.env;
  const env = { ...rest, NODE_COMPILE_CACHE: cache };
  return new Promise((resolve) => {
    execFile(process.execPath, ['--disable-warning=ExperimentalWarning', '--test-reporter=tap', file], { env, timeout, maxBuffer: 1e8 }, (_error, stdout) => {
      const ran = [...stdout.matchAll(/^ +(not ok|ok) \d+ /gm)];
      const failed = ran.filter(([, outcome]) => outcome === 'not ok');
      // A mutant that cannot even be loaded proves nothing.
      resolve(ran.length > 200 ? failed.length : `NOT TRIED: only ${ran.length} cases ran`);
    });
  });
}

async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, worker));
  return results;
}
