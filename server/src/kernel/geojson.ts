import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';

/** Geometries of GeoJSON (RFC 7946): longitude, latitude and, where there is one, a height. No coordinates: an empty geometry. */

const Position = Type.Union([Type.Tuple([Type.Number(), Type.Number()]), Type.Tuple([Type.Number(), Type.Number(), Type.Number()])]);
export type Position = Static<typeof Position>;
const Line = Type.Array(Position);
const Rings = Type.Array(Line);

const members = { bbox: Type.Optional(Type.Array(Type.Number(), { maxItems: 6 })) };
const closed = { additionalProperties: false }; // an old GeoJSON may name another system of coordinates

const Simple = Type.Union([
  Type.Object({ type: Type.Literal('Point'), coordinates: Type.Union([Position, Type.Tuple([])]), ...members }, closed),
  Type.Object({ type: Type.Literal('LineString'), coordinates: Line, ...members }, closed),
  Type.Object({ type: Type.Literal('Polygon'), coordinates: Rings, ...members }, closed),
  Type.Object({ type: Type.Literal('MultiPoint'), coordinates: Line, ...members }, closed),
  Type.Object({ type: Type.Literal('MultiLineString'), coordinates: Rings, ...members }, closed),
  Type.Object({ type: Type.Literal('MultiPolygon'), coordinates: Type.Array(Rings), ...members }, closed),
]);
const Collection = Type.Object({ type: Type.Literal('GeometryCollection'), geometries: Type.Array(Simple), ...members }, closed);
const Geometry = Type.Union([Simple, Collection]);
export type SimpleGeometry = Static<typeof Simple>;
export type Geometry = Static<typeof Geometry>;

const schema = Compile(Geometry);

/** The geometry that a text is, or undefined when it is none. */
export function readGeometry(text: string): Geometry | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return schema.Check(value) && (value.type === 'GeometryCollection' ? value.geometries : [value]).every(isClosed) ? value : undefined;
  } catch {
    return undefined; // no JSON
  }
}

/** Each ring ends where it begins. */
function isClosed(geometry: SimpleGeometry): boolean {
  if (geometry.type !== 'Polygon' && geometry.type !== 'MultiPolygon') return true;
  const rings = geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates.flat();
  return rings.every((ring) => ring.length >= 4 && ring[0]?.every((value, index) => value === ring.at(-1)?.[index]) === true);
}

const names: Readonly<Record<Geometry['type'], string>> = {
  Point: 'POINT', LineString: 'LINESTRING', Polygon: 'POLYGON', MultiPoint: 'MULTIPOINT', MultiLineString: 'MULTILINESTRING', MultiPolygon: 'MULTIPOLYGON', GeometryCollection: 'GEOMETRYCOLLECTION',
};

/** A geometry as well-known text. */
export function wktOf(geometry: Geometry): string {
  if (geometry.type === 'GeometryCollection') return written(geometry.type, '', geometry.geometries.map(wktOf).join(','));
  const inner = geometry.type === 'Point' ? geometry.coordinates.join(' ') : listed(geometry.coordinates);
  return written(geometry.type, positionsOf(geometry)[0]?.length === 3 ? ' Z ' : '', inner);
}

const written = (type: Geometry['type'], dimensions: string, inner: string): string => `${names[type]}${dimensions}${inner === '' ? ' EMPTY' : `(${inner})`}`;

type Coordinates = Position | readonly Coordinates[];
const isPosition = (coordinates: Coordinates): coordinates is Position => typeof coordinates[0] === 'number';
const listed = (coordinates: readonly Coordinates[]): string => coordinates.map((each) => (isPosition(each) ? each.join(' ') : `(${listed(each)})`)).join(',');


/** All positions of a geometry, in their order. */
export function positionsOf(geometry: SimpleGeometry): readonly Position[] {
  switch (geometry.type) {
    case 'Point':
      return geometry.coordinates.length === 0 ? [] : [geometry.coordinates];
    case 'MultiPoint':
    case 'LineString':
      return geometry.coordinates;
    case 'MultiLineString':
    case 'Polygon':
      return geometry.coordinates.flat();
    case 'MultiPolygon':
      return geometry.coordinates.flat(2);
  }
}
