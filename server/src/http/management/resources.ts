import type { FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { DomainError } from '../../kernel/errors.ts';
import { allow, allowOwned, ownerFilter, type Right } from '../../modules/identity/index.ts';
import { ProductDefinition, suggestDefinition } from '../../modules/products/index.ts';
import { addResource, describeTable, explainQuery, getResource, getSource, keepFindings, listResources, lookAgain, Query, removeResource, ResourceInput, unknownResource, unknownSource, type Resource } from '../../modules/resources/index.ts';
import type { App, Routes } from './app.ts';
import { expectedVersion, withVersion } from './etag.ts';
import { operate } from './operate.ts';
import { afterOf, PageOf, pageOf, PageQuery } from './paging.ts';
import type { ManagementParts } from './parts.ts';
import { answers, created, IfMatch, nothing, ownerOf, Reference } from './schemas.ts';
import { columnView, ColumnView } from './sources.ts';

const ResourceView = Type.Object(
  {
    id: Type.String(),
    sourceId: Type.String(),
    sourceName: Type.String(),
    name: Type.String(),
    title: Type.String(),
    table: Type.Object({ schema: Type.String(), name: Type.String() }, { description: '表；查询的表名为空' }),
    query: Type.Optional(Query),
    columns: Type.Array(ColumnView),
    key: Type.Array(Type.String()),
    notice: Type.String({ description: '数据源的变化；空：没有变化' }),
    ownerId: Type.Union([Type.String(), Type.Null()]),
    version: Type.Integer(),
  },
  { $id: 'Resource' },
);

const Params = Type.Object({ resource: Reference });
const tags = ['resources'];

function viewOf(resource: Resource): Static<typeof ResourceView> {
  const { schema, name, query } = resource.table;
  return { ...resource, table: { schema, name }, ...(query === undefined ? {} : { query }), columns: resource.columns.map(columnView), key: [...resource.key] };
}

/** Resources: a table of a source, or a query, with its columns (NDI 6.3.2 a, AGR-7.2b). */
export const resourceRoutes: Routes = (parts) => async (app) => {
  readRoutes(app, parts);
  changeRoutes(app, parts);
  explainRoutes(app, parts);
};

async function owned(parts: ManagementParts, request: FastifyRequest, right: Right, reference: string): Promise<Resource> {
  allow(request.actor, right);
  const resource = await getResource(parts.database, reference);
  allowOwned(request.actor, right, resource.ownerId, () => unknownResource(reference));
  return resource;
}

function readRoutes(app: App, parts: ManagementParts): void {
  app.get('/resources', { schema: { operationId: 'listResources', tags, querystring: PageQuery, response: answers(PageOf(ResourceView)) } }, async (request) => {
    const { cursor, limit } = request.query;
    const ownerId = ownerFilter(request.actor, 'resources.read');
    const page = pageOf(await listResources(parts.database, { after: afterOf(cursor), limit: limit + 1, ownerId }), limit, ({ name }) => name);
    return { ...page, items: page.items.map(viewOf) };
  });
  app.get('/resources/:resource', { schema: { operationId: 'getResource', tags, params: Params, response: answers(ResourceView) } }, async (request, reply) =>
    withVersion(reply, viewOf(await owned(parts, request, 'resources.read', request.params.resource))),
  );
  const summary = '由数据资源的列生成的产品定义，补全提供方和名称后即可使用；列数超过产品所能有的，应答头 x-columns-left-out 给出略去的列数';
  app.get('/resources/:resource/definition', { schema: { operationId: 'suggestDefinition', tags, summary, params: Params, response: answers(ProductDefinition) } }, async (request, reply) => {
    const { definition, leftOut } = suggestDefinition(await owned(parts, request, 'resources.read', request.params.resource), parts.dataListeners);
    if (leftOut > 0) void reply.header('x-columns-left-out', leftOut);
    return definition;
  });
}

function changeRoutes(app: App, parts: ManagementParts): void {
  const { database, connections } = parts;
  app.post('/resources', { schema: { operationId: 'addResource', tags, body: ResourceInput, response: created(ResourceView) } }, async (request, reply) => {
    allow(request.actor, 'resources.write');
    const source = await getSource(database, connections, request.body.source);
    allowOwned(request.actor, 'resources.write', source.ownerId, () => unknownSource(request.body.source));
    const found = await describeTable(database, connections, request.body);
    const resource = await operate(
      parts, request, 'resource.add',
      (tx) => addResource(tx, request.body, found, ownerOf(request.actor)),
      ({ name, sourceName, table }) => ({ details: JSON.stringify({ resource: name, source: sourceName, table }) }),
    );
    return withVersion(reply.code(201), viewOf(resource));
  });
  const Accept = Type.Object({ accept: Type.Boolean({ default: false, description: '接受表的现状：列消失、类型改变都以现状为准' }) }, { additionalProperties: false });
  const summary = '重新读取表结构；与已知的列不符时留下通知';
  app.post('/resources/:resource/refresh', { schema: { operationId: 'refreshResource', tags, summary, params: Params, querystring: Accept, response: answers(ResourceView) } }, async (request, reply) => {
    const before = await owned(parts, request, 'resources.write', request.params.resource);
    const findings = await lookAgain(database, connections, before.id);
    const resource = await operate(
      parts, request, 'resource.refresh',
      async (tx) => (await keepFindings(tx, findings, request.query.accept)) ?? before,
      ({ name, notice }) => ({ details: JSON.stringify({ resource: name, accept: request.query.accept, notice }) }),
    );
    return withVersion(reply, viewOf(resource));
  });
  app.delete('/resources/:resource', { schema: { operationId: 'removeResource', tags, params: Params, headers: IfMatch, response: nothing } }, async (request, reply) => {
    const version = expectedVersion(request);
    const resource = await owned(parts, request, 'resources.write', request.params.resource);
    await operate(parts, request, 'resource.remove', (tx) => removeResource(tx, resource.id, version), () => ({ details: JSON.stringify({ resource: resource.name }) }));
    return reply.code(204).send(null);
  });
}

const Values = Type.Record(Type.String({ maxLength: 63 }), Type.String({ maxLength: 1000 }), { maxProperties: 30, default: {}, description: '参数的值；未给出的用其 sample' });
const Explanation = Type.Object(
  {
    columns: Type.Array(ColumnView),
    plan: Type.Array(Type.String(), { description: '数据库的执行计划，一行一项' }),
    cost: Type.Union([Type.Number(), Type.Null()]),
    rows: Type.Union([Type.Number(), Type.Null()]),
    warnings: Type.Array(Type.String()),
  },
  { $id: 'QueryExplanation' },
);

/** What a query answers and would cost, before it is saved and after; nothing is read. */
function explainRoutes(app: App, parts: ManagementParts): void {
  const { database, connections } = parts;
  const explain = async (source: string, query: Query, values: Readonly<Record<string, string>>): Promise<Static<typeof Explanation>> => {
    const { columns, plan, warnings, ...figures } = await explainQuery(database, connections, source, query, values);
    return { ...figures, columns: columns.map(columnView), plan: [...plan], warnings: [...warnings] };
  };
  const Draft = Type.Object({ source: ResourceInput.properties.source, query: Query, values: Values }, { additionalProperties: false });
  app.post('/resources/explain', { schema: { operationId: 'explainQuery', tags, summary: '检查查询，给出其列与执行计划；不读取数据', body: Draft, response: answers(Explanation) } }, async (request) => {
    allow(request.actor, 'resources.write');
    const source = await getSource(database, connections, request.body.source);
    allowOwned(request.actor, 'resources.write', source.ownerId, () => unknownSource(request.body.source));
    return explain(source.id, request.body.query, request.body.values);
  });
  const Saved = Type.Object({ values: Values }, { additionalProperties: false });
  app.post('/resources/:resource/explain', { schema: { operationId: 'explainResource', tags, summary: '给出查询的列与执行计划；不读取数据', params: Params, body: Saved, response: answers(Explanation) } }, async (request) => {
    const { name, sourceId, table } = await owned(parts, request, 'resources.write', request.params.resource);
    if (table.query === undefined) throw new DomainError('invalid-definition', 'query.none', `数据资源 ${name} 是表，不是查询 (this resource is a table, not a query)`);
    return explain(sourceId, table.query, request.body.values);
  });
}
