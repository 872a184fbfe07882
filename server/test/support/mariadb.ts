import { createPool, type Pool, type RowDataPacket } from 'mysql2/promise';
import { newId } from '../../src/kernel/ids.ts';
import type { SourceSettings } from '../../src/modules/resources/index.ts';
import { mariadbUrl } from './services.ts';

/** A database of its own on the MariaDB server of the tests. */
export interface MariadbDatabase extends AsyncDisposable {
  /** Settings by which a source of type `mysql` reaches it as the administrator. */
  readonly settings: SourceSettings & { readonly host: string; readonly port: number; readonly user: string; readonly password: string; readonly database: string };
  /** Runs statements, one after another; answers the rows of the last. */
  run(...statements: readonly string[]): Promise<RowDataPacket[]>;
  readonly pool: Pool;
}

export async function mariadbDatabase(): Promise<MariadbDatabase> {
  const { hostname, port, username, password } = new URL(mariadbUrl ?? '');
  const database = `lingqu_test_${newId().replaceAll('-', '')}`;
  const server = { host: hostname, port: Number(port === '' ? 3306 : port), user: decodeURIComponent(username), password: decodeURIComponent(password) };
  const pool = createPool({ ...server, charset: 'UTF8MB4_BIN', timezone: 'Z', connectionLimit: 1 });
  await pool.query(`CREATE DATABASE ${database} CHARACTER SET utf8mb4`);
  await pool.query(`USE ${database}`);
  await pool.query("SET sql_mode = 'STRICT_TRANS_TABLES'"); // whatever another test makes of the server's own
  return {
    settings: { ...server, database },
    pool,
    run: async (...statements) => {
      let rows: RowDataPacket[] = [];
      for (const statement of statements) [rows] = await pool.query<RowDataPacket[]>(statement);
      return rows;
    },
    [Symbol.asyncDispose]: async () => {
      await pool.query('SET lock_wait_timeout = 10'); // a statement that nobody has ended would hold it
      await pool.query(`DROP DATABASE ${database}`);
      await pool.end();
    },
  };
}
