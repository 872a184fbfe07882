/**
 * `npm run conformance` runs the tests whose titles carry requirement IDs and writes
 * docs/conformance.md from what became of them; `-- --check` looks at the titles only.
 */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { namingErrors, namingErrorsIn } from './conformance/naming.ts';
import { renderPage } from './conformance/page.ts';
import { idsOf, parseMissing, parseRegister } from './conformance/register.ts';
import { titlesIn } from './conformance/titles.ts';
import { isEndToEnd, testFiles } from './testing/files.ts';
import { reportLeftOut } from './testing/left-out.ts';
import { runTests } from './testing/run.ts';

const page = 'docs/conformance.md';
const chapters = parseRegister(readFileSync('spec/requirements.md', 'utf8'));
const known = idsOf(chapters);
const missing = parseMissing(readFileSync('spec/partly.md', 'utf8'));

process.exitCode = (await main()) ? 0 : 1;

async function main(): Promise<boolean> {
  const files = testFiles();
  if (!report([...missing.keys()].filter((id) => !known.has(id)).map((id) => `spec/partly.md: ${id} is no requirement`))) return false;
  const wellNamed = report(files.flatMap((file) => namingErrorsIn(file, titlesIn(readFileSync(file, 'utf8')), known)));
  if (!wellNamed || process.argv.includes('--check')) return wellNamed;
  return await prove(files.filter(isEndToEnd));
}

async function prove(files: readonly string[]): Promise<boolean> {
  const { passed, outcomes } =
    files.length === 0 ? { passed: true, outcomes: [] } : await runTests(files, ['--test-name-pattern=\\[[A-Z]{2,5}-']);
  reportLeftOut(outcomes);
  await writeFile(page, renderPage(chapters, outcomes, missing, readFileSync('spec/deviations.md', 'utf8')));
  console.log(`${page} is written.`);
  // A title made at run time escapes the reading of the sources.
  const wellNamed = report(
    outcomes.flatMap(({ file, titles }) => titles.flatMap((title) => namingErrors(file, title, known)).map((error) => `${file}: ${error}`)),
  );
  return passed && wellNamed;
}

/** Whether there was nothing to report. */
function report(errors: readonly string[]): boolean {
  for (const error of new Set(errors)) console.error(error);
  return errors.length === 0;
}
