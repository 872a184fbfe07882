import pg from 'pg';
import type { ColumnDescription } from '../../../modules/resources/index.ts';
import { columnType, typeSql } from '../describe.ts';

/** A statement that is parsed and described, and never run. */
class Preparation implements pg.Submittable {
  readonly #text: string;
  /** node-postgres puts its own timeout around it. */
  callback: (error: Error | null, fields?: readonly pg.FieldDef[]) => void;
  #fields: readonly pg.FieldDef[] = [];

  constructor(text: string, callback: Preparation['callback']) {
    this.#text = text;
    this.callback = callback;
  }

  readonly submit = (connection: pg.Connection): void => {
    connection.parse({ name: '', text: this.#text, types: [] }, true);
    connection.describe({ type: 'S', name: '' }, true);
    connection.sync();
  };

  handleRowDescription({ fields }: { readonly fields: readonly pg.FieldDef[] }): void {
    this.#fields = fields;
  }

  handleError(error: Error): void {
    this.callback(error);
  }

  handleReadyForQuery(): void {
    this.callback(null, this.#fields);
  }
}

const prepare = (client: pg.ClientBase, text: string): Promise<readonly pg.FieldDef[]> =>
  new Promise((resolve, reject) => {
    client.query(new Preparation(text, (error, fields = []) => (error === null ? resolve(fields) : reject(error))));
  });

const named = typeSql('t', 'each.modifier');

/**
 * Names of types, and whether texts of the database can be equal without being the same: of a query's column nobody says
 * which collation it has.
 */
const typesSql = `
  SELECT ${named.native} AS native, ${named.kind} AS kind,
         EXISTS (SELECT 1 FROM pg_collation co WHERE row_to_json(co)::text LIKE '%"collisdeterministic":false%') AS loose
  FROM (SELECT unnest($1::oid[]) AS type, unnest($2::int[]) AS modifier, generate_subscripts($1::oid[], 1) AS place) AS each JOIN pg_type t ON t.oid = each.type ORDER BY each.place`;

/** The columns of a statement by a prepared statement: their names and types. */
export async function preparedColumns(client: pg.ClientBase, text: string): Promise<ColumnDescription[]> {
  const fields = await prepare(client, text);
  const { rows } = await client.query<{ native: string; kind: string; loose: boolean }>(typesSql, [fields.map((field) => field.dataTypeID), fields.map((field) => field.dataTypeModifier)]);
  return fields.map(({ name }, index) => {
    const { native = 'unknown', kind = 'b', loose = true } = rows[index] ?? {};
    const type = columnType(native, kind);
    return { name, type, native: type === 'text' && loose ? `${native} collate "?"` : native, nullable: true, comment: '' };
  });
}
