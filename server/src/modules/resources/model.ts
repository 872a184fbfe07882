import Type, { type Static } from 'typebox';
import type { ColumnDescription, SourceSettings, TableName } from './ports.ts';

/** Names that people type into commands: letters (Chinese too), digits, `_ - .`. */
export const Name = Type.String({ minLength: 1, maxLength: 100, pattern: '^[\\p{L}\\p{N}_.-]+$' });

export const SourceInput = Type.Object(
  { name: Name, type: Type.String({ minLength: 1, maxLength: 40 }), settings: Type.Record(Type.String(), Type.Unknown()) },
  { additionalProperties: false },
);
export type SourceInput = Static<typeof SourceInput>;

export const ResourceInput = Type.Object(
  {
    name: Name,
    source: Name,
    title: Type.Optional(Type.String({ maxLength: 200 })),
    schema: Type.Optional(Type.String({ maxLength: 128 })),
    table: Type.String({ minLength: 1, maxLength: 128 }),
    /** Columns that are unique together; needed where the table declares no key. */
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
  readonly table: TableName;
  readonly columns: readonly ColumnDescription[];
  readonly key: readonly string[];
  /** What has changed in the source since the resource was described; empty when nothing has. */
  readonly notice: string;
  readonly version: number;
}
