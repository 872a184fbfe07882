/**
 * `npm test`: every test of the project.
 * `npm test -- server/src/modules policy` runs the files whose path contains one of the words;
 * what begins with a dash goes to node's test runner (`--test-name-pattern=…`).
 */
import { missingServices, servicesAreRequired } from '../server/test/support/services.ts';
import { testFiles } from './testing/files.ts';
import { reportLeftOut } from './testing/left-out.ts';
import { runTests } from './testing/run.ts';

const parameters = process.argv.slice(2);
const flags = parameters.filter((parameter) => parameter.startsWith('-'));
const words = parameters.filter((parameter) => !parameter.startsWith('-'));

process.exitCode = (await main()) ? 0 : 1;

async function main(): Promise<boolean> {
  if (servicesAreRequired() && missingServices().length > 0) {
    for (const { name, variable, example } of missingServices()) {
      console.error(`LINGQU_TEST_REQUIRE=1, but ${name} is missing: set ${variable}, for example ${example}`);
    }
    return false;
  }
  const files = testFiles().filter((file) => words.length === 0 || words.some((word) => file.includes(word)));
  if (files.length === 0) {
    console.error(`No test file${words.length === 0 ? '' : ` with ${words.join(' or ')} in its path`}.`);
    return false;
  }
  const { passed, outcomes } = await runTests(files, flags);
  reportLeftOut(outcomes);
  return passed;
}
