import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { parse as parseCsv } from 'csv-parse/sync';
import pg from 'pg';
import { agr, agrQuery, agrUrl } from './support/agr.ts';
import { createDatabase, dropDatabase } from './support/database.ts';
import { openByGuide } from './support/guide.ts';
import type { Json } from './support/management.ts';
import { mariadbDatabase, type MariadbDatabase } from './support/mariadb.ts';
import { startNode, type StartedNode } from './support/node.ts';
import { needs } from './support/services.ts';
import { addPostgres, giveGrant, hostTable, make, newHolder, publish } from './support/sharing.ts';
import { readXmlAnswer } from './support/xml-rows.ts';
import { zeepCall } from './support/zeep.ts';

/** A row as every face must tell it: canonical texts. */
type Told = Readonly<Record<string, string | null>>;

const rows: readonly Told[] = [
  { id: '1', code: '9007199254740993', name: '香港', level: '1.250', ok: 'true', day: '2022-09-01', at: '2022-09-01 08:00:00', note: null },
  { id: '2', code: '-9223372036854775808', name: "潮 <&> \" ' , 🌊", level: '-0.500', ok: 'false', day: '1999-12-31', at: '1999-12-31 23:59:59', note: 'a, "b"' },
  { id: '3', code: '0', name: '𠮷 ', level: '12345678.000', ok: null, day: null, at: null, note: '一行' },
];
const names = Object.keys(rows[0] ?? {});

const fields = [
  { name: 'id', type: 'int' }, { name: 'code', type: 'bigint' }, { name: 'name', type: 'varchar' }, { name: 'level', type: 'numeric' },
  { name: 'ok', type: 'boolean' }, { name: 'day', type: 'date' }, { name: 'at', type: 'timestamp' }, { name: 'note', type: 'varchar' },
] as const;

const ciphers = ['SM4', 'AES', 'DES'] as const;
const compressions = ['none', 'Gzip', 'Deflate'] as const;

/** Times are told as local ones: every face writes those of Shanghai. */
const told = (values: Readonly<Record<string, string | boolean | null | undefined>>): Told =>
  Object.fromEntries(
    names.map((name) => {
      const value = values[name] ?? null;
      return [name, value === null ? null : String(value).replace(/^([\d-]{10})T([\d:]{8})\+08:00$/, '$1 $2')];
    }),
  );

/** Rows of JSON with the digits of its numbers as they stand. */
function jsonRows(text: string): Told[] {
  const { data }: Json = JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }) => (typeof value === 'number' ? (context?.source ?? '') : value));
  return data.map(told);
}

const csvRows = (text: string): Told[] => {
  const read: (string | null)[][] = parseCsv(text, { bom: true, from_line: 2, cast: (value, { quoting }) => (value === '' && !quoting ? null : value) });
  return read.map((row) => told(Object.fromEntries(names.map((name, index) => [name, row[index]]))));
};

const zeepValue = (value: string | readonly [string, string] | null): string | null => (value === null || typeof value === 'string' ? value : value[0] === 'bool' ? value[1].toLowerCase() : value[1]);
const zeepRows = (answer: Json): Told[] => answer.data.row.map((row: Json) => told(Object.fromEntries(names.map((name) => [name, zeepValue(row[name])]))));

const sql = (value: string | null | undefined): string => (value === null || value === undefined ? 'NULL' : `'${value.replaceAll("'", "''")}'`);
const insert = `INSERT INTO readings VALUES ${rows.map((row) => `(${names.map((name) => (name === 'ok' ? (row[name] ?? 'NULL') : sql(row[name]))).join(', ')})`).join(', ')}`;

describe('one product in every face', () => {
  let node: StartedNode;
  let appkey: string;
  let postgres: string | undefined;
  let mariadb: MariadbDatabase | undefined;

  before(async () => {
    node = await startNode({ engine: 'pglite' });
    ({ appkey } = await newHolder(node, 'app'));
  });
  after(async () => {
    await node.stop();
    if (postgres !== undefined) await dropDatabase(postgres);
    await mariadb?.[Symbol.asyncDispose]();
  });

  /** A product for each cipher and compression of AGR: the other faces are the same in all. */
  async function share(source: string): Promise<void> {
    for (const cipher of ciphers) {
      for (const compression of compressions) {
        const code = codeOf(source, cipher, compression);
        await publish(node, code, { resource: source, fields, order: [{ column: 'id' }], agr: { cipher, compression } });
        await giveGrant(node, 'app', code);
      }
    }
  }
  const codeOf = (source: string, cipher: string, compression: string): string => `${source}${cipher}${compression}`.toLowerCase();
  const get = async (path: string, accept = 'application/json'): Promise<string> => {
    const response = await fetch(`${node.dataUrl}${path}`, { headers: { appkey, accept } });
    assert.equal(response.status, 200);
    return response.text();
  };

  function sameRows(source: string): void {
    const code = codeOf(source, 'SM4', 'none');

    it(`[SEA-8.2] [GOV-type] [GOV-result] in SEA and in GOV’s JSON, XML and CSV`, async () => {
      assert.deepEqual(jsonRows(await get(`/szsea/api/sharing/${code}?appkey=${appkey}`)), rows);
      assert.deepEqual(jsonRows(await get(`/gov/v1/${code}`)), rows);
      assert.deepEqual(readXmlAnswer(await get(`/gov/v1/${code}`, 'application/xml')).rows.map(told), rows);
      assert.deepEqual(csvRows(await get(`/gov/v1/${code}`, 'text/csv')), rows);
    });

    it('[GOV-type] in SOAP 1.1 and 1.2, to a client that has the WSDL alone', needs('zeep'), async () => {
      for (const port of ['Soap11', 'Soap12']) assert.deepEqual(zeepRows((await zeepCall(node, code, { port, http: { appkey } })).answer), rows, port);
    });

    it('[AGR-B] [AGR-7.2f] [AGR-8.4b] in AGR under every cipher and compression, opened by openssl', needs('openssl'), async () => {
      for (const cipher of ciphers) {
        for (const compression of compressions) {
          const { text, body } = await agr(agrUrl(node, agrQuery(codeOf(source, cipher, compression), appkey)));
          assert.equal(body.data.encType, cipher);
          assert.deepEqual(jsonRows(await openByGuide(text, ['take', cipher, ...(compression === 'none' ? [] : [compression])])), rows, `${cipher} over ${compression}`);
        }
      }
    });
  }

  describe('from a hosted table on PGlite', () => {
    before(async () => {
      const cell = (value: string | null | undefined): string => (value === null || value === undefined ? '' : `"${value.replaceAll('"', '""')}"`);
      const csv = [names.join(','), ...rows.map((row) => names.map((name) => cell(row[name])).join(','))].join('\n');
      const types = { id: 'integer', code: 'bigint', name: 'text', level: 'decimal', ok: 'boolean', day: 'date', at: 'timestamp', note: 'text' } as const;
      await hostTable(node, 'hosted', csv, Object.entries(types).map(([name, type]) => ({ name, type })));
      await share('hosted');
    });
    sameRows('hosted');
  });

  describe('from PostgreSQL', needs('postgres'), () => {
    before(async () => {
      postgres = await createDatabase();
      const client = new pg.Client({ connectionString: postgres });
      await client.connect();
      await client.query('CREATE TABLE readings (id int PRIMARY KEY, code bigint, name text, level numeric(12,3), ok boolean, day date, at timestamp, note text)');
      await client.query(insert);
      await client.end();
      await addPostgres(node, postgres);
      await make(node, 'POST', '/resources', { body: { name: 'postgres', source: 'ocean', table: 'readings' } });
      await share('postgres');
    });
    sameRows('postgres');
  });

  describe('from MariaDB', needs('mariadb'), () => {
    before(async () => {
      mariadb = await mariadbDatabase();
      await mariadb.run('CREATE TABLE readings (id int PRIMARY KEY, code bigint, name varchar(50), level decimal(12,3), ok boolean, day date, at datetime, note text)', insert);
      await make(node, 'POST', '/sources', { body: { name: 'sea', type: 'mysql', settings: mariadb.settings } });
      await make(node, 'POST', '/resources', { body: { name: 'mariadb', source: 'sea', table: 'readings' } });
      await share('mariadb');
    });
    sameRows('mariadb');
  });
});
