/**
 * `npm run proofs`: every proof, one after the other; `npm run proofs -- kill-nine 10` one of them, with its parameters.
 * Each prints its figures and fails when its claim does not hold. They take their time: see the head of each.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { missingServices } from '../server/test/support/services.ts';

/** What every proof is made of. */
const parts = new Set(['run.ts', 'report.ts', 'values.ts']);
const names = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.ts') && !parts.has(file)).map((file) => file.slice(0, -'.ts'.length));
const [wanted, ...parameters] = process.argv.slice(2);

function prove(name: string): boolean {
  process.stdout.write(`\n━━ ${name}\n`);
  const file = path.join(import.meta.dirname, `${name}.ts`);
  return spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', file, ...parameters], { stdio: 'inherit' }).status === 0;
}

for (const { name, variable, example } of missingServices()) {
  process.stderr.write(`The proofs need ${name}: set ${variable}, for example ${example}\n`);
  process.exit(1);
}
if (wanted !== undefined && !names.includes(wanted)) {
  process.stderr.write(`No proof ${wanted}; there are ${names.join(', ')}\n`);
  process.exit(1);
}
const failed = names.filter((name) => (wanted === undefined || name === wanted) && !prove(name));
process.stdout.write(failed.length === 0 ? '\nEvery proof holds.\n' : `\nNot proved: ${failed.join(', ')}\n`);
process.exit(failed.length === 0 ? 0 : 1);
