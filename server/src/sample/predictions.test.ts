import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hoursOfStation, tideColumns, tideRows } from './predictions.ts';
import { tideStations } from './stations.ts';

describe('tide rows', () => {
  it('are every hour of 2026 and 2027 in Asia/Shanghai, once', async () => {
    const [station] = await tideStations();
    assert.ok(station !== undefined);
    const times: string[] = [];
    const ids = new Set<string>();
    for await (const piece of tideRows([station], new AbortController().signal)) {
      for (const cells of piece) {
        assert.equal(cells.length, tideColumns.length);
        ids.add(cells[0] ?? '');
        times.push(cells[1] ?? '');
      }
    }
    assert.equal(hoursOfStation, 2 * 365 * 24);
    assert.deepEqual([times.length, ids.size, times[0], times.at(-1)], [hoursOfStation, hoursOfStation, '2026-01-01 00:00:00', '2027-12-31 23:00:00']);
    assert.deepEqual(times, times.toSorted());
  });

  it('stop when they are told to', async () => {
    const stop = new AbortController();
    await assert.rejects(async () => {
      for await (const piece of tideRows(await tideStations(), stop.signal)) if (piece.length > 0) stop.abort(new Error('stopped'));
    }, /stopped/);
  });
});
