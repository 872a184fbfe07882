/**
 * Every value of 1,000,000 rows of a MariaDB table (GBK and utf8mb4 texts, decimals of 20 digits, integers beyond 2^53,
 * dates, times with and without zone, bytes, booleans, floats, NULLs) comes unchanged through every face: the CSV byte for
 * byte, the others value for value, as `spec/wire-values.yaml` wants them of what the database itself says. No row is
 * left out; what is kept of an answer is digests. On two cores it takes some four minutes.
 *
 *   node proofs/mariadb-values.ts [rows]
 */
import { mariadbValues } from '../server/test/load/values-table.ts';
import { proveValues } from './values.ts';

const rows = Number(process.argv[2] ?? 1_000_000);
await using database = await mariadbValues(rows);
await proveValues(database, rows);
