import { parse } from 'yaml';
import { DomainError } from '../../kernel/errors.ts';
import type { DescribedSettings } from '../../modules/resources/index.ts';
import type { Input } from './operation-settings.ts';

type Node = Readonly<Record<string, unknown>>;
const DEPTH = 6;
/** Properties that are looked at, over all operations: schemas may name one another, and a small document reach far. */
const MOST_LOOKED_AT = 200_000;
const MOST_OF_REFERENCE = 1_000;
const methods = { get: 'GET', post: 'POST', put: 'PUT' } as const;

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);
const nodeAt = (node: Node, name: string): Node => (isNode(node[name]) ? node[name] : {});
const textAt = (node: Node, name: string): string => (typeof node[name] === 'string' ? node[name] : '');

/**
 * Reads the settings of a source from an OpenAPI 3 document, JSON or YAML. References within it are followed, nothing is
 * fetched; what cannot be described here is left out with a warning. Throws `openapi.…`.
 */
export function readOpenApi(document: string): DescribedSettings {
  const root = parsed(document);
  if (!textAt(root, 'openapi').startsWith('3.')) throw new DomainError('invalid-definition', 'openapi.version', '不是 OpenAPI 3 文档 (this is no OpenAPI 3 document)');
  const warnings: string[] = [];
  const reader = new Reader(root, warnings);
  const operations = Object.entries(nodeAt(root, 'paths')).flatMap(([path, item]) => {
    const shared = isNode(item) ? item : {};
    return Object.entries(methods).flatMap(([name, method]) => (isNode(shared[name]) ? reader.operation(path, method, shared, shared[name]) : []));
  });
  warnings.push(...reader.unfollowed);
  const [server] = Array.isArray(root['servers']) ? root['servers'].filter(isNode) : [];
  const baseUrl = server === undefined ? '' : textAt(server, 'url').replace(/\/$/, '');
  const absolute = /^https?:\/\/[^{}]+$/.test(baseUrl);
  if (!absolute) warnings.push('文档未给出完整的服务地址，请填写 baseUrl (it names no full address: fill in baseUrl)');
  return { settings: { ...(absolute ? { baseUrl } : {}), operations }, warnings };
}

function parsed(document: string): Node {
  try {
    const root: unknown = parse(document, { maxAliasCount: 100 });
    if (isNode(root)) return root;
  } catch (cause) {
    throw new DomainError('invalid-definition', 'openapi.syntax', '文档既不是合法的 JSON 也不是 YAML (neither valid JSON nor YAML)', { cause });
  }
  throw new DomainError('invalid-definition', 'openapi.syntax', '文档不是对象 (the document is no object)');
}

/** A value that an operation is given, under the name that the document has for it. */
interface Given {
  readonly wire: string;
  readonly in: string;
  readonly type: Input['type'];
  readonly required: boolean;
  readonly comment: string;
}

interface Answered {
  readonly format: 'json';
  readonly rows: string;
  readonly columns: readonly { readonly name: string; readonly type: Input['type'] | 'json'; readonly path: string; readonly comment: string }[];
}

class Reader {
  readonly #root: Node;
  readonly #warnings: string[];
  readonly #unfollowed = new Set<string>();
  #lookedAt = 0;

  constructor(root: Node, warnings: string[]) {
    this.#root = root;
    this.#warnings = warnings;
  }

  /** What was referred to and not read, each once. */
  get unfollowed(): ReadonlySet<string> {
    return this.#unfollowed;
  }

  operation(path: string, method: string, shared: Node, operation: Node): Node[] {
    const name = (textAt(operation, 'operationId') || `${method}${path}`).replaceAll(/[^\p{L}\p{N}_.-]+/gu, '_').slice(0, 100);
    const answer = this.#answer(operation);
    const taken = new Set((answer?.columns ?? []).map((column) => column.name));
    const parameters = [...this.#parameters(name, shared, operation), ...(method === 'GET' ? [] : this.#bodyParameters(name, operation))].map(({ wire, ...rest }) =>
      taken.has(wire) ? { name: `in_${wire}`, as: wire, ...rest } : { name: wire, ...rest },
    );
    if (answer === undefined) this.#warnings.push(`操作 ${name}：应答没有可读成行的 JSON 描述，只能转发 (its answer is not described as rows of JSON: it can only be relayed)`);
    const body = parameters.some((parameter) => parameter.in === 'body') ? { body: { format: 'json' } } : {};
    return [{ name, title: textAt(operation, 'summary').slice(0, 200), method, path, parameters, ...body, ...(answer === undefined ? {} : { answer }) }];
  }

  #parameters(name: string, shared: Node, operation: Node): Given[] {
    const all = [shared['parameters'], operation['parameters']].flatMap((list) => (Array.isArray(list) ? list : [])).map((each) => this.#resolved(each));
    return all.flatMap((parameter) => {
      const [wire, place] = [textAt(parameter, 'name'), textAt(parameter, 'in')];
      const type = simpleType(this.#resolved(parameter['schema']));
      if (type === undefined || !['path', 'query', 'header'].includes(place)) {
        this.#warnings.push(`操作 ${name}：参数 ${wire} 被略去 (the parameter is left out: ${place === 'cookie' ? 'a cookie' : 'not a simple value'})`);
        return [];
      }
      return [{ wire, in: place, type, required: parameter['required'] === true || place === 'path', comment: textAt(parameter, 'description').slice(0, 500) }];
    });
  }

  #bodyParameters(name: string, operation: Node): Given[] {
    const schema = this.#jsonSchema(this.#resolved(operation['requestBody']));
    const required = schema !== undefined && Array.isArray(schema['required']) ? schema['required'] : [];
    return Object.entries(schema === undefined ? {} : nodeAt(schema, 'properties')).flatMap(([wire, property]) => {
      const resolved = this.#resolved(property);
      const type = simpleType(resolved);
      if (type === undefined) {
        this.#warnings.push(`操作 ${name}：请求体中的 ${wire} 不是简单值，被略去 (not a simple value: left out)`);
        return [];
      }
      return [{ wire, in: 'body', type, required: required.includes(wire), comment: textAt(resolved, 'description').slice(0, 500) }];
    });
  }

  /** The nearest array of objects in the answer as rows; where there is none, the answer itself as one row. */
  #answer(operation: Node): Answered | undefined {
    const responses = nodeAt(operation, 'responses');
    const schema = this.#jsonSchema(this.#resolved(responses['200'] ?? responses['201'] ?? responses['2XX'] ?? responses['default']));
    if (schema === undefined) return undefined;
    const found = this.#rows(schema) ?? { rows: '', item: schema };
    const columns = Object.entries(this.#properties(found.item)).map(([name, property]) => {
      const resolved = this.#resolved(property);
      return { name: name.slice(0, 128), type: simpleType(resolved) ?? ('json' as const), path: `/${escaped(name)}`, comment: textAt(resolved, 'description').slice(0, 500) };
    });
    return columns.length === 0 ? undefined : { format: 'json', rows: found.rows, columns };
  }

  #rows(schema: Node): { readonly rows: string; readonly item: Node } | undefined {
    const seen = new Set<Node>();
    let level: { readonly rows: string; readonly schema: Node }[] = [{ rows: '', schema }];
    for (let depth = 0; depth < DEPTH && level.length > 0; depth += 1) {
      for (const { rows, schema: each } of level) {
        const item = this.#resolved(each['items']);
        if (each['type'] === 'array' && Object.keys(this.#properties(item)).length > 0) return { rows, item };
      }
      level = level.flatMap(({ rows, schema: each }) => {
        if (seen.has(each)) return []; // what lies below it was nearer where it was seen first
        seen.add(each);
        return Object.entries(this.#properties(each)).map(([name, property]) => ({ rows: `${rows}/${escaped(name)}`, schema: this.#resolved(property) }));
      });
    }
    return undefined;
  }

  #properties(schema: Node): Node {
    const parts: readonly unknown[] = Array.isArray(schema['allOf']) ? schema['allOf'] : [];
    const properties: Record<string, unknown> = {};
    for (const held of [...parts.map((part) => nodeAt(this.#resolved(part), 'properties')), nodeAt(schema, 'properties')]) {
      this.#lookedAt += Object.keys(held).length + 1;
      if (this.#lookedAt > MOST_LOOKED_AT) throw tooLarge();
      Object.assign(properties, held);
    }
    return properties;
  }

  #jsonSchema(holder: Node): Node | undefined {
    const content = Object.entries(nodeAt(holder, 'content')).find(([type]) => /^application\/([\w.-]+\+)?json\b/.test(type))?.[1];
    return isNode(content) && content['schema'] !== undefined ? this.#resolved(content['schema']) : undefined;
  }

  /** Follows `#/…` within the document; anything else is nothing. */
  #resolved(value: unknown, depth = 0): Node {
    if (!isNode(value)) return {};
    const { $ref } = value;
    if (typeof $ref !== 'string') return value;
    const steps = depth > DEPTH ? undefined : stepsOf($ref);
    if (steps === undefined) {
      this.#unfollowed.add(`引用 ${$ref.slice(0, 200)} 未被读取 (a reference was not followed)`);
      return {};
    }
    let target: unknown = this.#root;
    for (const step of steps) target = isNode(target) ? target[step] : undefined;
    return this.#resolved(target, depth + 1);
  }
}

/** A JSON Pointer within the document (RFC 6901, 6); undefined for any other reference. */
function stepsOf(reference: string): readonly string[] | undefined {
  if (!reference.startsWith('#/') || reference.length > MOST_OF_REFERENCE) return undefined;
  try {
    return decodeURIComponent(reference.slice(2)).split('/').map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  } catch {
    return undefined; // its percent-encoding is none
  }
}

const tooLarge = (): DomainError =>
  new DomainError('invalid-definition', 'openapi.too-large', '文档中的结构相互引用过多，无法逐一展开，请手工描述所需的操作 (its schemas refer to one another too often to be followed: describe the operations that you need by hand)');

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** Undefined for objects and arrays. OpenAPI 3.1 writes what may be null as a list of types. */
function simpleType(schema: Node): Input['type'] | undefined {
  const types = Array.isArray(schema['type']) ? schema['type'].filter((type) => type !== 'null') : [schema['type']];
  const format = textAt(schema, 'format');
  switch (types[0]) {
    case 'integer':
      return format === 'int32' ? 'integer' : 'bigint';
    case 'number':
      return format === 'float' || format === 'double' ? 'float' : 'decimal';
    case 'boolean':
      return 'boolean';
    case 'string':
      return format === 'date' ? 'date' : format === 'date-time' ? 'timestamptz' : format === 'uuid' ? 'uuid' : 'text';
    default:
      return undefined;
  }
}
