import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { LEFT_OUT } from '../../server/test/support/services.ts';
import { parseOutcomes, type Outcome } from './outcomes.ts';

const source = `
import { before, describe, it, test } from 'node:test';
describe('outer', () => {
  it('passes', () => {});
  describe('inner', () => it('fails', () => { throw new Error('on purpose'); }));
});
describe('without its service', { skip: '${LEFT_OUT}PostgreSQL' }, () => it('never runs', () => {}));
test('later', { todo: true }, () => {});
test('with a subtest', (t) => t.test('sub', () => {}));
`;

describe('the outcomes of a run', () => {
  let folder: string;
  let outcomes: readonly Outcome[];

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lingqu-reporter-'));
    await writeFile(path.join(folder, 'sample.test.mjs'), source);
    outcomes = parseOutcomes(await reportOn('sample.test.mjs', folder));
  });

  after(() => rm(folder, { recursive: true }));

  it('come with their suites, in the order of declaration', () => {
    assert.deepEqual(
      outcomes.map(({ kind, titles, result }) => `${kind} ${titles.join(' › ')}: ${result}`),
      [
        'test outer › passes: pass',
        'test outer › inner › fails: fail',
        'suite outer › inner: fail',
        'suite outer: fail',
        'suite without its service: skip',
        'test later: skip',
        'test with a subtest › sub: pass',
        'test with a subtest: pass',
      ],
    );
  });

  it('say why a test was left out, and where it stands', () => {
    const [left, ...others] = outcomes.filter(({ reason }) => reason?.startsWith(LEFT_OUT));
    assert.deepEqual(others, []);
    assert.equal(left?.file, 'sample.test.mjs');
    assert.equal(left.reason, `${LEFT_OUT}PostgreSQL`);
  });
});

function reportOn(file: string, cwd: string): Promise<string> {
  const reporter = path.join(import.meta.dirname, 'reporter.ts');
  const parameters = ['--test', `--test-reporter=${reporter}`, '--test-reporter-destination=stdout', file];
  // With this variable a runner would report to the one that runs this very test.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return new Promise((resolve) => {
    // It exits with 1, since one of its tests fails.
    execFile(process.execPath, parameters, { cwd, env }, (_error, stdout) => resolve(stdout));
  });
}
