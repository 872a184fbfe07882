import { setImmediate } from 'node:timers/promises';
import { DateTime } from 'luxon';
import { createTidePredictor, type TidePrediction } from '@neaps/tide-predictor';
import { displayZone, showTime } from '../kernel/clock.ts';
import type { HostedColumn } from '../modules/resources/index.ts';
import type { TideStation } from './stations.ts';

const HOUR_S = 3600;
const first = DateTime.fromObject({ year: 2026 }, { zone: displayZone });
const end = DateTime.fromObject({ year: 2028 }, { zone: displayZone });

/** Hours of 2026 and 2027 in Asia/Shanghai: the rows of each station. */
export const hoursOfStation = end.diff(first, 'hours').hours;

/** Cells stand in this order; the comments are those of SEA table 1. */
export const tideColumns: readonly HostedColumn[] = [
  { name: 'id', type: 'text', comment: '唯一键' },
  { name: 'timestamp', type: 'timestamp', comment: '潮位监测时间' },
  { name: 'stationname', type: 'text', comment: '潮位站点名称' },
  { name: 'stationcode', type: 'text', comment: '潮位站点编码' },
  { name: 'lon', type: 'decimal', comment: '经度' },
  { name: 'lat', type: 'decimal', comment: '纬度' },
  { name: 'depth_m', type: 'decimal', comment: '深度数据,单位为m' },
];

type Cells = readonly string[];

/**
 * Hourly predictions, a station's month at a time: a month takes milliseconds to reckon, between which the node answers
 * others. The month after is reckoned while the database takes in the one before. Stops by throwing the signal's reason.
 */
export async function* tideRows(stations: readonly TideStation[], signal: AbortSignal): AsyncGenerator<readonly Cells[]> {
  let coming: Promise<readonly Cells[]> | undefined;
  for (const station of stations) {
    const predictor = createTidePredictor([...station.constituents], { offset: station.meanLevel });
    for (let month = first; month < end; month = month.plus({ months: 1 })) {
      signal.throwIfAborted();
      const ready = coming;
      coming = setImmediate().then(() => monthOf(station, predictor, month));
      if (ready !== undefined) yield await ready;
    }
  }
  if (coming !== undefined) yield await coming;
}

function monthOf(station: TideStation, predictor: TidePrediction, month: DateTime): Cells[] {
  const last = month.plus({ months: 1 }).minus({ hours: 1 });
  const points = predictor.getTimelinePrediction({ start: month.toJSDate(), end: last.toJSDate(), timeFidelity: HOUR_S });
  return points.map(({ time, level }) => {
    const at = showTime(time);
    return [`${station.code}-${at.slice(0, 13).replaceAll(/\D/g, '')}`, at, station.name, station.code, String(station.longitude), String(station.latitude), level.toFixed(3)];
  });
}
