import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { parseOutcomes, type Outcome } from './outcomes.ts';

const reporter = path.join(import.meta.dirname, 'reporter.ts');

export interface TestRun {
  readonly passed: boolean;
  readonly outcomes: readonly Outcome[];
}

/** Runs the files under node's own test runner: its report to stdout, the outcomes to us. */
export async function runTests(files: readonly string[], flags: readonly string[]): Promise<TestRun> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lingqu-outcomes-'));
  const destination = path.join(folder, 'outcomes.jsonl');
  try {
    const passed = await runNode([
      '--disable-warning=ExperimentalWarning',
      '--test',
      `--test-concurrency=${availableParallelism()}`,
      // Only against hanging for ever; a test that has to be quick sets its own.
      '--test-timeout=600000',
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      `--test-reporter=${reporter}`,
      `--test-reporter-destination=${destination}`,
      ...flags,
      ...files,
    ]);
    return { passed, outcomes: parseOutcomes(await readFile(destination, 'utf8')) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Whether node ended well. */
async function runNode(parameters: readonly string[]): Promise<boolean> {
  const child = spawn(process.execPath, parameters, { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code === 0;
}
