import { usageFailure } from '../failure.ts';
import type { Say } from '../language.ts';
import { documentFile, type Document } from './documents.ts';

export interface RegionOptions {
  readonly region?: string;
  readonly regionFile?: string;
}

/** `lon,lat` or one column of geometries, and then the sides of a box, or else the area of a file. */
export async function regionOf({ region, regionFile }: RegionOptions, say: Say): Promise<Document | undefined> {
  if (region === undefined && regionFile === undefined) return undefined;
  const parts = (region ?? '').split(',').map((part) => part.trim());
  const box = regionFile === undefined ? parts.splice(-4).map((side) => (side === '' ? NaN : Number(side))) : undefined;
  const [first = '', second] = parts;
  if (parts.includes('') || first === '' || parts.length > 2 || (box !== undefined && (box.length !== 4 || box.some(Number.isNaN)))) throw misread(region ?? '', say);
  const columns = second === undefined ? { geometry: first } : { lon: first, lat: second };
  return regionFile === undefined ? { ...columns, box } : { ...columns, ...areaOf(await documentFile(regionFile, say), regionFile, say) };
}

const misread = (text: string, say: Say) =>
  usageFailure(
    say(
      `--region ${text} 应如 lon,lat,113.7,22.4,114.6,22.9；与 --region-file 同用时只写列名，如 lon,lat 或 shape`,
      `--region ${text} should look like lon,lat,113.7,22.4,114.6,22.9; with --region-file it names the columns only, like lon,lat or shape`,
    ),
  );

/** A geometry, as a tool may have wrapped it: in a feature, or a collection of one. The node judges the geometry itself. */
function areaOf(file: Document, path: string, say: Say): Document {
  const { features, crs } = file;
  if (features !== undefined) {
    const [only, ...others] = Array.isArray(features) ? features : [];
    if (!isDocument(only) || others.length > 0) throw usageFailure(say(`${path} 应含一个要素；多块区域请合并为一个 MultiPolygon`, `${path} must hold one feature: merge several areas into one MultiPolygon`));
    return areaOf({ ...(crs === undefined ? {} : { crs }), ...only }, path, say);
  }
  const { crs: own, ...geometry } = isDocument(file['geometry']) ? { ...(crs === undefined ? {} : { crs }), ...file['geometry'] } : file;
  return { within: geometry, ...(own === undefined ? {} : systemOf(own, path, say)) };
}

const isDocument = (value: unknown): value is Document => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The system of coordinates, which files of before RFC 7946 may name. */
function systemOf(crs: unknown, path: string, say: Say): Document {
  const name = JSON.stringify(crs);
  if (/CRS:?84"/.test(name) || /EPSG:+4326"/.test(name)) return {};
  if (/EPSG:+4490"/.test(name)) return { crs: 'CGCS2000' };
  throw usageFailure(say(`${path} 的坐标系 ${name} 不受支持，请转换为 WGS84 或 CGCS2000 经纬度`, `${path} is in ${name}: transform it to longitude and latitude of WGS84 or CGCS2000`));
}
