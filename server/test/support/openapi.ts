import assert from 'node:assert/strict';
import type { StartedNode } from './node.ts';

interface Schema {
  readonly $ref?: string;
  readonly anyOf?: readonly Schema[];
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly format?: string;
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const documents = new WeakMap<StartedNode, Promise<Document>>();

async function read(node: StartedNode): Promise<Document> {
  return (await fetch(`${node.managementUrl}/api/v1/openapi.json`)).json() as Promise<Document>;
}

/** Holds an answer of the management API to the node's own OpenAPI document: nothing missing, nothing beyond it. */
export async function assertDocumented(node: StartedNode, method: string, path: string, answer: { readonly status: number; readonly type: string; readonly body: unknown }): Promise<void> {
  const known = documents.get(node) ?? read(node);
  documents.set(node, known);
  const { paths, components } = await known;
  const asked = `/api/v1${path.split('?', 1)[0]}`;
  const template = Object.keys(paths).find((each) => new RegExp(`^${each.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`).test(asked) && paths[each]?.[method.toLowerCase()] !== undefined);
  if (template === undefined) return;
  const { parameters = [], responses } = paths[template]?.[method.toLowerCase()] ?? assert.fail();
  if (answer.status === 428) assert.ok(parameters.some((each) => each.in === 'header' && each.name === 'if-match'), `${method} ${template} does not document If-Match, which it demands`);
  const documented = responses[String(answer.status)] ?? responses['default'] ?? assert.fail(`${method} ${template} does not document ${answer.status}`);
  if (documented.content === undefined) return assert.equal(answer.body, '', `${method} ${template} answers nothing`);
  const media = documented.content[answer.type] ?? assert.fail(`${method} ${template} does not document ${answer.type}`);
  const faults = faultsOf(media.schema, answer.body, components.schemas, '');
  assert.deepEqual(faults, [], `${method} ${template} ${answer.status} answered beside its document`);
}

function faultsOf(schema: Schema, value: unknown, named: Document['components']['schemas'], at: string): string[] {
  if (schema.$ref !== undefined) return faultsOf(named[schema.$ref.split('/').at(-1) ?? ''] ?? assert.fail(`no ${schema.$ref}`), value, named, at);
  if (schema.anyOf !== undefined) {
    const each = schema.anyOf.map((one) => faultsOf(one, value, named, at));
    return each.some((faults) => faults.length === 0) ? [] : [`${at}: fits none of ${each.length}`];
  }
  if (schema.enum !== undefined) return schema.enum.includes(value) ? [] : [`${at}: ${String(value)} is not of the enumeration`];
  if (schema.const !== undefined) return schema.const === value ? [] : [`${at}: is not ${JSON.stringify(schema.const)}`];
  if (schema.type === 'array') return Array.isArray(value) ? value.flatMap((each, index) => faultsOf(schema.items ?? {}, each, named, `${at}/${index}`)) : [`${at}: no array`];
  if (schema.type === 'object') return objectFaults(schema, value, named, at);
  if (schema.format === 'date-time') return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value) ? [] : [`${at}: no instant`];
  if (schema.type === undefined) return [];
  const type = value === null ? 'null' : Number.isInteger(value) && schema.type === 'integer' ? 'integer' : typeof value;
  return type === schema.type ? [] : [`${at}: ${type} in place of ${schema.type}`];
}

function objectFaults({ properties, required = [] }: Schema, value: unknown, named: Document['components']['schemas'], at: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${at}: no object`];
  if (properties === undefined) return [];
  const missing = required.filter((name) => !(name in value)).map((name) => `${at}/${name}: missing`);
  const there = Object.entries(value).flatMap(([name, each]) => {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    return property === undefined ? [`${at}/${name}: not documented`] : faultsOf(property, each, named, `${at}/${name}`);
  });
  return [...missing, ...there];
}
