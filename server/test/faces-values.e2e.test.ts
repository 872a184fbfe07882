import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { parse } from 'csv-parse/sync';
import pg from 'pg';
import { decodeAgr } from '../../client/src/index.ts';
import { createDatabase, dropDatabase } from './support/database.ts';
import { mariadbDatabase, type MariadbDatabase } from './support/mariadb.ts';
import { startNode, type NodeOptions, type StartedNode } from './support/node.ts';
import { needs } from './support/services.ts';
import { addPostgres, giveGrant, hostTable, make, newHolder, publish } from './support/sharing.ts';
import { cellRows, createMysqlSql, createSql, csvOf, hostedColumns, jsonBody, mysqlColumns, wireColumns, type WireColumn } from './support/wire-table.ts';
import { readXmlAnswer } from './support/xml-rows.ts';

interface Shared {
  readonly node: StartedNode;
  readonly appkey: string;
  /** The table's columns as the product prints them. */
  readonly columns: readonly WireColumn[];
}

/** Publishes the resource `wire_values` with all of its columns as product `wirevalues`. */
async function share(node: StartedNode, columns: readonly WireColumn[]): Promise<Shared> {
  await publish(node, 'wirevalues', { resource: 'wire_values', order: [{ column: 'id' }], fields: columns.map(({ name, type }) => ({ name, type })) });
  const holder = await newHolder(node, '防汛指挥系统');
  await giveGrant(node, holder.name, 'wirevalues');
  return { node, appkey: holder.appkey, columns };
}

async function answer({ node, appkey }: Shared, path: string, accept: string): Promise<{ type: string; text: string }> {
  const response = await fetch(`${node.dataUrl}${path}?appkey=${appkey}`, { headers: { accept } });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return { type: response.headers.get('content-type') ?? '', text };
}

/** Rows may stand on lines of their own; within a row nothing may differ. */
const oneLine = (text: string): string => text.replaceAll('}, \n {', '},{');

/** NULL is nothing between the commas, an empty text is a pair of quotes. */
const readCsv = (text: string): Record<string, string | null>[] =>
  parse(text, { columns: true, record_delimiter: '\r\n', cast: (value, { quoting, header }) => (value === '' && !quoting && !header ? null : value) });

function facesOf(shared: () => Shared): void {
  it('[SEA-8.2] [AGR-7.2c] SEA: table 1’s envelope in JSON, every value in its form, digit by digit', async () => {
    const { type, text } = await answer(shared(), '/szsea/api/sharing/wirevalues', '*/*');
    assert.equal(type, 'application/json; charset=utf-8');
    assert.equal(oneLine(text), jsonBody(shared().columns, 'sea'));
  });

  it('[AGR-B] AGR: what is sealed has every value in its form, digit by digit', async () => {
    const { node, appkey, columns } = shared();
    const sealed = await (await fetch(`${node.dataUrl}/gxjh/servicePublis/interface/data?interfaceId=wirevalues&applyKey=${appkey}`)).text();
    const rows = jsonBody(columns, 'sea').replace(/^.*?"data":/s, '{"data":').replace(/,"total":3\}$/, ',"limit":-1,"page":1,"total":3}');
    assert.equal(oneLine(decodeAgr(sealed)), rows);
  });

  it('[GOV-result] GOV in JSON: every value in its form, digit by digit', async () => {
    const { type, text } = await answer(shared(), '/gov/v1/wirevalues', 'application/json');
    assert.equal(type, 'application/json; charset=utf-8');
    assert.equal(oneLine(text), jsonBody(shared().columns, 'gov'));
  });

  it('[GOV-result] [SEA-8.2] GOV in XML: read by a strict parser, NULL is an absent element', async () => {
    const { type, text } = await answer(shared(), '/gov/v1/wirevalues', 'application/xml');
    assert.equal(type, 'application/xml; charset=utf-8');
    const { head, rows } = readXmlAnswer(text);
    assert.deepEqual(head, { success: 'true', msg: '信息操作成功!', total: '3' });
    const present = cellRows(shared().columns).map((row) => Object.fromEntries(Object.entries(row).filter(([, cell]) => cell !== null)));
    assert.deepEqual(rows, present);
  });

  it('[GOV-result] GOV in CSV: read by another parser, NULL is empty and an empty text is quoted', async () => {
    const { type, text } = await answer(shared(), '/gov/v1/wirevalues', 'text/csv');
    assert.equal(type, 'text/csv; charset=utf-8; header=present');
    assert.deepEqual(readCsv(text), cellRows(shared().columns));
  });
}

async function postgresTable(options: NodeOptions): Promise<{ shared: Shared; url: string }> {
  const url = await createDatabase();
  const client = new pg.Client(url);
  await client.connect();
  await client.query(createSql(wireColumns));
  await client.end();
  const node = await startNode(options);
  await addPostgres(node, url);
  await make(node, 'POST', '/resources', { body: { name: 'wire_values', source: 'ocean', table: 'wire_values', schema: 'public' } });
  return { shared: await share(node, wireColumns), url };
}

async function hostedTable(options: NodeOptions): Promise<Shared> {
  const node = await startNode(options);
  await hostTable(node, 'wire_values', csvOf(hostedColumns), hostedColumns.map(({ name, hosted = 'text' }) => ({ name, type: hosted })));
  return share(node, hostedColumns);
}

for (const engine of ['pglite', 'postgres'] as const) {
  describe(`values of a PostgreSQL table, node on ${engine}`, needs('postgres'), () => {
    let made: Awaited<ReturnType<typeof postgresTable>>;
    before(async () => {
      made = await postgresTable({ engine });
    });
    after(async () => {
      await made.shared.node.stop();
      await dropDatabase(made.url);
    });
    facesOf(() => made.shared);
  });
}

describe('values of a hosted table, node on pglite', () => {
  let shared: Shared;
  before(async () => {
    shared = await hostedTable({ engine: 'pglite' });
  });
  after(() => shared.node.stop());
  facesOf(() => shared);
});

describe('values of a hosted table, node on postgres', needs('postgres'), () => {
  let shared: Shared;
  before(async () => {
    shared = await hostedTable({ engine: 'postgres' });
  });
  after(() => shared.node.stop());
  facesOf(() => shared);
});

describe('values of a MariaDB table, node on pglite', needs('mariadb'), () => {
  let database: MariadbDatabase;
  let shared: Shared;
  before(async () => {
    database = await mariadbDatabase();
    await database.run("SET time_zone = '+00:00', sql_mode = 'NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES'", ...createMysqlSql(mysqlColumns));
    const node = await startNode({ engine: 'pglite' });
    await make(node, 'POST', '/sources', { body: { name: 'ocean', type: 'mysql', settings: database.settings } });
    await make(node, 'POST', '/resources', { body: { name: 'wire_values', source: 'ocean', table: 'wire_values' } });
    shared = await share(node, mysqlColumns);
  });
  after(async () => {
    await database[Symbol.asyncDispose]();
    await shared.node.stop();
  });
  facesOf(() => shared);
});
