/**
 * `npm run licences`: every package that reaches a user stands under a licence of the list.
 * The packages come from npm itself, which knows the workspaces and what is for development only.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Permissive licences: they ask for attribution at most. */
const permissive = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MulanPSL-2.0',
  'Python-2.0',
  'Unlicense',
  'Zlib',
]);

/** Packages that carry data under terms of their own, which the product must keep. */
const dataTerms: Readonly<Record<string, readonly string[]>> = {
  '@neaps/tide-database': [
    "tidal constants: CC BY 4.0, show each station's `attribution`;",
    'a few stations CC BY-NC 4.0 (`license.commercial_use: false`), not to be used;',
    'places by GeoNames and zones by Marine Regions: CC BY 4.0;',
    'names of waters by OpenStreetMap contributors: ODbL 1.0',
  ],
};

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license?: unknown;
}

process.exitCode = (await main()) ? 0 : 1;

async function main(): Promise<boolean> {
  const packages = await productionPackages();
  const refused = packages.filter(({ license }) => !isPermissive(license));
  for (const { name, version, license } of refused) {
    console.error(`${name}@${version}: ${JSON.stringify(license) ?? 'no licence stated'} is not on the list of permissive licences`);
  }
  printSummary(packages);
  return refused.length === 0;
}

async function productionPackages(): Promise<Package[]> {
  const { stdout } = await promisify(execFile)('npm', ['query', ':not(.dev)'], { maxBuffer: 1 << 28 });
  return JSON.parse(stdout) as Package[];
}

/** Of alternatives one must be permissive, of what holds together all. */
function isPermissive(license: unknown): boolean {
  if (typeof license !== 'string') return false;
  return license
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((alternative) => alternative.split(' AND ').every((id) => permissive.has(id.trim())));
}

function printSummary(packages: readonly Package[]): void {
  console.log(`${packages.length} packages reach a user:`);
  const byLicence = Map.groupBy(packages, ({ license }) => String(license));
  for (const [licence, { length }] of [...byLicence].toSorted(([a], [b]) => a.localeCompare(b))) {
    console.log(`  ${licence}: ${length}`);
  }
  for (const { name } of packages) {
    for (const term of dataTerms[name] ?? []) console.log(`Data in ${name}: ${term}`);
  }
}
