import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { faultTexts } from '../../kernel/faults.ts';
import { columnTypes } from '../../modules/policy/index.ts';
import type { ColumnDescription, Probe, TableDescription } from '../../modules/resources/index.ts';

/** What extern code answers is held to these before anything of it is believed; what else stands there is left out. */

const Name = Type.String({ minLength: 1, maxLength: 128 });
const Text = Type.String({ maxLength: 2000 });

const ProbeShape = Compile(Type.Object({ about: Type.Record(Type.String({ maxLength: 100 }), Text), warnings: Type.Optional(Type.Array(Text, { maxItems: 100 })) }));

const ColumnShape = Type.Object({
  name: Name,
  type: Type.Enum(columnTypes),
  native: Type.Optional(Type.String({ maxLength: 200 })),
  nullable: Type.Optional(Type.Boolean()),
  comment: Type.Optional(Text),
  input: Type.Optional(Type.Boolean()),
});
type ColumnShape = Type.Static<typeof ColumnShape>;

const TablesShape = Compile(
  Type.Array(
    Type.Object({
      schema: Type.Optional(Type.String({ maxLength: 128 })),
      name: Name,
      comment: Type.Optional(Text),
      columns: Type.Array(ColumnShape, { minItems: 1, maxItems: 1000 }),
      key: Type.Optional(Type.Array(Name, { maxItems: 16 })),
    }),
    { maxItems: 10_000 },
  ),
);

export function readProbe(given: unknown): Probe {
  if (!ProbeShape.Check(given)) throw new TypeError(`probe() answers what it should not: ${faultTexts(ProbeShape.Errors(given), 'answer').join('; ')}`);
  return { about: { ...given.about }, warnings: given.warnings ?? [] };
}

export function readTables(given: unknown): TableDescription[] {
  if (!TablesShape.Check(given)) throw new TypeError(`describeTables() answers what it should not: ${faultTexts(TablesShape.Errors(given), 'answer').join('; ')}`);
  return given.map(({ schema = '', name, comment = '', columns, key = [] }) => {
    const names = new Set(columns.map((column) => column.name));
    if (names.size < columns.length) throw new TypeError(`table ${name} has two columns of one name`);
    if (!key.every((each) => names.has(each))) throw new TypeError(`the key of table ${name} names a column that it does not have`);
    return { schema, name, comment, key, columns: columns.map((column) => described(column, key)) };
  });
}

function described({ name, type, native = type, nullable = true, comment = '', input }: ColumnShape, key: readonly string[]): ColumnDescription {
  const column = { name, type, native, nullable: nullable && !key.includes(name), comment };
  return input === true ? { ...column, input } : column;
}
