import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { CommandFailure } from '../failure.ts';
import { sayIn } from '../language.ts';
import { policyOf } from './policy.ts';
import { instantOf } from './times.ts';

const say = sayIn('en');

describe('a policy on the command line', () => {
  it('becomes the policy document', async () => {
    const policy = await policyOf(
      {
        columns: ['a', 'b'],
        mask: { a: 'phone', b: 'partial:3:4', c: 'fixed:***', d: 'fixed', e: 'number:100', f: 'date:month', g: 'hash' },
        quota: { 'calls/day': '1000', 'bytes/total': '5' },
        rows: '{column: city, eq: 深圳}',
        region: 'lon,lat,113.7,22.4,114.6,22.9',
        time: 't,,2026-12-31',
        address: ['10.0.0.0/8'],
        concurrency: 3,
      },
      { columns: ['z'], concurrency: 1 },
      say,
    );
    assert.deepEqual(policy, {
      columns: ['a', 'b'],
      masks: [
        { field: 'a', kind: 'partial', preset: 'phone' },
        { field: 'b', kind: 'partial', keepStart: 3, keepEnd: 4 },
        { field: 'c', kind: 'fixed', value: '***' },
        { field: 'd', kind: 'fixed', value: null },
        { field: 'e', kind: 'number', step: 100 },
        { field: 'f', kind: 'date', unit: 'month' },
        { field: 'g', kind: 'hash' },
      ],
      quotas: [{ unit: 'calls', per: 'day', limit: 1000 }, { unit: 'bytes', per: 'total', limit: 5 }],
      rows: { column: 'city', eq: '深圳' },
      region: { lon: 'lon', lat: 'lat', box: [113.7, 22.4, 114.6, 22.9] },
      time: { column: 't', to: '2026-12-31' },
      addresses: ['10.0.0.0/8'],
      concurrency: 3,
    });
  });

  it('keeps the terms that are not given', async () => {
    assert.deepEqual(await policyOf({ concurrency: 2 }, { columns: ['z'], concurrency: 1 }, say), { columns: ['z'], concurrency: 2 });
  });

  const standing = {
    rows: { column: 'city', eq: '深圳' },
    masks: [{ field: 'a', kind: 'hash' }, { field: 'b', kind: 'hash' }],
    quotas: [{ unit: 'calls', per: 'day', limit: 1 }, { unit: 'rows', per: 'day', limit: 2 }],
  };

  it('adds a mask to those that stand, and replaces that of its field; quotas alike', async () => {
    const policy = await policyOf({ mask: { b: 'phone', c: 'hash' }, quota: { 'calls/day': '9', 'calls/total': '7' } }, standing, say);
    assert.deepEqual(policy, {
      rows: standing.rows,
      masks: [{ field: 'a', kind: 'hash' }, { field: 'b', kind: 'partial', preset: 'phone' }, { field: 'c', kind: 'hash' }],
      quotas: [{ unit: 'rows', per: 'day', limit: 2 }, { unit: 'calls', per: 'day', limit: 9 }, { unit: 'calls', per: 'total', limit: 7 }],
    });
  });

  it('loses what is cleared by name, before the options add to it', async () => {
    const { masks, quotas, rows } = standing;
    assert.deepEqual(await policyOf({ clear: ['rows', 'masks.a', 'quotas.calls/day'] }, standing, say), { masks: masks.slice(1), quotas: quotas.slice(1) });
    assert.deepEqual(await policyOf({ clear: ['masks.a', 'masks.b', 'quotas'] }, standing, say), { rows });
    assert.deepEqual(await policyOf({ clear: ['masks', 'quotas'], mask: { a: 'phone' } }, standing, say), { rows, masks: [{ field: 'a', kind: 'partial', preset: 'phone' }] });
    for (const name of ['mask', 'masks.z', 'region', 'toString', 'rows.city', '']) {
      await assert.rejects(policyOf({ clear: [name] }, standing, say), (error) => error instanceof CommandFailure && error.usage && error.message.includes('rows masks quotas'), name);
    }
  });

  it('takes an area from a GeoJSON file, as tools wrap it', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'lingqu-area-'));
    const geometry = { type: 'Polygon', coordinates: [[[113.7, 22.4], [114.7, 22.4], [114.2, 22.9], [113.7, 22.4]]] };
    const crs = (name: string) => ({ crs: { type: 'name', properties: { name } } });
    const region = async (content: unknown, columns = 'lon,lat'): Promise<unknown> => {
      const regionFile = path.join(folder, 'area.geojson');
      await writeFile(regionFile, JSON.stringify(content));
      return (await policyOf({ region: columns, regionFile }, {}, say)).region;
    };
    try {
      const feature = { type: 'Feature', properties: { name: '南山' }, geometry };
      assert.deepEqual(await region(geometry, 'shape'), { geometry: 'shape', within: geometry });
      assert.deepEqual(await region(feature), { lon: 'lon', lat: 'lat', within: geometry });
      assert.deepEqual(await region({ type: 'FeatureCollection', features: [feature], ...crs('urn:ogc:def:crs:OGC:1.3:CRS84') }), { lon: 'lon', lat: 'lat', within: geometry });
      assert.deepEqual(await region({ ...feature, ...crs('urn:ogc:def:crs:EPSG::4490') }), { lon: 'lon', lat: 'lat', within: geometry, crs: 'CGCS2000' });
      await assert.rejects(region({ type: 'FeatureCollection', features: [feature, feature] }), CommandFailure);
      await assert.rejects(region({ ...geometry, ...crs('urn:ogc:def:crs:EPSG::3857') }), CommandFailure);
      for (const columns of ['', 'a,b,c', 'lon,lat,1,2,3,4']) await assert.rejects(region(geometry, columns), CommandFailure, columns);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('is refused with an example where it cannot be read', async () => {
    for (const options of [{ mask: { a: 'blur' } }, { quota: { 'calls/day': 'many' } }, { rows: '[1]' }, { region: 'lon,lat,1,2,3' }, { region: 'lon,lat,1,2,3,' }, { region: '1,2,3,4' }, { time: 't,,' }]) {
      await assert.rejects(policyOf(options, {}, say), (error) => error instanceof CommandFailure && error.usage);
    }
  });
});

describe('times on the command line', () => {
  it('are times in China unless they say a zone', () => {
    assert.equal(instantOf('2026-01-31', say), '2026-01-30T16:00:00.000Z');
    assert.equal(instantOf('2026-01-31 08:30', say), '2026-01-31T00:30:00.000Z');
    assert.equal(instantOf('2026-01-31T08:30:00Z', say), '2026-01-31T08:30:00.000Z');
    for (const text of ['31.1.2026', '2026-13-01', 'tomorrow']) assert.throws(() => instantOf(text, say), CommandFailure);
  });
});
