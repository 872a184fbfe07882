import { LEFT_OUT, missingServices } from '../../server/test/support/services.ts';
import { banner } from '../banner.ts';
import type { Outcome } from './outcomes.ts';

/** Says loudly which tests were left out for want of a service, and how to include them. */
export function reportLeftOut(outcomes: readonly Outcome[]): void {
  const leftOut = outcomes.filter(({ reason }) => reason?.startsWith(LEFT_OUT));
  if (leftOut.length === 0) return;
  const reasons = Map.groupBy(leftOut, ({ reason }) => reason);
  banner([
    `NOT EVERYTHING WAS TESTED: ${leftOut.length} tests or suites were left out`,
    ...[...reasons].flatMap(([reason, tests]) => ['', `${reason}:`, ...tests.map(titleOf)]),
    '',
    'To include them, say where the services are:',
    ...missingServices().map(({ variable, example }) => `  export ${variable}=${example}`),
    'With LINGQU_TEST_REQUIRE=1 a missing service is a failure.',
  ]);
}

function titleOf({ file, titles }: Outcome): string {
  return `  ${file}  ${titles.join(' › ')}`;
}
