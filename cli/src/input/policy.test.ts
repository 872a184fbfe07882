import assert from 'node:assert/strict';
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

  it('is refused with an example where it cannot be read', async () => {
    for (const options of [{ mask: { a: 'blur' } }, { quota: { 'calls/day': 'many' } }, { rows: '[1]' }, { region: 'lon,lat,1,2,3' }, { time: 't,,' }]) {
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
