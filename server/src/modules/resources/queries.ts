import { DomainError } from '../../kernel/errors.ts';
import type { Queryable } from '../../storage/database.ts';
import type { SourceConnections } from './connections.ts';
import { unknownSource } from './errors.ts';
import type { QueryExplanation, QuerySource, TableDescription } from './ports.ts';
import type { Query } from './query.ts';
import { findSource } from './store.ts';

/** Throws `query.unsupported` where the source takes no queries. */
export async function queriesOf(on: Queryable, connections: SourceConnections, sourceId: string): Promise<QuerySource> {
  const { queries } = await connections.get(on, sourceId);
  if (queries !== undefined) return queries;
  throw new DomainError('invalid-definition', 'query.unsupported', '该数据源不支持 SQL 模板（托管表与节点自己的数据同库，不可运行 SQL），请登记表 (this source takes no queries; hosted tables stand in the node’s own database, where none run: name a table)');
}

/** What a query answers and what it would cost, for the operator who writes it. Nothing is read. Throws `query.…`. */
export async function explainQuery(on: Queryable, connections: SourceConnections, reference: string, query: Query, values: Readonly<Record<string, string>>): Promise<QueryExplanation & Pick<TableDescription, 'columns'>> {
  const source = await findSource(on, reference);
  if (source === undefined) throw unknownSource(reference);
  const queries = await queriesOf(on, connections, source.id);
  const { columns } = await queries.describe(query);
  return { columns, ...(await queries.explain(query, values)) };
}
