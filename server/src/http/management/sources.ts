import Type, { type Static } from 'typebox';
import { Check } from 'typebox/value';
import { allow, allowOwned, ownerFilter, type Right } from '../../modules/identity/index.ts';
import { addSource, changeSource, checkSource, getSource, incapacities, listSources, listTables, mergedSettings, readDescription, removeSource, SourceInput, staleVersion, testSource, unknownSource, type ColumnDescription, type Probe, type Source, type TablePlace } from '../../modules/resources/index.ts';
import { columnTypes } from '../../modules/policy/index.ts';
import { announceSource } from '../../modules/webhooks/index.ts';
import type { FastifyRequest } from 'fastify';
import type { App, Routes } from './app.ts';
import { expectedVersion, withVersion } from './etag.ts';
import { operate } from './operate.ts';
import { afterOf, PageOf, pageOf, PageQuery, parseKey, wrongCursor } from './paging.ts';
import type { ManagementParts } from './parts.ts';
import { answers, created, IfMatch, isoOf, nothing, OptionalInstant, ownerOf, Reference } from './schemas.ts';

const Settings = Type.Record(Type.String(), Type.Unknown());

const sourceProperties = {
  id: Type.String(),
  name: Type.String(),
  type: Type.String(),
  settings: Type.Unsafe<Source['settings']>(Settings),
  secrets: Type.Record(Type.String(), Type.Boolean(), { description: '各机密设置是否已填；其值从不返回' }),
  state: Type.Enum(['ok', 'failing']),
  stateNote: Type.String(),
  checkedAt: OptionalInstant,
  ownerId: Type.Union([Type.String(), Type.Null()]),
  version: Type.Integer(),
};
const SourceView = Type.Object(sourceProperties, { $id: 'Source' });
const ProbeView = Type.Object({ about: Type.Record(Type.String(), Type.String()), warnings: Type.Array(Type.String()) }, { $id: 'Probe' });
const TestedSource = Type.Object({ ...sourceProperties, probe: ProbeView }, { $id: 'TestedSource' });

export const ColumnView = Type.Object(
  { name: Type.String(), type: Type.Enum(columnTypes), native: Type.String(), nullable: Type.Boolean(), comment: Type.String(), input: Type.Optional(Type.Boolean({ description: '数据源的输入：须由调用方或策略给出，不会返回' })), cannot: Type.Optional(Type.Array(Type.Enum(incapacities), { description: '数据源做不到：hash 不能作哈希脱敏，instant 不能按 ISO 8601 输出时间' })) },
  { $id: 'Column' },
);
export const columnView = ({ cannot, ...column }: ColumnDescription): Static<typeof ColumnView> => ({ ...column, ...(cannot === undefined ? {} : { cannot: [...cannot] }) });
const TableView = Type.Object(
  { schema: Type.String(), name: Type.String(), comment: Type.String(), columns: Type.Array(ColumnView), key: Type.Array(Type.String()) },
  { $id: 'Table' },
);

const Params = Type.Object({ source: Reference });
const tags = ['sources'];

const viewOf = (source: Source): Static<typeof SourceView> => ({ ...source, secrets: { ...source.secrets }, checkedAt: isoOf(source.checkedAt) });
const probeView = ({ about, warnings }: Probe): Static<typeof ProbeView> => ({ about: { ...about }, warnings: [...warnings] });

/** Sources: a connection to where data lies (NDI 6.3.1 b). Each is tested before it is kept. */
export const sourceRoutes: Routes = (parts) => async (app) => {
  readRoutes(app, parts);
  testRoutes(app, parts);
  describeRoutes(app, parts);
  changeRoutes(app, parts);
};

async function owned(parts: ManagementParts, request: FastifyRequest, right: Right, reference: string): Promise<Source> {
  allow(request.actor, right);
  const source = await getSource(parts.database, parts.connections, reference);
  allowOwned(request.actor, right, source.ownerId, () => unknownSource(reference));
  return source;
}

function readRoutes(app: App, parts: ManagementParts): void {
  const { database, connections } = parts;
  app.get('/sources', { schema: { operationId: 'listSources', tags, querystring: PageQuery, response: answers(PageOf(SourceView)) } }, async (request) => {
    const { cursor, limit } = request.query;
    const ownerId = ownerFilter(request.actor, 'sources.read');
    const page = pageOf(await listSources(database, connections, { after: afterOf(cursor), limit: limit + 1, ownerId }), limit, ({ name }) => name);
    return { ...page, items: page.items.map(viewOf) };
  });
  app.get('/sources/:source', { schema: { operationId: 'getSource', tags, params: Params, response: answers(SourceView) } }, async (request, reply) =>
    withVersion(reply, viewOf(await owned(parts, request, 'sources.read', request.params.source))),
  );
  app.get('/sources/:source/tables', { schema: { operationId: 'listSourceTables', tags, params: Params, querystring: PageQuery, response: answers(PageOf(TableView)) } }, async (request) => {
    const source = await owned(parts, request, 'sources.read', request.params.source);
    const { cursor, limit } = request.query;
    const page = pageOf(await listTables(database, connections, source.id, { after: placeOf(cursor), limit: limit + 1 }), limit, ({ schema, name }) => JSON.stringify([schema, name]));
    return { ...page, items: page.items.map((table) => ({ ...table, columns: table.columns.map(columnView), key: [...table.key] })) };
  });
}

/** A table's place in the order of schemas and names. */
const Place = Type.Tuple([Type.String(), Type.String()]);

function placeOf(cursor: string | undefined): TablePlace | undefined {
  const after = afterOf(cursor);
  if (after === '') return undefined;
  const place = parseKey(after);
  if (!Check(Place, place)) throw wrongCursor();
  return { schema: place[0], name: place[1] };
}

function testRoutes(app: App, { database, connections, ...rest }: ManagementParts): void {
  const parts = { database, connections, ...rest };
  const TestInput = Type.Object({ type: SourceInput.properties.type, settings: Settings }, { additionalProperties: false });
  app.post('/sources/test', { schema: { operationId: 'testSource', tags, summary: '测试设置而不保存', body: TestInput, response: answers(ProbeView) } }, async (request) => {
    allow(request.actor, 'sources.write');
    return probeView(await testSource(connections, request.body.type, request.body.settings));
  });
  app.post('/sources/:source/check', { schema: { operationId: 'checkSource', tags, summary: '检查数据源现在是否可用', params: Params, response: answers(ProbeView) } }, async (request) => {
    const source = await owned(parts, request, 'sources.write', request.params.source);
    return probeView(await checkSource(database, connections, source.id, announceSource));
  });
}

/** Descriptions come as text in JSON: their own bound lies well under that of bodies. */
const DESCRIPTION_CHARACTERS = 900_000;

function describeRoutes(app: App, { connections }: ManagementParts): void {
  const Description = Type.Object({ type: SourceInput.properties.type, document: Type.String({ minLength: 1, maxLength: DESCRIPTION_CHARACTERS }) }, { additionalProperties: false });
  const Described = Type.Object({ settings: Settings, warnings: Type.Array(Type.String()) }, { $id: 'DescribedSettings' });
  app.post('/sources/describe', { schema: { operationId: 'describeSource', tags, summary: '由接口描述文件（OpenAPI 3、WSDL 1.1）得出设置，供核对后添加；不保存，也不读取外部引用', body: Description, response: answers(Described) } }, async (request) => {
    allow(request.actor, 'sources.write');
    const { settings, warnings } = readDescription(connections, request.body.type, request.body.document);
    return { settings: { ...settings }, warnings: [...warnings] };
  });
}

function changeRoutes(app: App, parts: ManagementParts): void {
  const { database, connections } = parts;
  app.post('/sources', { schema: { operationId: 'addSource', tags, summary: '测试通过后添加数据源', body: SourceInput, response: created(TestedSource) } }, async (request, reply) => {
    allow(request.actor, 'sources.write');
    const { type, settings } = request.body;
    const probe = await testSource(connections, type, settings);
    const source = await operate(
      parts, request, 'source.add',
      (tx) => addSource(tx, connections, request.body, ownerOf(request.actor)),
      ({ name }) => ({ details: JSON.stringify({ source: name, type }) }),
    );
    return withVersion(reply.code(201), { ...viewOf(source), probe: probeView(probe) });
  });
  const Changes = Type.Object({ settings: Settings }, { additionalProperties: false, description: '未给出的设置保持原值；null 清除' });
  app.patch('/sources/:source', { schema: { operationId: 'changeSource', tags, params: Params, headers: IfMatch, body: Changes, response: answers(TestedSource) } }, async (request, reply) => {
    const version = expectedVersion(request);
    const before = await owned(parts, request, 'sources.write', request.params.source);
    if (before.version !== version) throw staleVersion();
    const { settings } = await mergedSettings(database, connections, before.id, request.body.settings);
    const probe = await testSource(connections, before.type, settings);
    const source = await operate(
      parts, request, 'source.change',
      (tx) => changeSource(tx, connections, before.id, settings, version),
      ({ name }) => ({ details: JSON.stringify({ source: name, changed: Object.keys(request.body.settings) }) }),
    );
    return withVersion(reply, { ...viewOf(source), probe: probeView(probe) });
  });
  app.delete('/sources/:source', { schema: { operationId: 'removeSource', tags, params: Params, headers: IfMatch, response: nothing } }, async (request, reply) => {
    const version = expectedVersion(request);
    const source = await owned(parts, request, 'sources.write', request.params.source);
    await operate(parts, request, 'source.remove', (tx) => removeSource(tx, source.id, version), () => ({ details: JSON.stringify({ source: source.name }) }));
    return reply.code(204).send(null);
  });
}
