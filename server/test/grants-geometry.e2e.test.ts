import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { parse } from 'csv-parse/sync';
import pg from 'pg';
import { createDatabase, dropDatabase } from './support/database.ts';
import { mariadbDatabase, type MariadbDatabase } from './support/mariadb.ts';
import { startNode, type StartedNode } from './support/node.ts';
import { needs } from './support/services.ts';
import { addPostgres, giveGrant, make, newHolder, publish, refusal, type FieldInput } from './support/sharing.ts';
import { startRelayStage, startUpstream, type RelayStage, type TestUpstream } from './support/upstream.ts';
import { readXmlAnswer } from './support/xml-rows.ts';

/** Parcels about two districts with a common border at 114°, the western one with an enclave that is not its own. */
const parcels = {
  1: 'POLYGON((113.25 22.25,113.5 22.25,113.5 22.5,113.25 22.25))', // west
  2: 'POLYGON((113.75 22.25,114 22.25,114 22.5,113.75 22.25))', // west, up to the border
  3: 'POLYGON((113.75 22.75,114.25 22.75,114.25 22.5,113.75 22.75))', // across the border
  4: 'LINESTRING(114.25 22.25,114.75 22.5)', // east
  5: 'POINT(113.6875 22.8125)', // the enclave
  6: 'MULTIPOINT(113.25 22.5,114.5 22.5)', // one in each
  7: 'POINT(110.5 20.5)', // elsewhere
} as const;

const enclave = [[113.5, 22.75], [113.75, 22.75], [113.75, 23], [113.5, 22.75]];
const west = [[[113, 22], [114, 22], [114, 23.5], [113, 23.5], [113, 22]], enclave];
const east = [[[114, 22], [115, 22], [115, 23.5], [114, 23.5], [114, 22]]];
const regions = {
  west: { geometry: 'shape', within: { type: 'Polygon', coordinates: west } },
  east: { geometry: 'shape', crs: 'CGCS2000', within: { type: 'Polygon', coordinates: east } },
  both: { geometry: 'shape', within: { type: 'MultiPolygon', coordinates: [west, east] } },
  box: { geometry: 'shape', box: [113, 20, 114, 22.5] },
};
const answers: Readonly<Record<keyof typeof regions, readonly number[]>> = { west: [1, 2], east: [4], both: [1, 2, 3, 4, 6], box: [1, 2] };

type Name = keyof typeof regions;
const names = ['west', 'east', 'both', 'box'] as const satisfies readonly Name[];

/** Publishes the resource `parcels` with what is suggested for it, and gives a grant for each region. */
async function share(node: StartedNode): Promise<ReadonlyMap<Name, string>> {
  const suggested = await make(node, 'GET', '/resources/parcels/definition');
  assert.deepEqual(suggested.fields.map(({ name, type }: FieldInput) => [name, type]), [['id', 'int'], ['shape', 'json']]);
  await publish(node, 'dikuai', { resource: 'parcels', order: [{ column: 'id' }], fields: [{ name: 'id', type: 'int' }, { name: 'shape', type: 'json' }, { name: 'wkt', column: 'shape', type: 'varchar' }] });
  const keys = new Map<Name, string>();
  for (const name of names) {
    const { appkey } = await newHolder(node, name);
    await giveGrant(node, name, 'dikuai', { region: regions[name] });
    keys.set(name, appkey);
  }
  return keys;
}

const polygon = { type: 'Polygon', coordinates: [[[113.25, 22.25], [113.5, 22.25], [113.5, 22.5], [113.25, 22.25]]] };

function onlyWhatLiesWithin(shared: () => { readonly node: StartedNode; readonly keys: ReadonlyMap<Name, string> }): void {
  const answer = async (name: Name, path: string, accept: string): Promise<string> => {
    const { node, keys } = shared();
    const response = await fetch(`${node.dataUrl}${path}?appkey=${keys.get(name)}`, { headers: { accept } });
    const text = await response.text();
    assert.equal(response.status, 200, text);
    return text;
  };
  for (const name of names) {
    it(`[SEA-8.1a] the grant of the region "${name}" shows what lies within as a whole, and nothing that is partly outside`, async () => {
      const { data } = JSON.parse(await answer(name, '/szsea/api/sharing/dikuai', '*/*'));
      assert.deepEqual(data.map(({ id }: { id: number }) => id), answers[name]);
    });
  }

  it('[SEA-8.1a] [SEA-8.2] [GOV-result] a geometry is GeoJSON in SEA and in each form of GOV, and well-known text where its field is a text', async () => {
    for (const path of ['/szsea/api/sharing/dikuai', '/gov/v1/dikuai']) {
      assert.deepEqual(JSON.parse(await answer('west', path, 'application/json')).data[0], { id: 1, shape: polygon, wkt: parcels[1] });
    }
    const [inXml] = readXmlAnswer(await answer('west', '/gov/v1/dikuai', 'application/xml')).rows;
    const [inCsv] = parse<Record<string, string>>(await answer('west', '/gov/v1/dikuai', 'text/csv'), { columns: true });
    for (const row of [inXml, inCsv]) assert.deepEqual({ ...row, shape: JSON.parse(row?.['shape'] ?? '') }, { id: '1', shape: polygon, wkt: parcels[1] });
  });

  it('[SEA-8.1a] a region that cannot be enforced is refused when it is granted', async () => {
    const { node } = shared();
    await newHolder(node, '越界');
    for (const [region, code] of [
      [{ geometry: 'id', box: [113, 22, 114, 23] }, 'region.column-type'],
      [{ geometry: 'gone', box: [113, 22, 114, 23] }, 'region.column'],
      [{ geometry: 'shape', within: { type: 'Polygon', coordinates: [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]] } }, 'region.crossing'],
    ] as const) {
      const { details } = await refusal(node, 'POST', '/grants', { body: { subject: '越界', product: 'dikuai', terms: { policy: { region } } } });
      assert.deepEqual(details['codes'], [code]);
    }
  });
}

const values = (geometry: (wkt: string) => string): string => Object.entries(parcels).map(([id, wkt]) => `(${id}, ${geometry(wkt)})`).join(', ');

describe('parcels in PostGIS under grants of regions', needs('postgres', 'postgis'), () => {
  let url: string;
  let shared: { node: StartedNode; keys: ReadonlyMap<Name, string> };
  before(async () => {
    url = await createDatabase();
    const client = new pg.Client(url);
    await client.connect();
    await client.query(`CREATE SCHEMA gis; CREATE EXTENSION postgis SCHEMA gis; CREATE TABLE parcels (id int PRIMARY KEY, shape gis.geometry(Geometry, 4490));
      INSERT INTO parcels VALUES ${values((wkt) => `'SRID=4490;${wkt}'`)}`);
    await client.end();
    const node = await startNode({ engine: 'pglite' });
    await addPostgres(node, url);
    await make(node, 'POST', '/resources', { body: { name: 'parcels', source: 'ocean', table: 'parcels', schema: 'public' } });
    shared = { node, keys: await share(node) };
  });
  after(async () => {
    await shared.node.stop();
    await dropDatabase(url);
  });
  onlyWhatLiesWithin(() => shared);
});

describe('parcels in MariaDB under grants of regions', needs('mariadb'), () => {
  let database: MariadbDatabase;
  let shared: { node: StartedNode; keys: ReadonlyMap<Name, string> };
  before(async () => {
    database = await mariadbDatabase();
    await database.run('CREATE TABLE parcels (id INT PRIMARY KEY, shape GEOMETRY NOT NULL)', `INSERT INTO parcels VALUES ${values((wkt) => `ST_GeomFromText('${wkt}')`)}`);
    const node = await startNode({ engine: 'pglite' });
    await make(node, 'POST', '/sources', { body: { name: 'ocean', type: 'mysql', settings: database.settings } });
    await make(node, 'POST', '/resources', { body: { name: 'parcels', source: 'ocean', table: 'parcels' } });
    shared = { node, keys: await share(node) };
  });
  after(async () => {
    await shared.node.stop();
    await database[Symbol.asyncDispose]();
  });
  onlyWhatLiesWithin(() => shared);
});

/** The same as a service of features would send them: objects in JSON. */
function featureOf(id: string, wkt: string): string {
  const [, type = '', inner = ''] = /^(\w+)\((.*)\)$/.exec(wkt) ?? [];
  const geoJsonTypes: Readonly<Record<string, string>> = { POLYGON: 'Polygon', LINESTRING: 'LineString', POINT: 'Point', MULTIPOINT: 'MultiPoint' };
  const places = inner.replaceAll(/([\d.]+) ([\d.]+)/g, '[$1,$2]').replaceAll('(', '[').replaceAll(')', ']');
  return `{"id":${id},"geometry":{"type":"${geoJsonTypes[type]}","coordinates":${type === 'POINT' ? places : `[${places}]`}}}`;
}

describe('parcels of a service under grants of regions', () => {
  let upstream: TestUpstream;
  let stage: RelayStage;
  let keys: ReadonlyMap<Name, string>;
  before(async () => {
    upstream = await startUpstream((_request, response) => response.setHeader('content-type', 'application/json').end(`[${Object.entries(parcels).map(([id, wkt]) => featureOf(id, wkt)).join()}]`));
    stage = await startRelayStage();
    const columns = [{ name: 'id', type: 'integer' }, { name: 'shape', type: 'geometry', path: 'geometry' }];
    await stage.addSource('rest', upstream, { operations: [{ name: 'parcels', path: '/parcels', answer: { format: 'json', rows: '', columns, key: ['id'] } }] });
    await make(stage.node, 'POST', '/resources', { body: { name: 'parcels', source: 'rest', table: 'parcels' } });
    keys = await share(stage.node);
  });
  after(async () => {
    await stage[Symbol.asyncDispose]();
    await upstream[Symbol.asyncDispose]();
  });
  onlyWhatLiesWithin(() => ({ node: stage.node, keys }));
});
