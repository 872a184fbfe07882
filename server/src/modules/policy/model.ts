import Type, { type Static } from 'typebox';

/**
 * The policy document: the terms under which a product is shared (its template) or a grant is given.
 * The vocabulary is closed: an unknown term does not validate, so it can never pass unnoticed (decision 10).
 */

// ---- types of columns and of fields ---------------------------------------------------------------------------------

/** What a source says of a column. `other` can be shown as text and takes no condition, `geometry` none but a region. */
export const columnTypes = [
  'text', 'integer', 'bigint', 'decimal', 'float', 'boolean', 'date', 'time', 'timestamp', 'timestamptz', 'binary', 'json', 'uuid', 'geometry', 'other',
] as const;
export type ColumnType = (typeof columnTypes)[number];

/** The type that a product prints for a field, in the words of the standards' tables. */
export const fieldTypes = ['varchar', 'int', 'bigint', 'numeric', 'double', 'boolean', 'date', 'time', 'timestamp', 'binary', 'json'] as const;
export type FieldType = (typeof fieldTypes)[number];

// ---- rows: typed conditions -------------------------------------------------------------------------------------------

const Scalar = Type.Union([Type.String({ maxLength: 1000 }), Type.Number(), Type.Boolean()]);
const Column = Type.String({ minLength: 1, maxLength: 128 });

export type ScalarValue = Static<typeof Scalar>;

/** A condition as a person writes it: `{column, eq}`, `{column, in}`, `{all: […]}`, `{not: …}` and so on. */
export const RowRule = Type.Cyclic(
  {
    Rule: Type.Union([
      Type.Object({ all: Type.Array(Type.Ref('Rule'), { minItems: 1, maxItems: 50 }) }, { additionalProperties: false }),
      Type.Object({ any: Type.Array(Type.Ref('Rule'), { minItems: 1, maxItems: 50 }) }, { additionalProperties: false }),
      Type.Object({ not: Type.Ref('Rule') }, { additionalProperties: false }),
      Type.Object({ column: Column, eq: Scalar }, { additionalProperties: false }),
      Type.Object({ column: Column, ne: Scalar }, { additionalProperties: false }),
      Type.Object({ column: Column, lt: Scalar }, { additionalProperties: false }),
      Type.Object({ column: Column, le: Scalar }, { additionalProperties: false }),
      Type.Object({ column: Column, gt: Scalar }, { additionalProperties: false }),
      Type.Object({ column: Column, ge: Scalar }, { additionalProperties: false }),
      Type.Object({ column: Column, in: Type.Array(Scalar, { minItems: 1, maxItems: 1000 }) }, { additionalProperties: false }),
      Type.Object({ column: Column, like: Type.String({ minLength: 1, maxLength: 1000 }) }, { additionalProperties: false }),
      Type.Object({ column: Column, isNull: Type.Boolean() }, { additionalProperties: false }),
    ]),
  },
  'Rule',
);
export type RowRule = Static<typeof RowRule>;

// ---- the other terms --------------------------------------------------------------------------------------------------

const Degrees = (most: number) => Type.Number({ minimum: -most, maximum: most });
/** Longitude, latitude and, unheeded, a height. */
const Position = Type.Union([Type.Tuple([Degrees(180), Degrees(90)]), Type.Tuple([Degrees(180), Degrees(90), Type.Number()])]);
/** Closed: its last position is its first. */
const Rings = Type.Array(Type.Array(Position, { minItems: 4, maxItems: 10_000 }), { minItems: 1, maxItems: 1000, description: '外环在前，其后为孔' });

/** GeoJSON (RFC 7946). */
const Area = Type.Union([
  Type.Object({ type: Type.Literal('Polygon'), coordinates: Rings }, { additionalProperties: false }),
  Type.Object({ type: Type.Literal('MultiPolygon'), coordinates: Type.Array(Rings, { minItems: 1, maxItems: 1000 }) }, { additionalProperties: false }),
]);
export type Area = Static<typeof Area>;

/** A place in two columns, or a geometry in one: all of it is in the region, or its row is not shown. */
const place = { lon: Column, lat: Column };
/** west, south, east, north in degrees; west > east crosses the antimeridian. */
const box = { box: Type.Tuple([Degrees(180), Degrees(90), Degrees(180), Degrees(90)]) };
const within = {
  within: Area,
  /** Of area and columns alike; the two differ by centimetres and are taken as one. */
  crs: Type.Optional(Type.Enum(['WGS84', 'CGCS2000'])),
};
const Region = Type.Union([
  Type.Object({ ...place, ...box }, { additionalProperties: false }),
  Type.Object({ ...place, ...within }, { additionalProperties: false }),
  Type.Object({ geometry: Column, ...box }, { additionalProperties: false }),
  Type.Object({ geometry: Column, ...within }, { additionalProperties: false }),
]);
export type Region = Static<typeof Region>;

const Period = Type.Object(
  {
    column: Column,
    /** Inclusive; a day or a time, without zone in Asia/Shanghai. */
    from: Type.Optional(Type.String({ maxLength: 40 })),
    /** Inclusive; an end given as a day includes that day (decision 14). */
    to: Type.Optional(Type.String({ maxLength: 40 })),
  },
  { additionalProperties: false },
);

const covered = {
  field: Column,
  /** The column that the field showed when the mask was written, filled in by the node: a field that shows another one now is not covered any more. */
  column: Type.Optional(Column),
};

/** A mask names the product's field that it covers. `hash` is keyed with a key of the grant. */
export const Mask = Type.Union([
  Type.Object({ ...covered, kind: Type.Literal('fixed'), value: Type.Union([Type.String({ maxLength: 200 }), Type.Null()]) }, { additionalProperties: false }),
  Type.Object({ ...covered, kind: Type.Literal('partial'), preset: Type.Enum(['id-card', 'phone', 'name', 'email', 'address']) }, { additionalProperties: false }),
  Type.Object(
    { ...covered, kind: Type.Literal('partial'), keepStart: Type.Integer({ minimum: 0, maximum: 100 }), keepEnd: Type.Integer({ minimum: 0, maximum: 100 }) },
    { additionalProperties: false },
  ),
  Type.Object({ ...covered, kind: Type.Literal('hash') }, { additionalProperties: false }),
  Type.Object({ ...covered, kind: Type.Literal('number'), step: Type.Number({ exclusiveMinimum: 0 }) }, { additionalProperties: false }),
  Type.Object({ ...covered, kind: Type.Literal('date'), unit: Type.Enum(['year', 'month', 'day', 'hour']) }, { additionalProperties: false }),
]);
export type Mask = Static<typeof Mask>;

export const quotaPeriods = ['minute', 'hour', 'day', 'total'] as const;
export type QuotaPeriod = (typeof quotaPeriods)[number];
export const quotaUnits = ['calls', 'rows', 'bytes'] as const;
export type QuotaUnit = (typeof quotaUnits)[number];

const Quota = Type.Object(
  {
    per: Type.Union([Type.Literal('minute'), Type.Literal('hour'), Type.Literal('day'), Type.Literal('total')]),
    unit: Type.Union([Type.Literal('calls'), Type.Literal('rows'), Type.Literal('bytes')]),
    limit: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  },
  { additionalProperties: false },
);
export type Quota = Static<typeof Quota>;

/** Windows of quotas are in database time, Asia/Shanghai; bytes are those of the answer before compression. */
export const Policy = Type.Object(
  {
    /** Names of the product's fields that are shown; absent: all. */
    columns: Type.Optional(Type.Array(Column, { minItems: 1, maxItems: 500, uniqueItems: true })),
    rows: Type.Optional(RowRule),
    region: Type.Optional(Region),
    time: Type.Optional(Period),
    /** IPv4, IPv6, CIDR. */
    addresses: Type.Optional(Type.Array(Type.String({ maxLength: 50 }), { minItems: 1, maxItems: 1000 })),
    masks: Type.Optional(Type.Array(Mask, { maxItems: 500 })),
    quotas: Type.Optional(Type.Array(Quota, { maxItems: 12 })),
    /** Calls at one time, over all replicas. */
    concurrency: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
  },
  { additionalProperties: false },
);
export type Policy = Static<typeof Policy>;

// ---- what the engine is asked -----------------------------------------------------------------------------------------

export interface FieldShape {
  /** The name on the wire. */
  readonly name: string;
  readonly column: string;
  readonly type: FieldType;
}

export const operators = ['eq', 'like', 'in', 'range-start', 'range-end'] as const;
export type Operator = (typeof operators)[number];

export interface ParameterShape {
  /** The name on the wire; read in any case (decision 1). */
  readonly name: string;
  readonly column: string;
  readonly operator: Operator;
  readonly required: boolean;
}

export interface OrderTerm {
  readonly column: string;
  readonly direction: 'asc' | 'desc';
}

/**
 * What a product hands over: `query` rows; `verify` yes or no; `relay` the bytes that its source answers, as they are,
 * so that no term can bind what is in them.
 */
export const productKinds = ['query', 'verify', 'relay'] as const;
export type ProductKind = (typeof productKinds)[number];

/** The product as the engine sees it: no identity, no source. */
export interface ProductShape {
  readonly kind: ProductKind;
  /** The resource's columns with their types. */
  readonly columns: Readonly<Record<string, ColumnType>>;
  /** Those of the columns that the source is given and never returns: they can be fixed by `eq` and nothing else. */
  readonly inputs?: readonly string[];
  readonly fields: readonly FieldShape[];
  readonly parameters: readonly ParameterShape[];
  readonly order: readonly OrderTerm[];
  /** Columns that are unique together: every order ends in them. */
  readonly key: readonly string[];
  /** Most rows of an answer without paging (decision 33). */
  readonly cap: number;
  readonly maxPageSize: number;
  readonly maxOffset: number;
  /** The template: terms that bind every grant. */
  readonly policy: Policy;
}

export interface GrantShape {
  readonly state: 'active' | 'suspended' | 'revoked';
  readonly validFrom: Date | null;
  readonly validTo: Date | null;
  readonly policy: Policy;
}

export interface PolicyRequest {
  readonly now: Date;
  readonly address: string;
  /** Raw wire values by name, as the profile read them; a name may be given once only. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly page: { readonly offset: number; readonly limit: number } | null;
}

// ---- what it answers ----------------------------------------------------------------------------------------------

/** A typed value in canonical text: numbers in decimal, times as UTC instants in ISO 8601, booleans `true`/`false`. */
export interface Literal {
  readonly type: ColumnType;
  readonly text: string;
}

export type Comparison = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';

/**
 * A condition over the resource's columns. NULL fails every comparison, as in SQL; text compares by code point.
 * `contains` is what the operator "like" means: the text stands somewhere in the value, no wildcards.
 */
export type Condition =
  | { readonly op: 'all' | 'any'; readonly of: readonly Condition[] }
  | { readonly op: 'not'; readonly of: Condition }
  | { readonly op: Comparison; readonly column: string; readonly value: Literal }
  | { readonly op: 'in'; readonly column: string; readonly values: readonly Literal[] }
  | { readonly op: 'contains'; readonly column: string; readonly text: string }
  | { readonly op: 'null'; readonly column: string }
  | { readonly op: 'box'; readonly lon: string; readonly lat: string; readonly west: number; readonly south: number; readonly east: number; readonly north: number }
  | { readonly op: 'within'; readonly lon: string; readonly lat: string; readonly edges: readonly Edge[] }
  /** No part of the geometry lies outside the area, whose borders belong to it; an empty geometry lies nowhere. */
  | { readonly op: 'covered'; readonly column: string; readonly area: Area };

/**
 * A side of a ring of a polygon, in degrees; polygons are numbered. A place lies within when, of the sides of one of the
 * polygons, an odd number lies to its east: `(y1 > lat) <> (y2 > lat)` and `lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1`,
 * in double precision and in this order, so that every source and the core say the same of a place on a border. Sides
 * along a parallel never count and are left out; a place off the globe lies within nothing; NULL is unknown.
 */
export interface Edge {
  readonly polygon: number;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/**
 * A mask as a source applies it; lengths in code points. A value no longer than what `partial` would keep is covered
 * whole; NULL stays NULL under every mask but a fixed text.
 */
export type PlanMask =
  | { readonly kind: 'fixed'; readonly value: string | null }
  | { readonly kind: 'partial'; readonly keepStart: number; readonly keepEnd: number }
  | { readonly kind: 'email' }
  | { readonly kind: 'hash' }
  | { readonly kind: 'number'; readonly step: number }
  | { readonly kind: 'date'; readonly unit: 'year' | 'month' | 'day' | 'hour' };

export interface PlanColumn {
  readonly name: string;
  readonly column: string;
  readonly columnType: ColumnType;
  readonly type: FieldType;
  readonly mask: PlanMask | null;
}

export interface PlanQuota extends Quota {
  readonly holder: 'product' | 'grant';
}

export interface Plan {
  readonly kind: ProductKind;
  readonly columns: readonly PlanColumn[];
  /** `{op: 'all', of: []}` is true of every row. */
  readonly where: Condition;
  readonly order: readonly OrderTerm[];
  readonly page: { readonly offset: number; readonly limit: number } | null;
  readonly cap: number;
  readonly quotas: readonly PlanQuota[];
  /** Least of the product's and the grant's. */
  readonly concurrency: { readonly holder: 'product' | 'grant'; readonly limit: number }[];
}

export const termNames = ['state', 'validity', 'addresses', 'parameters', 'columns', 'masks', 'rows', 'region', 'time', 'paging', 'quotas', 'concurrency'] as const;
export type TermName = (typeof termNames)[number];

/** One step of the decision, for `explain`: `shape` narrows the answer, `deny` ends the call. */
export interface TermVerdict {
  readonly term: TermName;
  readonly holder: 'product' | 'grant' | 'request';
  readonly verdict: 'pass' | 'shape' | 'deny';
  readonly note: string;
}
