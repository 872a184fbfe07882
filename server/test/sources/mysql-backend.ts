import type { ColumnType } from '../../src/modules/policy/index.ts';
import type { SourceSettings } from '../../src/modules/resources/index.ts';
import { mysqlSource } from '../../src/sources/mysql/index.ts';
import { quoteName } from '../../src/sources/mysql/sql.ts';
import { mariadbDatabase, type MariadbDatabase } from '../support/mariadb.ts';
import type { Harness } from './contract.ts';
import type { SampleTable } from './sample.ts';

/** Text is kept under a collation that ignores case and trailing blanks, as it is usual. */
const types = {
  text: 'LONGTEXT COLLATE utf8mb4_general_ci',
  integer: 'INT',
  bigint: 'BIGINT',
  decimal: 'DECIMAL(65,30)',
  float: 'DOUBLE',
  boolean: 'BOOLEAN',
  date: 'DATE',
  time: 'TIME(6)',
  timestamp: 'DATETIME(6)',
  timestamptz: 'TIMESTAMP(6) NULL',
  binary: 'LONGBLOB',
  json: 'JSON',
  uuid: 'UUID',
} as const satisfies Partial<Record<ColumnType, string>>;

type MysqlType = keyof typeof types;
const isMysqlType = (type: ColumnType): type is MysqlType => type in types;
export const mysqlColumnTypes = Object.keys(types).filter((type): type is MysqlType => type in types);

const SCALE = 30;

/** Nothing infinite, decimals of a fixed scale, instants from 1970 to 2038. */
function stored(type: ColumnType, value: string): string | undefined {
  if (type !== 'text' && /^(NaN|-?[Ii]nfinity)$/.test(value)) return undefined;
  if (type === 'float') return /e\+?\d{3}$/.test(value) ? undefined : value.replace('e+', 'e'); // too large for a decimal, which a mask makes of it
  if (type === 'timestamptz') return value > '1970-01-01T00:00:01' && value < '2038-01-19T03:14:07' ? value : undefined;
  if (type !== 'decimal') return value;
  const [whole = '0', fraction = ''] = value.split('.');
  return `${whole}.${fraction.padEnd(SCALE, '0')}`;
}

/** A cell of a sample as the server takes it; its session is in UTC. */
function given(type: ColumnType | undefined, cell: string | null): string | Buffer | null {
  if (cell === null) return null;
  if (type === 'binary') return Buffer.from(cell, 'hex');
  if (type === 'boolean') return cell === 'true' ? '1' : '0';
  return type === 'timestamptz' ? cell.replace('T', ' ').replace('Z', '') : cell;
}

async function put(database: MariadbDatabase, table: SampleTable): Promise<void> {
  const { pool } = database;
  const columns = table.columns.map(({ name, type, comment = '' }) => `${quoteName(name)} ${isMysqlType(type) ? types[type] : types.text} COMMENT ${pool.escape(comment)}`);
  await database.run(`DROP TABLE IF EXISTS ${quoteName(table.name)}`, `CREATE TABLE ${quoteName(table.name)} (${columns.join(', ')}, PRIMARY KEY (${quoteName(table.key)})) COMMENT ${pool.escape(table.comment)}`);
  const rows = table.rows.map((row) => row.map((cell, index) => given(table.columns[index]?.type, cell)));
  if (rows.length > 0) await pool.query(`INSERT INTO ${quoteName(table.name)} VALUES ?`, [rows]);
}

/** @param changes to the settings of the source */
export async function mysqlHarness(changes: SourceSettings = {}): Promise<Harness> {
  const database = await mariadbDatabase();
  await database.run("SET time_zone = '+00:00'");
  const connection = mysqlSource.open({ ...database.settings, connections: 4, ...changes });
  return {
    connection,
    streams: 2,
    oddName: "t`\"; DROP TABLE 'x",
    oddColumn: "潮位 `a`\";--'",
    stored,
    put: async (table) => {
      await put(database, table);
      return { schema: '', name: table.name };
    },
    drop: async ({ name }) => {
      await database.run(`DROP TABLE ${quoteName(name)}`);
    },
    [Symbol.asyncDispose]: async () => {
      await connection.close();
      await database[Symbol.asyncDispose]();
    },
  };
}
