/** An error of a schema's check, as TypeBox gives them. */
interface Fault {
  readonly keyword: string;
  readonly schemaPath: string;
  readonly instancePath: string;
  readonly message: string;
  readonly params: object;
}

const MOST = 20;

/**
 * What does not fit a schema, each once: where, and why; `root` names the whole. At most 20. A pattern tells nobody what
 * to write: where the schema is given, the description of what has it says the rule in words.
 */
export function faultTexts(errors: Iterable<Fault>, root: string, schema?: object): string[] {
  const texts = new Set<string>();
  for (const { keyword, schemaPath, instancePath, message, params } of errors) {
    if (keyword === 'boolean') continue; // "schema is false": said by name where the names are that are not permitted
    const where = instancePath === '' ? root : instancePath.slice(1).replaceAll('/', '.');
    const names = 'additionalProperties' in params && Array.isArray(params.additionalProperties) ? ` (${params.additionalProperties.join(', ')})` : '';
    const rule = keyword === 'pattern' ? descriptionAt(schema, schemaPath) : undefined;
    texts.add(`${where}: ${rule ?? message}${names}`);
    if (texts.size === MOST) break;
  }
  return [...texts];
}

/** @param path as `#/properties/name` */
function descriptionAt(schema: object | undefined, path: string): string | undefined {
  let at: unknown = schema;
  for (const step of path.split('/').slice(1)) at = memberOf(at, step);
  const description = memberOf(at, 'description');
  return typeof description === 'string' ? description : undefined;
}

const memberOf = (value: unknown, name: string): unknown => (typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined);
