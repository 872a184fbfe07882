import { DomainError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import type { Database, Queryable, Transaction } from '../../storage/database.ts';
import { raiseRevision } from '../../storage/revision.ts';
import type { SourceConnections } from './connections.ts';
import { nameTaken, unknownResource, unknownSource } from './errors.ts';
import type { Resource, ResourceInput } from './model.ts';
import type { ColumnDescription, TableDescription } from './ports.ts';
import { addNotice, deleteResourceRow, findResource, findSource, insertResource, listResourceRows, productsOf, updateResourceColumns } from './store.ts';

/** The table that a new resource names, read from its source; throws `resource.table.unknown`, `resource.key.*`. */
export async function describeTable(on: Queryable, connections: SourceConnections, input: ResourceInput): Promise<{ sourceId: string; table: TableDescription; key: readonly string[] }> {
  const source = await findSource(on, input.source);
  if (source === undefined) throw unknownSource(input.source);
  const tables = await (await connections.get(on, source.id)).describeTables();
  const fitting = tables.filter((table) => table.name === input.table && (input.schema === undefined || table.schema === input.schema));
  const [table, another] = fitting;
  if (table === undefined) {
    throw new DomainError('not-found', 'resource.table.unknown', `数据源 ${input.source} 中没有表 ${input.table} (the source has no such table, or the node may not read it)`, { details: { table: input.table } });
  }
  if (another !== undefined) {
    throw new DomainError('invalid-definition', 'resource.schema.ambiguous', `多个模式中有表 ${input.table}，请指定 schema (several schemas have it: name one)`, {
      details: { schemas: fitting.map((each) => each.schema) },
    });
  }
  return { sourceId: source.id, table, key: checkKey(table, input.key) };
}

function checkKey(table: TableDescription, given: readonly string[] | undefined): readonly string[] {
  const key = given ?? table.key;
  if (key.length === 0) {
    throw new DomainError('invalid-definition', 'resource.key.missing', `表 ${table.name} 没有主键或非空唯一键，请用 key 指定能唯一确定一行的列 (the table has no key: name the columns that are unique together)`);
  }
  const unknown = key.filter((name) => !table.columns.some((column) => column.name === name));
  if (unknown.length > 0) throw new DomainError('invalid-definition', 'resource.key.unknown', `表 ${table.name} 没有列 ${unknown.join('、')} (no such columns)`);
  return key;
}

export async function addResource(tx: Transaction, input: ResourceInput, found: Awaited<ReturnType<typeof describeTable>>): Promise<Resource> {
  if ((await findResource(tx, input.name)) !== undefined) throw nameTaken('resource', input.name);
  const { sourceId, table, key } = found;
  await insertResource(tx, {
    id: newId(),
    sourceId,
    name: input.name,
    title: input.title ?? table.comment,
    table: { schema: table.schema, name: table.name },
    columns: table.columns,
    key,
  });
  return getResource(tx, input.name);
}

export async function getResource(on: Queryable, name: string): Promise<Resource> {
  const resource = await findResource(on, name);
  if (resource === undefined) throw unknownResource(name);
  return resource;
}

export const listResources = listResourceRows;

/** Refused while products package it (`resource.in-use`, with their codes). */
export async function removeResource(tx: Transaction, name: string): Promise<void> {
  const resource = await getResource(tx, name);
  const users = await productsOf(tx, resource.id);
  if (users.length > 0) {
    throw new DomainError('in-use', 'resource.in-use', `数据资源 ${name} 正被使用：${users.join('、')} (in use by these products)`, { details: { usedBy: users } });
  }
  await deleteResourceRow(tx, resource.id);
}

/** Reads the table again. Columns that vanished or changed type are kept in a notice, and said to the operators. */
export async function refreshResource(database: Database, connections: SourceConnections, name: string): Promise<Resource> {
  const resource = await getResource(database, name);
  const tables = await (await connections.get(database, resource.sourceId)).describeTables();
  const now = tables.find((table) => table.name === resource.table.name && table.schema === resource.table.schema);
  const changes = now === undefined ? [`table ${resource.table.name} vanished`] : drift(resource.columns, now.columns);
  const notice = changes.join('; ');
  await database.transaction(async (tx) => {
    if (now !== undefined && changes.length === 0) await updateResourceColumns(tx, resource.id, now.columns, resource.key, '');
    else await updateResourceColumns(tx, resource.id, resource.columns, resource.key, notice);
    if (notice !== '') await addNotice(tx, newId(), 'source-changed', resource.name, notice);
    await raiseRevision(tx);
  });
  return getResource(database, name);
}

/** What of the known columns is no longer so; new columns are no drift. */
export function drift(known: readonly ColumnDescription[], now: readonly ColumnDescription[]): string[] {
  return known.flatMap((column) => {
    const current = now.find((each) => each.name === column.name);
    if (current === undefined) return [`column ${column.name} vanished`];
    return current.type === column.type ? [] : [`column ${column.name} was ${column.native}, is ${current.native}`];
  });
}

