import type { FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { allow, allowOwned, ownerFilter, type Right } from '../../modules/identity/index.ts';
import { ProductDefinition, suggestDefinition } from '../../modules/products/index.ts';
import { addResource, describeTable, getResource, getSource, keepFindings, listResources, lookAgain, removeResource, ResourceInput, unknownResource, unknownSource, type Resource } from '../../modules/resources/index.ts';
import type { App, Routes } from './app.ts';
import { expectedVersion, withVersion } from './etag.ts';
import { operate } from './operate.ts';
import { afterOf, PageOf, pageOf, PageQuery } from './paging.ts';
import type { ManagementParts } from './parts.ts';
import { answers, created, IfMatch, nothing, ownerOf, Reference } from './schemas.ts';
import { ColumnView } from './sources.ts';

const ResourceView = Type.Object(
  {
    id: Type.String(),
    sourceId: Type.String(),
    sourceName: Type.String(),
    name: Type.String(),
    title: Type.String(),
    table: Type.Object({ schema: Type.String(), name: Type.String() }),
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

const viewOf = (resource: Resource): Static<typeof ResourceView> => ({ ...resource, table: { ...resource.table }, columns: [...resource.columns], key: [...resource.key] });

/** Resources: a table of a source with its columns (NDI 6.3.2 a). */
export const resourceRoutes: Routes = (parts) => async (app) => {
  readRoutes(app, parts);
  changeRoutes(app, parts);
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
  const summary = '由数据资源的列生成的产品定义，补全提供方和名称后即可使用';
  app.get('/resources/:resource/definition', { schema: { operationId: 'suggestDefinition', tags, summary, params: Params, response: answers(ProductDefinition) } }, async (request) =>
    suggestDefinition(await owned(parts, request, 'resources.read', request.params.resource)),
  );
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
