/**
 * Who may import whom. `npm run imports` checks the tree against this,
 * scripts/imports.test.ts checks that each rule bites.
 */

/** The rooms of the server, and the rooms from which each may import beside itself. */
const rooms = {
  kernel: [],
  config: ['kernel'],
  storage: ['kernel'],
  modules: ['kernel', 'storage'],
  outbound: ['kernel'],
  codecs: ['kernel', 'storage', 'modules'],
  sources: ['kernel', 'storage', 'modules', 'codecs', 'outbound'],
  http: ['kernel', 'storage', 'modules', 'codecs'],
  profiles: ['kernel', 'modules', 'codecs', 'http'],
  jobs: ['kernel', 'storage', 'modules', 'codecs', 'outbound'],
  sample: ['kernel', 'storage', 'modules'],
  backup: ['kernel', 'config', 'storage', 'modules', 'sources'],
};

/** The written order of the modules: each may import only those before it. */
const modules = ['policy', 'journal', 'identity', 'resources', 'residual', 'products', 'grants', 'quotas', 'delivery', 'webhooks'];

/** These import no module at all. */
const selfContained = new Set(['policy', 'journal']);

/** The composition root: compose.ts or a folder of that name, then main.ts. */
const root = String.raw`^server/src/(compose(\.ts$|/)|main\.ts$)`;

/** Tests, and what only tests use. They may look behind every door of their subject. */
const tests = String.raw`\.test\.ts$|^(server|client|cli)/test/`;

const any = (names) => `(?:${names.join('|')})`;

const roomRules = Object.entries(rooms).map(([room, others]) => ({
  name: `room-${room}`,
  comment: `${room}/ imports ${others.length === 0 ? 'no other room' : `nothing but ${others.join(', ')}`}.`,
  from: { path: `^server/src/${room}/`, pathNot: tests },
  to: { path: '^server/src/', pathNot: `^server/src/${any([room, ...others])}/` },
}));

const moduleRules = modules.map((module, index) => {
  const before = selfContained.has(module) ? [] : modules.slice(0, index);
  return {
    name: `module-${module}`,
    comment: `${module} imports ${before.length === 0 ? 'no other module' : `of the modules only ${before.join(', ')}`}.`,
    from: { path: `^server/src/modules/${module}/`, pathNot: tests },
    to: { path: '^server/src/modules/', pathNot: `^server/src/modules/${any([module, ...before])}/` },
  };
});

const serverRules = [
  {
    name: 'module-by-its-index',
    comment: 'A module is entered through its index.ts only.',
    from: { path: '^(?!server/src/modules/)', pathNot: tests },
    to: { path: '^server/src/modules/', pathNot: String.raw`^server/src/modules/[^/]+/index\.ts$` },
  },
  {
    name: 'module-by-its-index-from-modules',
    comment: 'A module is entered through its index.ts only, by other modules too.',
    from: { path: '^server/src/modules/([^/]+)/', pathNot: tests },
    to: {
      path: '^server/src/modules/',
      pathNot: [String.raw`^server/src/modules/[^/]+/index\.ts$`, '^server/src/modules/$1/'],
    },
  },
  {
    name: 'module-in-the-order',
    comment: 'Every module has its place in the written order: add it to .dependency-cruiser.mjs.',
    from: {},
    to: { path: '^server/src/modules/', pathNot: `^server/src/modules/${any(modules)}/` },
  },
  {
    name: 'profiles-apart',
    comment: 'Profiles do not import one another.',
    from: { path: '^server/src/profiles/([^/]+)/', pathNot: tests },
    to: { path: '^server/src/profiles/[^/]+/', pathNot: '^server/src/profiles/$1/' },
  },
  {
    name: 'kernel-without-io',
    comment: 'The kernel does no I/O.',
    from: { path: '^server/src/kernel/', pathNot: tests },
    to: {
      dependencyTypes: ['core'],
      path: '^(node:)?(fs|net|http|http2|https|tls|dgram|dns|child_process|cluster|worker_threads)(/|$)',
    },
  },
  {
    name: 'known-room',
    comment: 'A file of the server stands in a room of the plan: add a new room to .dependency-cruiser.mjs.',
    from: {},
    to: { path: '^server/src/', pathNot: [`^server/src/${any(Object.keys(rooms))}/`, root] },
  },
];

const workspaceRules = [
  {
    name: 'client-alone',
    comment: 'client/ imports nothing of the server; its tests may use the server\'s test support.',
    from: { path: '^client/', pathNot: tests },
    to: { path: '^(server|cli|conformance)/' },
  },
  {
    name: 'extern-alone',
    comment: 'extern/ holds types for code outside the tree: it imports nothing.',
    from: { path: '^extern/' },
    to: { path: '.' },
  },
  {
    name: 'cli-over-client',
    comment: 'cli/ works over client/; only the dispatch at its root reaches the server, by its main and its back-up.',
    from: { path: '^cli/', pathNot: tests },
    to: { path: '^(server|conformance)/', pathNot: String.raw`^server/src/(main|backup/index)\.ts$` },
  },
  {
    name: 'cli-serve-in-the-dispatch',
    comment: 'Only the dispatch (cli/bin/, cli/src/main.ts) may start the server.',
    from: { path: '^cli/', pathNot: [tests, String.raw`^cli/(bin/|src/main\.ts$)`] },
    to: { path: '^server/' },
  },
  {
    name: 'tests-from-outside',
    comment: 'Tests of client/ and cli/ see the server from outside: its main and its test support.',
    from: { path: '^(client|cli)/' },
    to: { path: '^server/', pathNot: String.raw`^server/(test/|src/(main|backup/index)\.ts$)` },
  },
  {
    name: 'conformance-from-outside',
    comment: 'conformance/ checks any platform: it imports nothing of the server.',
    from: { path: '^conformance/' },
    to: { path: '^server/' },
  },
  {
    name: 'server-below',
    comment: 'The server imports neither client, nor cli, nor conformance.',
    from: { path: '^server/', pathNot: tests },
    to: { path: '^(client|cli|conformance)/' },
  },
];

const generalRules = [
  {
    name: 'no-circle',
    comment: 'No circles, be it of types only.',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-test-in-product',
    comment: 'What is shipped does not import tests or their support.',
    from: { path: '^(server/src|client|cli)/', pathNot: tests },
    to: { path: tests },
  },
  {
    name: 'resolvable',
    comment: 'Every import leads somewhere.',
    from: {},
    to: { couldNotResolve: true },
  },
];

const forbidden = [...roomRules, ...moduleRules, ...serverRules, ...workspaceRules, ...generalRules];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: forbidden.map((rule) => ({ severity: 'error', ...rule })),
  options: {
    exclude: { path: '(^|/)(node_modules|data|coverage)/' },
    // Types couple files just as values do.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.json', '.d.ts'],
    },
  },
};
