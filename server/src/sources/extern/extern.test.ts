import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { ExternConnection, ExternSource } from '@lingqu/extern';
import { DomainError } from '../../kernel/errors.ts';
import { SourceConnections, type SourceType } from '../../modules/resources/index.ts';
import { NodeKey } from '../../storage/node-key.ts';
import { openExtern } from './connection.ts';
import { Externs } from './load.ts';

const builtIn: SourceType = { type: 'postgres', schema: { type: 'object', properties: {}, required: [] } as unknown as SourceType['schema'], secrets: [], open: () => assert.fail('not opened') };
const sound = `{ type: 'lims', schema: { type: 'object', properties: { key: { type: 'string' } } }, secrets: ['key'], open: () => ({}) }`;

describe('an extern that the configuration names', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lingqu-extern-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  let files = 0;
  const fileOf = async (source: string): Promise<string> => {
    const file = path.join(folder, `extern-${(files += 1)}.mjs`);
    await writeFile(file, source);
    return pathToFileURL(file).href;
  };
  const connections = (): SourceConnections => new SourceConnections([builtIn], new NodeKey(Buffer.alloc(32)));

  it('is a type of source from then on; named again, it is not loaded again', async () => {
    const known = connections();
    const externs = new Externs(known);
    const lims = await fileOf(`export default ${sound}`);
    await externs.add([lims, lims]);
    await externs.add([lims]);
    assert.deepEqual(known.types, ['postgres', 'lims']);
    assert.deepEqual(known.typeOf('lims').secrets, ['key']);
  });

  const wrong: readonly (readonly [string, string, RegExp])[] = [
    ['cannot be imported', 'throw new Error("no licence")', /no licence/],
    ['is no JavaScript', 'export default {', /cannot be imported/],
    ['exports nothing by default', 'export const type = 1', /exports no object/],
    ['has a name that is none', `export default { ...${sound}, type: 'LIMS 1' }`, /type is lower-case/],
    ['has a schema that is none', `export default { ...${sound}, schema: { type: 'string' } }`, /JSON Schema of an object/],
    ['has secrets that are no settings', `export default { ...${sound}, secrets: ['password'] }`, /secrets/],
    ['opens nothing', `export default { ...${sound}, open: 1 }`, /open is a function/],
    ['takes the name of a built-in type', `export default { ...${sound}, type: 'postgres' }`, /there is a type of that name already/],
  ];
  for (const [title, source, why] of wrong) {
    it(`${title}: is named, with why, and nothing is added`, async () => {
      const known = connections();
      const [good, bad] = [await fileOf(`export default ${sound}`), await fileOf(source)];
      await assert.rejects(new Externs(known).add([good, bad]), (error) => error instanceof DomainError && error.code === 'settings.extern' && error.message.includes(bad) && why.test(error.message));
      assert.deepEqual(known.types, ['postgres']);
    });
  }

  it('is a package that is not installed', async () => {
    await assert.rejects(new Externs(connections()).add(['@example/not-installed']), /@example\/not-installed/);
  });
});

describe('an extern source', () => {
  const connection = (changes: Partial<ExternConnection>): ExternConnection => ({
    probe: async () => ({ about: { engine: 'files' } }),
    describeTables: async () => [{ name: 't', columns: [{ name: 'id', type: 'integer' }, { name: 'v', type: 'text', comment: 'a value' }], key: ['id'] }],
    scan: async function* () {},
    ...changes,
  });
  const source = (opened: Partial<ExternConnection>): ExternSource => ({
    type: 'lims',
    schema: { type: 'object', properties: { folder: { type: 'string' }, depth: { type: 'integer', default: 3 } } },
    secrets: [],
    open: () => connection(opened),
  });
  const failsWith = (why: RegExp) => (error: unknown): boolean => error instanceof DomainError && error.kind === 'source-unavailable' && why.test(error.message);
  const hangs = (): Promise<never> => new Promise(() => {});

  it('is opened with the defaults of its settings', () => {
    let seen: unknown;
    const open = (settings: unknown): ExternConnection => {
      seen = settings;
      return connection({});
    };
    openExtern({ ...source({}), open }, { folder: 'x' });
    assert.deepEqual(seen, { folder: 'x', depth: 3 });
  });

  it('is described with all that it leaves out', async () => {
    assert.deepEqual(await openExtern(source({}), {}).describeTables(), [
      {
        schema: '', name: 't', comment: '', key: ['id'],
        columns: [{ name: 'id', type: 'integer', native: 'integer', nullable: false, comment: '' }, { name: 'v', type: 'text', native: 'text', nullable: true, comment: 'a value' }],
      },
    ]);
    assert.deepEqual(await openExtern(source({}), {}).probe(), { about: { engine: 'files' }, warnings: [] });
  });

  it('that does not open says why', () => {
    const throws = (): never => {
      throw new Error('no folder');
    };
    assert.throws(() => openExtern({ ...source({}), open: throws }, {}), failsWith(/no folder/));
    assert.throws(() => openExtern({ ...source({}), open: () => ({}) as ExternConnection }, {}), failsWith(/functions/));
    assert.throws(() => openExtern(source({ timeZone: 'Mars/Olympus' }), {}), failsWith(/Mars/));
  });

  it('that describes what it should not is refused', async () => {
    const columns = [{ name: 'id', type: 'integer' }] as const;
    const tables = [[{ name: 't', columns: [{ name: 'id', type: 'int4' }] }], [{ columns }], 'tables', null, [{ name: 't', columns: [...columns, ...columns] }], [{ name: 't', columns, key: ['other'] }], [{ name: 't', columns: [] }]];
    for (const given of tables) await assert.rejects(openExtern(source({ describeTables: async () => given as never }), {}).describeTables(), failsWith(/./), JSON.stringify(given));
    await assert.rejects(openExtern(source({ probe: async () => ({ about: { n: 1 } }) as never }), {}).probe(), failsWith(/probe/));
  });

  it('that throws or hangs ends its own call only, and never the closing of the node', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    await assert.rejects(openExtern(source({ probe: () => { throw new Error('thrown'); } }), {}).probe(), failsWith(/thrown/));
    let told = false;
    const probing = openExtern(source({ probe: (signal) => { signal.addEventListener('abort', () => { told = true; }); return hangs(); } }), {}).probe();
    const closing = openExtern(source({ close: hangs }), {}).close();
    t.mock.timers.tick(15_000);
    await assert.rejects(probing, failsWith(/within 15 s/));
    assert.equal(told, true);
    await closing;
    await openExtern(source({ close: () => { throw new Error('thrown'); } }), {}).close();
  });
});
