import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

const project = path.join(import.meta.dirname, '..');

/** As dependency-cruiser reports it. */
interface Breach {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
}

/** Who imports whom, and the rule that this breaks. */
const forbidden: readonly (readonly [from: string, to: string, rule: string])[] = [
  ['server/src/kernel/ids.ts', 'server/src/storage/database.ts', 'room-kernel'],
  ['server/src/kernel/ids.ts', 'node:fs', 'kernel-without-io'],
  ['server/src/config/load.ts', 'server/src/storage/database.ts', 'room-config'],
  ['server/src/storage/database.ts', 'server/src/modules/policy/index.ts', 'room-storage'],
  ['server/src/modules/delivery/deliver.ts', 'server/src/sources/mysql/index.ts', 'room-modules'],
  ['server/src/modules/delivery/deliver.ts', 'server/src/profiles/sea/routes.ts', 'room-modules'],
  ['server/src/modules/grants/find.ts', 'server/src/modules/policy/model.ts', 'module-by-its-index-from-modules'],
  ['server/src/modules/grants/find.ts', 'server/src/modules/delivery/index.ts', 'module-grants'],
  ['server/src/modules/journal/store.ts', 'server/src/modules/policy/index.ts', 'module-journal'],
  ['server/src/modules/policy/compile.ts', 'server/src/modules/journal/index.ts', 'module-policy'],
  ['server/src/jobs/expire.ts', 'server/src/modules/weather/index.ts', 'module-in-the-order'],
  ['server/src/http/routes.ts', 'server/src/modules/grants/store.ts', 'module-by-its-index'],
  ['server/src/compose.ts', 'server/src/modules/grants/store.ts', 'module-by-its-index'],
  ['server/src/profiles/sea/routes.ts', 'server/src/storage/database.ts', 'room-profiles'],
  ['server/src/profiles/sea/routes.ts', 'server/src/profiles/gov/codes.ts', 'profiles-apart'],
  ['server/src/sources/mysql/index.ts', 'server/src/profiles/gov/codes.ts', 'room-sources'],
  ['server/src/sources/mysql/index.ts', 'server/src/http/routes.ts', 'room-sources'],
  ['server/src/codecs/json.ts', 'server/src/jobs/expire.ts', 'room-codecs'],
  ['server/src/http/routes.ts', 'server/src/compose.ts', 'room-http'],
  ['server/src/jobs/expire.ts', 'server/src/main.ts', 'room-jobs'],
  ['server/src/compose.ts', 'server/src/attic/old.ts', 'known-room'],
  ['server/src/kernel/a.ts', 'server/src/kernel/b.ts', 'no-circle'],
  ['server/src/main.ts', 'server/test/support/node.ts', 'no-test-in-product'],
  ['server/src/main.ts', 'client/src/index.ts', 'server-below'],
  ['server/src/main.ts', './nowhere.ts', 'resolvable'],
  ['client/src/index.ts', '@lingqu/server/main', 'client-alone'],
  ['client/src/call.test.ts', 'server/src/kernel/clock.ts', 'tests-from-outside'],
  ['cli/src/commands/grant.ts', '@lingqu/server/main', 'cli-serve-in-the-dispatch'],
  ['cli/src/main.ts', 'server/src/compose.ts', 'cli-over-client'],
  ['conformance/sea.e2e.test.ts', 'server/test/support/node.ts', 'conformance-from-outside'],
];

const allowed: readonly (readonly [from: string, to: string])[] = [
  ['server/src/storage/database.ts', 'server/src/kernel/clock.ts'],
  ['server/src/kernel/ids.ts', 'node:crypto'],
  ['server/src/modules/grants/store.ts', 'server/src/storage/migrate.ts'],
  ['server/src/modules/grants/find.ts', 'server/src/modules/policy/index.ts'],
  ['server/src/modules/grants/find.ts', 'server/src/modules/grants/store.ts'],
  ['server/src/modules/grants/find.test.ts', 'server/src/modules/policy/model.ts'],
  ['server/src/profiles/sea/routes.ts', 'server/src/modules/delivery/index.ts'],
  ['server/src/profiles/sea/routes.ts', 'server/src/codecs/xml.ts'],
  ['server/src/compose.ts', 'server/src/profiles/sea/routes.ts'],
  ['server/src/main.ts', 'server/src/compose.ts'],
  ['server/test/support/node.ts', 'server/src/modules/grants/store.ts'],
  ['cli/src/main.ts', '@lingqu/server/main'],
  ['cli/src/commands/grant.ts', '@lingqu/client'],
  ['cli/test/serve.e2e.test.ts', 'server/test/support/node.ts'],
];

/** A circle is reported at one of its imports only. */
const closingTheCircle = ['server/src/kernel/b.ts', 'server/src/kernel/a.ts'] as const;

/** `type` imports count too: every second case is one. */
const statements = (targets: readonly string[], from: string): string =>
  targets
    .map((to, index) => `import ${index % 2 === 0 ? '' : 'type '}* as name${index} from '${specifierOf(from, to)}';\n`)
    .join('') + 'export {};\n';

describe('import rules', () => {
  let broken: readonly Breach[];
  const rulesBrokenBy = (from: string, to: string): string[] =>
    broken.filter((breach) => breach.from === from && breach.to === resolvedName(to)).map(({ rule }) => rule.name);

  before(async () => {
    broken = await cruise([...forbidden.map(([from, to]) => [from, to] as const), ...allowed, closingTheCircle]);
  });

  for (const [from, to, rule] of forbidden) {
    it(`${from} may not import ${to}`, () => {
      assert.ok(rulesBrokenBy(from, to).includes(rule), `broken are only: ${rulesBrokenBy(from, to).join(', ')}`);
    });
  }

  for (const [from, to] of allowed) {
    it(`${from} may import ${to}`, () => {
      assert.deepEqual(rulesBrokenBy(from, to), []);
    });
  }
});

let folder: string | undefined;
after(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true });
});

/** Builds a tree of these imports and gives the breaches in it. */
async function cruise(imports: readonly (readonly [string, string])[]): Promise<readonly Breach[]> {
  folder = await mkdtemp(path.join(tmpdir(), 'lingqu-imports-'));
  await cp(path.join(project, 'tsconfig.json'), path.join(folder, 'tsconfig.json'));
  for (const workspace of ['server', 'client']) {
    await mkdir(path.join(folder, workspace), { recursive: true });
    await mkdir(path.join(folder, 'node_modules/@lingqu'), { recursive: true });
    await cp(path.join(project, workspace, 'package.json'), path.join(folder, workspace, 'package.json'));
    await symlink(path.join(folder, workspace), path.join(folder, 'node_modules/@lingqu', workspace));
  }
  const sources = Map.groupBy(imports, ([from]) => from);
  const leaves = imports.map(([, to]) => to).filter((to) => isFile(to) && !sources.has(to));
  for (const leaf of leaves) await put(folder, leaf, 'export {};\n');
  for (const [from, cases] of sources) await put(folder, from, statements(cases.map(([, to]) => to), from));
  return await breachesIn(folder);
}

async function breachesIn(cwd: string): Promise<readonly Breach[]> {
  const cruiser = path.join(project, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const parameters = [cruiser, '--config', path.join(project, '.dependency-cruiser.mjs'), '--output-type', 'json', '.'];
  const report = await new Promise<string>((resolve) => {
    // It exits with the number of breaches, which are what we came for.
    execFile(process.execPath, parameters, { cwd, maxBuffer: 1 << 26 }, (_error, stdout) => resolve(stdout));
  });
  return (JSON.parse(report) as { summary: { violations: Breach[] } }).summary.violations;
}

async function put(root: string, file: string, text: string): Promise<void> {
  await mkdir(path.join(root, path.dirname(file)), { recursive: true });
  await writeFile(path.join(root, file), text);
}

function isFile(target: string): boolean {
  return /^(server|client|cli|conformance)\//.test(target);
}

function specifierOf(from: string, to: string): string {
  if (!isFile(to)) return to;
  const relative = path.posix.relative(path.posix.dirname(from), to);
  return relative.startsWith('.') ? relative : `./${relative}`;
}

function resolvedName(target: string): string {
  const known: Record<string, string> = {
    '@lingqu/server/main': 'server/src/main.ts',
    '@lingqu/client': 'client/src/index.ts',
    'node:crypto': 'crypto',
    'node:fs': 'fs',
  };
  return known[target] ?? target;
}
