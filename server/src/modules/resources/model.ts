import Type, { type Static } from 'typebox';
import type { ColumnDescription, Relation, SourceSettings } from './ports.ts';
import { Query } from './query.ts';

/** Names that people type into commands: letters (Chinese too), digits, `_ - .`; none looks like an identifier. */
export const Name = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: '^(?![0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$)[\\p{L}\\p{N}_.-]+$',
  description: '字母（含汉字）、数字、_ . -，至多 100 个字符，不能形如编号 (letters, Chinese too, digits and _ . -, at most 100 characters, and not the form of an identifier)',
});

/** A name, or an identifier. */
const Reference = Type.String({ minLength: 1, maxLength: 100 });

export const SourceInput = Type.Object(
  { name: Name, type: Type.String({ minLength: 1, maxLength: 40 }), settings: Type.Record(Type.String(), Type.Unknown()) },
  { additionalProperties: false },
);
export type SourceInput = Static<typeof SourceInput>;

export const ResourceInput = Type.Object(
  {
    name: Name,
    source: Reference,
    title: Type.Optional(Type.String({ maxLength: 200 })),
    schema: Type.Optional(Type.String({ maxLength: 128 })),
    /** A table, or a query in its place. */
    table: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
    query: Type.Optional(Query),
    /** Columns that are unique together; needed for a query, and where the table declares no key. */
    key: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 128 }), { minItems: 1, maxItems: 16 })),
  },
  { additionalProperties: false },
);
export type ResourceInput = Static<typeof ResourceInput>;

/** A source as it may be shown: its secrets are named, never told. */
export interface Source {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly settings: SourceSettings;
  /** Each secret of the type, and whether it is set. */
  readonly secrets: Readonly<Record<string, boolean>>;
  readonly state: 'ok' | 'failing';
  readonly stateNote: string;
  readonly checkedAt: Date | null;
  readonly ownerId: string | null;
  readonly version: number;
}

export interface Resource {
  readonly id: string;
  readonly sourceId: string;
  readonly sourceName: string;
  readonly name: string;
  readonly title: string;
  readonly table: Relation;
  readonly columns: readonly ColumnDescription[];
  readonly key: readonly string[];
  /** What has changed in the source since the resource was described; empty when nothing has. */
  readonly notice: string;
  /** The user who added it. */
  readonly ownerId: string | null;
  readonly version: number;
}

/** Something that operators should know of. */
export interface Notice {
  readonly id: string;
  readonly at: Date;
  readonly kind: string;
  /** The name of the resource that it is about. */
  readonly about: string;
  readonly message: string;
  readonly seen: boolean;
}
