import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stations } from '@neaps/tide-database';
import { stationNames, tideStations } from './stations.ts';

/** Second records of gauges that are kept under another. */
const duplicates = ['ticon/kaohsiung-340a-chn-uhslc_rq', 'ticon/keelung-341a-chn-uhslc_rq'];

describe('the stations of the sample', () => {
  it('are all Chinese gauges that the tide database has, each once', () => {
    const chinese = stations.filter((station) => ['CN', 'HK', 'MO', 'TW'].includes(station.country_code) && station.source.name === 'TICON-4' && station.license.commercial_use);
    assert.deepEqual([...stationNames.map(({ id }) => id), ...duplicates].toSorted(), chinese.map(({ id }) => id).toSorted());
    for (const key of ['name', 'code'] as const) assert.equal(new Set(stationNames.map((station) => station[key])).size, stationNames.length);
  });

  it('are predicted above their chart datum, and bring the credit that their licence asks for', async () => {
    for (const station of await tideStations()) {
      assert.ok(station.meanLevel > 0 && station.meanLevel < 6, `${station.name}: ${station.meanLevel}`);
      assert.match(station.attribution, /TICON-4.*CC BY 4\.0/);
    }
  });
});
