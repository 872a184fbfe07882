import type { ExternSource } from '@lingqu/extern';
import type { TObject } from 'typebox';
import { DomainError, reasonOf } from '../../kernel/errors.ts';
import type { SourceConnections, SourceType } from '../../modules/resources/index.ts';
import { openExtern } from './connection.ts';

/**
 * The source types that the configuration file names, each the default export of a package or file. They run in the
 * node's own process, with its rights: only who may write its configuration may name them.
 */
export class Externs {
  readonly #connections: SourceConnections;
  readonly #added = new Set<string>();

  constructor(connections: SourceConnections) {
    this.#connections = connections;
  }

  /**
   * Adds those that are not there yet; code that was loaded does not change while the node runs.
   * Throws `settings.extern`, naming what is named wrongly and why, and then adds none.
   */
  async add(specifiers: readonly string[]): Promise<void> {
    const missing = [...new Set(specifiers)].filter((specifier) => !this.#added.has(specifier));
    const types: SourceType[] = [];
    for (const specifier of missing) {
      const type = typeOf(specifier, await exported(specifier));
      const isTaken = [...this.#connections.types, ...types.map((each) => each.type)].includes(type.type);
      if (isTaken) throw fault(specifier, `已有类型 ${type.type} (there is a type of that name already)`);
      types.push(type);
    }
    this.#connections.add(types);
    for (const specifier of missing) this.#added.add(specifier);
  }
}

async function exported(specifier: string): Promise<unknown> {
  try {
    const module: { default?: unknown } = await import(specifier);
    return module.default;
  } catch (error) {
    throw fault(specifier, `无法载入：${reasonOf(error)} (it cannot be imported)`, error);
  }
}

/** What is wrong with a default export, the first thing only; null when it is a source type. */
function misfit(given: unknown): string | null {
  if (!isRecord(given)) return '没有默认导出的对象 (it exports no object by default)';
  const { type, schema, secrets, open } = given;
  if (typeof type !== 'string' || !/^[a-z][a-z0-9-]{0,39}$/.test(type)) return 'type 须为小写字母、数字和连接号，以字母开头，至多 40 个字符 (type is lower-case letters, digits and hyphens, a letter first, at most 40)';
  if (!isRecord(schema) || schema['type'] !== 'object' || !isRecord(schema['properties'])) return 'schema 须为描述对象的 JSON Schema，含 properties (schema is a JSON Schema of an object, with properties)';
  const names = Object.keys(schema['properties']);
  if (!Array.isArray(secrets) || !secrets.every((name) => typeof name === 'string' && names.includes(name))) return 'secrets 须为 schema.properties 中名称的数组 (secrets is an array of names in schema.properties)';
  return typeof open === 'function' ? null : 'open 须为函数 (open is a function)';
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isExtern = (given: unknown): given is ExternSource => misfit(given) === null;
/** A plain JSON Schema checks as one of TypeBox's does. */
const isObjectSchema = (schema: object): schema is TObject => 'properties' in schema;

function typeOf(specifier: string, given: unknown): SourceType {
  if (!isExtern(given) || !isObjectSchema(given.schema)) throw fault(specifier, misfit(given) ?? '');
  const { type, schema, secrets } = given;
  return { type, schema, secrets, open: (settings) => openExtern(given, settings) };
}

const fault = (specifier: string, why: string, cause?: unknown): DomainError =>
  new DomainError('invalid-definition', 'settings.extern', `配置文件中的扩展 ${specifier} 有误：${why} (externs: this one is wrong)`, { cause });
