import { DomainError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import type { Queryable, Transaction } from '../../storage/database.ts';
import type { SourceConnections } from './connections.ts';
import { nameTaken, staleVersion, unknownResource, unknownSource } from './errors.ts';
import type { Resource, ResourceInput } from './model.ts';
import type { TableDescription } from './ports.ts';
import { deleteResourceRow, findResource, findSource, insertResource, lockResource, lockSource, productsOf } from './store.ts';
import { deleteNotices } from './store-notices.ts';

/** A table that a new resource may stand on. */
export interface FoundTable {
  readonly sourceId: string;
  readonly table: TableDescription;
  readonly key: readonly string[];
}

/** The table that a new resource names, read from its source; throws `resource.table.unknown`, `resource.schema.ambiguous`, `resource.key.*`. */
export async function describeTable(on: Queryable, connections: SourceConnections, input: ResourceInput): Promise<FoundTable> {
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
  return { sourceId: source.id, table, key: checkKey(table, input.key ?? table.key) };
}

/** Every order ends in a unique key: without one there is no paging. */
export function checkKey(table: TableDescription, key: readonly string[]): readonly string[] {
  if (key.length === 0) {
    throw new DomainError('invalid-definition', 'resource.key.missing', `表 ${table.name} 没有主键或非空唯一键，请用 key 指定能唯一确定一行的列 (the table has no key: name the columns that are unique together)`);
  }
  const unknown = key.filter((name) => !table.columns.some((column) => column.name === name));
  if (unknown.length > 0) throw new DomainError('invalid-definition', 'resource.key.unknown', `表 ${table.name} 没有列 ${unknown.join('、')} (no such columns)`, { details: { columns: unknown } });
  if (new Set(key).size < key.length) throw new DomainError('invalid-definition', 'resource.key.duplicate', '唯一键中有重复的列 (a column stands twice in the key)');
  return key;
}

/** Throws `resource.name.taken`, and `source.unknown` where the source has gone meanwhile. */
export async function addResource(tx: Transaction, input: ResourceInput, found: FoundTable, ownerId: string | null): Promise<Resource> {
  const { sourceId, table, key } = found;
  if ((await lockSource(tx, sourceId, 'share')) === undefined) throw unknownSource(input.source);
  const id = newId();
  const added = await insertResource(tx, {
    id,
    sourceId,
    name: input.name,
    title: input.title ?? table.comment.slice(0, 200),
    table: { schema: table.schema, name: table.name },
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
