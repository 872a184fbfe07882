import type { SwaggerOptions } from '@fastify/swagger';

type Json = { readonly [key: string]: unknown };

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

const objectOf = (value: unknown): Json => (isObject(value) ? value : {});

/** Stands for a reference while the plug-in works, whose own resolver knows neither our names nor cycles. */
const MARK = 'x-lingqu-ref';

/** Which name under `components/schemas` a schema that refers to itself gets; inside, TypeBox calls it by the key. */
const cyclicNames: Readonly<Record<string, string>> = { Rule: 'RowRule' };

/**
 * Options of the OpenAPI plug-in: a schema with `$id` stands once under `components/schemas`, and is referred to
 * elsewhere, so that a generated client has a type of that name.
 */
export function openApiOptions(): SwaggerOptions {
  const components = new Map<string, unknown>();
  return {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Lingqu management API', version: '1', description: '灵渠节点管理接口。错误为 RFC 9457；列表以游标分页；修改已读取的内容以 If-Match 防止覆盖。' },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' }, session: { type: 'apiKey', in: 'cookie', name: 'lingqu_session' } } },
      security: [{ bearer: [] }, { session: [] }],
    },
    transform: ({ schema, url }) => {
      const { querystring, params, headers, body, ...rest } = objectOf(schema);
      // parameters are listed one by one: the object that holds them has no name
      const listed = { ...(isObject(querystring) && { querystring: inside(querystring, components, 'input') }), ...(isObject(params) && { params }), ...(isObject(headers) && { headers }) };
      const sent = isObject(body) ? { body: hoist(body, components, 'input') } : {};
      return { schema: { ...inside(rest, components, 'output'), ...listed, ...sent }, url };
    },
    transformObject: (document) => {
      const openApi = 'openapiObject' in document ? objectOf(document.openapiObject) : {};
      const schemas = Object.fromEntries([...components].toSorted(([a], [b]) => (a < b ? -1 : 1)));
      return objectOf(refer({ ...openApi, components: { ...objectOf(openApi['components']), schemas } }));
    },
  };
}

/** What is sent may leave out what has a default; what comes back holds everything. */
type Way = 'input' | 'output';

/** Takes named schemas out and leaves marks in their places. */
function hoist(value: unknown, components: Map<string, unknown>, way: Way): unknown {
  if (Array.isArray(value)) return value.map((each) => hoist(each, components, way));
  if (!isObject(value)) return value;
  const { $defs, $ref, $id, ...rest } = value;
  if (isObject($defs) && typeof $ref === 'string') return hoistCyclic($defs, $ref, rest, components);
  if (typeof $ref === 'string' && cyclicNames[$ref] !== undefined) return { [MARK]: cyclicNames[$ref] };
  if (typeof $id !== 'string') return inside(value, components, way);
  const { default: initial, ...schema } = rest;
  const name = way === 'input' && JSON.stringify(schema).includes('"default":') ? `${$id}Input` : $id;
  if (!components.has(name)) {
    components.set(name, undefined);
    components.set(name, inside(schema, components, way));
  }
  return { [MARK]: name, ...(initial !== undefined && { default: initial }) };
}

function inside(schema: Json, components: Map<string, unknown>, way: Way): Json {
  const { properties, required } = schema;
  const optional = way === 'input' && isObject(properties) && Array.isArray(required);
  const shown = optional ? { ...schema, required: required.filter((name: string) => !hasDefault(properties[name])) } : schema;
  return Object.fromEntries(Object.entries(shown).map(([key, each]) => [key, hoist(each, components, way)]));
}

const hasDefault = (schema: unknown): boolean => isObject(schema) && schema['default'] !== undefined;

function hoistCyclic($defs: Json, $ref: string, rest: Json, components: Map<string, unknown>): unknown {
  const name = cyclicNames[$ref] ?? $ref;
  const definition = $defs[$ref];
  if (!components.has(name) && isObject(definition)) {
    components.set(name, undefined);
    const { $id: _known, ...schema } = definition;
    components.set(name, inside(schema, components, 'output'));
  }
  return { ...rest, [MARK]: name };
}

/** Puts references where the marks stand. */
function refer(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(refer);
  if (!isObject(value)) return value;
  const { [MARK]: name, ...rest } = value;
  if (typeof name === 'string') return { ...rest, $ref: `#/components/schemas/${name}` };
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, refer(each)]));
}
