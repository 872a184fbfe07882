import type { RowDataPacket } from 'mysql2/promise';
import pg from 'pg';
import { createDatabase, dropDatabase } from '../support/database.ts';
import { mariadbDatabase } from '../support/mariadb.ts';
import { settingsOf } from '../support/sharing.ts';

/** The product's fields: one of each form of `spec/wire-values.yaml` that a table of a bureau has. */
export const fields = [
  { name: 'id', type: 'int' },
  { name: 'label', type: 'varchar' },
  { name: 'words', type: 'varchar' },
  { name: 'level', type: 'numeric' },
  { name: 'code', type: 'bigint' },
  { name: 'day', type: 'date' },
  { name: 'at', type: 'timestamp' },
  { name: 'seen', type: 'timestamp' },
  { name: 'bytes', type: 'binary' },
  { name: 'ok', type: 'boolean' },
  { name: 'ratio', type: 'double' },
] as const;

/** A row as the database itself tells it, in the order of the fields: bytes in hexadecimals, times in Shanghai's. */
export type ToldRow = readonly (string | null)[];

/** A database with the table `wire_rows`, and what it says of it past the node. */
export interface ValuesDatabase extends AsyncDisposable {
  readonly source: { readonly type: 'mysql' | 'postgres'; readonly settings: Readonly<Record<string, unknown>> };
  /** So many rows after an id, in order. */
  rowsAfter(id: number, limit: number): Promise<readonly ToldRow[]>;
}

const words = ['赤湾', '𠮷野家 🌊👨‍👩‍👧', 'a,b;c', '他说“好”，"ok"', "<&>]]> '", '', ' 前后有空 ', '第一行\n第二行', '\\N NULL \\', '=1+1'];
const text = (word: string): string => `'${word.replaceAll("'", "''")}'`;

const mariadbSql = (rows: number): readonly string[] => [
  "SET time_zone = '+08:00', sql_mode = 'NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES'",
  `CREATE TABLE wire_rows (id int PRIMARY KEY, label varchar(60) CHARACTER SET gbk COLLATE gbk_chinese_ci, words varchar(100) CHARACTER SET utf8mb4,
     level decimal(20,6), code bigint, day date, at datetime(6), seen timestamp(3) NULL, bytes varbinary(40), ok boolean, ratio double)`,
  // Every character of 4E00 to 9FA5 stands in `label`: GBK has them all.
  `INSERT INTO wire_rows SELECT seq,
     IF(seq % 11 = 0, NULL, CONCAT('第', seq, '站', CONVERT(CHAR(19968 + seq % 20902 USING ucs2) USING utf8mb4), IF(seq % 3 = 0, '，潮位“高”', ''))),
     IF(seq % 13 = 0, NULL, ELT(1 + seq % ${words.length}, ${words.map(text).join(', ')})),
     IF(seq % 17 = 0, NULL, CAST(CONV(LEFT(MD5(seq), 11), 16, 10) AS DECIMAL(14,0)) - 8796093022208 + CAST(seq % 1000003 AS DECIMAL(20,6)) / 1000000),
     IF(seq % 19 = 0, NULL, CAST(CONV(LEFT(MD5(seq), 16), 16, -10) AS SIGNED)),
     IF(seq % 23 = 0, NULL, DATE '1900-01-01' + INTERVAL seq % 73000 DAY),
     IF(seq % 29 = 0, NULL, TIMESTAMP '1992-01-01 00:00:00' + INTERVAL seq * 997 SECOND + INTERVAL ELT(1 + seq % 4, 0, 250000, 1, 999999) MICROSECOND),
     IF(seq % 31 = 0, NULL, TIMESTAMP '1992-01-01 00:00:00' + INTERVAL seq * 991 SECOND + INTERVAL ELT(1 + seq % 3, 0, 120000, 7000) MICROSECOND),
     IF(seq % 37 = 0, NULL, UNHEX(LEFT(MD5(seq), 2 * (seq % 17)))),
     IF(seq % 41 = 0, NULL, seq % 2),
     IF(seq % 43 = 0, NULL, ELT(1 + seq % 5, seq / 3e0, -seq * 1e15, 1e0 / seq, SQRT(seq), seq * 1.5e-300))
   FROM seq_1_to_${rows}`,
];

const postgresSql = (rows: number): readonly string[] => [
  'CREATE TABLE wire_rows (id int PRIMARY KEY, label varchar(60), words text, level numeric(20,6), code bigint, day date, at timestamp, seen timestamptz(3), bytes bytea, ok boolean, ratio double precision)',
  `INSERT INTO wire_rows SELECT seq,
     CASE WHEN seq % 11 <> 0 THEN '第' || seq || '站' || chr(19968 + seq % 20902) || CASE WHEN seq % 3 = 0 THEN '，潮位“高”' ELSE '' END END,
     CASE WHEN seq % 13 <> 0 THEN (ARRAY[${words.map(text).join(', ')}])[1 + seq % ${words.length}] END,
     CASE WHEN seq % 17 <> 0 THEN ('x' || left(md5(seq::text), 11))::bit(44)::bigint - 8796093022208 + (seq % 1000003)::numeric / 1000000 END,
     CASE WHEN seq % 19 <> 0 THEN ('x' || left(md5(seq::text), 16))::bit(64)::bigint END,
     CASE WHEN seq % 23 <> 0 THEN date '1900-01-01' + seq % 73000 END,
     CASE WHEN seq % 29 <> 0 THEN timestamp '1992-01-01' + seq * interval '997 seconds' + (ARRAY[0, 250000, 1, 999999])[1 + seq % 4] * interval '1 microsecond' END,
     CASE WHEN seq % 31 <> 0 THEN timestamptz '1992-01-01 00:00:00+08' + seq * interval '991 seconds' + (ARRAY[0, 120, 7])[1 + seq % 3] * interval '1 millisecond' END,
     CASE WHEN seq % 37 <> 0 THEN decode(left(md5(seq::text), 2 * (seq % 17)), 'hex') END,
     CASE WHEN seq % 41 <> 0 THEN seq % 2 = 1 END,
     CASE WHEN seq % 43 <> 0 THEN (ARRAY[seq / 3e0, -seq * 1e15, 1e0 / seq, sqrt(seq), seq * 1.5e-300]::float8[])[1 + seq % 5] END
   FROM generate_series(1, ${rows}) AS seq`,
  'ANALYZE wire_rows',
];

export async function mariadbValues(rows: number): Promise<ValuesDatabase> {
  const database = await mariadbDatabase();
  await database.run(...mariadbSql(rows));
  const told = `SELECT CAST(id AS CHAR), CONVERT(label USING utf8mb4), words, CAST(level AS CHAR), CAST(code AS CHAR), CAST(day AS CHAR), CAST(at AS CHAR), CAST(seen AS CHAR),
    HEX(bytes), CASE WHEN ok THEN 'true' WHEN NOT ok THEN 'false' END, CAST(ratio AS CHAR) FROM wire_rows WHERE id > ? ORDER BY id LIMIT ?`;
  return {
    source: { type: 'mysql', settings: database.settings },
    rowsAfter: async (id, limit) => {
      const [found] = await database.pool.query<RowDataPacket[][]>({ sql: told, rowsAsArray: true }, [id, limit]);
      return found.map((row) => row.map((cell: unknown) => (typeof cell === 'string' ? cell : null)));
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

export async function postgresValues(rows: number): Promise<ValuesDatabase> {
  const url = await createDatabase();
  const client = new pg.Client({ connectionString: url, options: '-c TimeZone=Asia/Shanghai -c DateStyle=ISO' });
  await client.connect();
  for (const statement of postgresSql(rows)) await client.query(statement);
  const told = `SELECT id::text, label, words, level::text, code::text, day::text, at::text, to_char(seen, 'YYYY-MM-DD HH24:MI:SS.MS'), encode(bytes, 'hex'), ok::text, ratio::text
    FROM wire_rows AS rows WHERE rows.id > $1 ORDER BY rows.id LIMIT $2`;
  return {
    source: { type: 'postgres', settings: settingsOf(url) },
    rowsAfter: async (id, limit) => (await client.query<(string | null)[]>({ text: told, values: [id, limit], rowMode: 'array' })).rows,
    [Symbol.asyncDispose]: async () => {
      await client.end();
      await dropDatabase(url);
    },
  };
}
