/** What became of one test or suite, as the reporter below writes it: a line of JSON each. */
export interface Outcome {
  readonly kind: 'test' | 'suite';
  /** The suites' titles from the outermost on, and the test's own. */
  readonly titles: readonly string[];
  /** Relative to the project, with forward slashes. */
  readonly file: string;
  readonly result: 'pass' | 'fail' | 'skip';
  readonly reason?: string;
}

export function parseOutcomes(lines: string): Outcome[] {
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Outcome);
}
