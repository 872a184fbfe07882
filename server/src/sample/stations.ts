import type { Station } from '@neaps/tide-database';
import { DomainError } from '../kernel/errors.ts';

interface Name {
  /** In the tide database. */
  readonly id: string;
  readonly name: string;
  /** The gauge's number in TICON-4. */
  readonly code: string;
}

/**
 * The Chinese gauges of TICON-4 and their names. Of 高雄 and 基隆 it holds two records each, of which the one that
 * TICON-4 took from the faster, longer series is kept.
 */
export const stationNames: readonly Name[] = [
  { id: 'ticon/beihai-636a-chn-uhslc_rq', name: '北海', code: '636a' },
  { id: 'ticon/dalian-630a-chn-uhslc_rq', name: '大连', code: '630a' },
  { id: 'ticon/dongfang-637a-chn-uhslc_rq', name: '东方', code: '637a' },
  { id: 'ticon/haikou-638a-chn-uhslc_rq', name: '海口', code: '638a' },
  { id: 'ticon/hong_kong-329-hkg-uhslc_fd', name: '香港', code: '329' },
  { id: 'ticon/kanmen-632a-chn-uhslc_rq', name: '坎门', code: '632a' },
  { id: 'ticon/kaohsiung-340-twn-uhslc_fd', name: '高雄', code: '340' },
  { id: 'ticon/keelung-341-twn-uhslc_fd', name: '基隆', code: '341' },
  { id: 'ticon/laohutan-631a-chn-uhslc_rq', name: '老虎滩', code: '631a' },
  { id: 'ticon/lianyungang-639a-chn-uhslc_rq', name: '连云港', code: '639a' },
  { id: 'ticon/lusi-633a-chn-uhslc_rq', name: '吕四', code: '633a' },
  { id: 'ticon/shanwei-641a-chn-uhslc_rq', name: '汕尾', code: '641a' },
  { id: 'ticon/shijiusuo-642a-chn-uhslc_rq', name: '石臼所', code: '642a' },
  { id: 'ticon/xiamen-376a-chn-uhslc_rq', name: '厦门', code: '376a' },
  { id: 'ticon/zhapo-635a-chn-uhslc_rq', name: '闸坡', code: '635a' },
];

export interface TideStation {
  readonly name: string;
  readonly code: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly constituents: Station['harmonic_constituents'];
  /** Metres from the station's chart datum up to its mean sea level. */
  readonly meanLevel: number;
  /** The credit that CC BY 4.0 asks to show with the data. */
  readonly attribution: string;
}

/** The stations with their harmonic constituents. The database is read only here: a node without the sample never loads it. */
export async function tideStations(): Promise<readonly TideStation[]> {
  const { stationsById } = await import('@neaps/tide-database');
  return stationNames.map(({ id, name, code }) => {
    const station = stationsById.get(id);
    const datum = station?.datums[station.chart_datum ?? ''];
    const mean = station?.datums['MSL'];
    if (station === undefined || datum === undefined || mean === undefined || !station.license.commercial_use) {
      throw new DomainError('internal', 'sample.station', `The tide database has no station ${id} with a chart datum that anyone may use.`);
    }
    return {
      name,
      code,
      latitude: station.latitude,
      longitude: station.longitude,
      constituents: station.harmonic_constituents,
      meanLevel: mean - datum,
      attribution: station.attribution,
    };
  });
}
