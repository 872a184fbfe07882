import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import pg from 'pg';

/**
 * The peer: a bare node:http server over node-postgres that sends the same page by json_agg, ungoverned: the row rule
 * and the masks are written into its one query, and there is no key, no quota and no journal.
 * PREPARED=1 gives its query a name, so that PostgreSQL parses and plans it once a connection.
 */
const pool = new pg.Pool({ connectionString: process.env['PEER_DATABASE_URL'] ?? '', max: 10, options: '-c TimeZone=Asia/Shanghai' });
const name = process.env['PREPARED'] === '1' ? { name: 'page' } : {};

const text = `SELECT json_agg(r)::text AS body FROM (
  SELECT id::text AS id, to_json(ts AT TIME ZONE 'Asia/Shanghai') AS timestamp, station AS stationname, lon::text AS lon, lat::text AS lat, depth AS depth_m,
         CASE WHEN char_length(phone) <= 7 THEN repeat('*', char_length(phone))
              ELSE left(phone, 3) || repeat('*', char_length(phone) - 7) || right(phone, 4) END AS phone
  FROM tides t WHERE depth >= 0.5 AND station = $1 AND ts >= $2 AND ts < $3
  ORDER BY t.ts, t.id LIMIT $4 OFFSET $5) r`;

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const query = new URL(request.url ?? '/', 'http://peer').searchParams;
  const size = Number(query.get('pageSize'));
  const end = new Date(Date.parse(`${query.get('end_time')}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
  const values = [query.get('input_station'), query.get('start_time'), end, size, (Number(query.get('pageNum')) - 1) * size];
  const { rows } = await pool.query<{ body: string }>({ ...name, text, values });
  const body = Buffer.from(`{"success":true,"msg":"信息操作成功!","data":${rows[0]?.body ?? '[]'}}`);
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length });
  response.end(body);
}

const server = createServer((request, response) => void answer(request, response));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`ready ${typeof address === 'object' && address !== null ? address.port : ''}\n`);
});
process.on('SIGTERM', () => process.exit(0));
