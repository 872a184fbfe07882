import { DomainError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import type { Queryable, Transaction } from '../../storage/database.ts';
import type { SourceConnections } from './connections.ts';
import { nameTaken, staleVersion, unknownResource, unknownSource } from './errors.ts';
import type { Resource, ResourceInput } from './model.ts';
import type { Relation, TableDescription } from './ports.ts';
import { queriesOf } from './queries.ts';
import { deleteResourceRow, findResource, findSource, insertResource, lockResource, lockSource, productsOf } from './store.ts';
import { deleteNotices } from './store-notices.ts';

/** A table, or a query in its place, that a new resource may stand on. */
export interface FoundTable {
  readonly sourceId: string;
  readonly relation: Relation;
  readonly table: TableDescription;
  readonly key: readonly string[];
}

/** What a new resource names, read from its source; throws `resource.relation`, `resource.table.unknown`, `resource.schema.ambiguous`, `resource.key.*`, `query.…`. */
export async function describeTable(on: Queryable, connections: SourceConnections, input: ResourceInput): Promise<FoundTable> {
  const source = await findSource(on, input.source);
  if (source === undefined) throw unknownSource(input.source);
  const { name, table, schema, query, key } = input;
  if (query !== undefined && table === undefined && schema === undefined) {
    const described = { ...(await (await queriesOf(on, connections, source.id)).describe(query)), name };
    return { sourceId: source.id, relation: { schema: '', name: '', query }, table: described, key: checkKey(described, key ?? []) };
  }
  if (query !== undefined || table === undefined) {
    throw new DomainError('invalid-definition', 'resource.relation', '请给出 table（可带 schema）或 query 之一 (give either a table, with its schema if need be, or a query)');
  }
  const found = tableAmong(await (await connections.get(on, source.id)).describeTables(), input.source, table, schema);
  return { sourceId: source.id, relation: { schema: found.schema, name: found.name }, table: found, key: checkKey(found, key ?? found.key) };
}

function tableAmong(tables: readonly TableDescription[], source: string, name: string, schema: string | undefined): TableDescription {
  const fitting = tables.filter((table) => table.name === name && (schema === undefined || table.schema === schema));
  const [table, another] = fitting;
  if (table === undefined) {
    throw new DomainError('not-found', 'resource.table.unknown', `数据源 ${source} 中没有表 ${name} (the source has no such table, or the node may not read it)`, { details: { table: name } });
  }
  if (another !== undefined) {
    throw new DomainError('invalid-definition', 'resource.schema.ambiguous', `多个模式中有表 ${name}，请指定 schema (several schemas have it: name one)`, {
      details: { schemas: fitting.map((each) => each.schema) },
    });
  }
  return table;
}

/** Every order ends in a unique key: without one there is no paging. What returns no rows has none. */
export function checkKey(table: TableDescription, key: readonly string[]): readonly string[] {
  if (key.length === 0 && table.columns.every((column) => column.input === true)) return key;
  if (key.length === 0) {
    throw new DomainError('invalid-definition', 'resource.key.missing', `表 ${table.name} 没有主键或非空唯一键，请用 key 指定能唯一确定一行的列 (the table has no key: name the columns that are unique together)`);
  }
  const unknown = key.filter((name) => !table.columns.some((column) => column.name === name && column.input !== true));
  if (unknown.length > 0) throw new DomainError('invalid-definition', 'resource.key.unknown', `表 ${table.name} 没有列 ${unknown.join('、')} (no such columns)`, { details: { columns: unknown } });
  if (new Set(key).size < key.length) throw new DomainError('invalid-definition', 'resource.key.duplicate', '唯一键中有重复的列 (a column stands twice in the key)');
  return key;
}

/** Throws `resource.name.taken`, and `source.unknown` where the source has gone meanwhile. */
export async function addResource(tx: Transaction, input: ResourceInput, found: FoundTable, ownerId: string | null): Promise<Resource> {
  const { sourceId, relation, table, key } = found;
  if ((await lockSource(tx, sourceId, 'share')) === undefined) throw unknownSource(input.source);
  const id = newId();
  const added = await insertResource(tx, {
    id,
    sourceId,
    name: input.name,
    title: input.title ?? table.comment.slice(0, 200),
    table: relation,
    columns: table.columns,
    key,
    ownerId,
  });
  if (!added) throw nameTaken('resource', input.name);
  return getResource(tx, id);
}

/** Throws `resource.unknown`. */
export async function getResource(on: Queryable, reference: string): Promise<Resource> {
  const resource = await findResource(on, reference);
  if (resource === undefined) throw unknownResource(reference);
  return resource;
}

/** The resource, which stays until the transaction ends. Throws `resource.unknown`. */
export async function holdResource(tx: Transaction, reference: string): Promise<Resource> {
  const resource = await lockResource(tx, reference, 'share');
  if (resource === undefined) throw unknownResource(reference);
  return resource;
}

/** Refused while products package it (`resource.in-use`, with their codes). Throws `version.stale`. */
export async function removeResource(tx: Transaction, reference: string, version: number): Promise<void> {
  const resource = await lockResource(tx, reference, 'update');
  if (resource === undefined) throw unknownResource(reference);
  if (resource.version !== version) throw staleVersion();
  const users = await productsOf(tx, resource.id);
  if (users.length > 0) {
    throw new DomainError('in-use', 'resource.in-use', `数据资源 ${resource.name} 正被使用：${users.join('、')} (in use by these products)`, { details: { usedBy: users } });
  }
  await deleteNotices(tx, resource.name);
  await deleteResourceRow(tx, resource.id);
}
