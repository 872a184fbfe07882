/** An error of a schema's check, as TypeBox gives them. */
interface Fault {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message: string;
  readonly params: object;
}

const MOST = 20;

/** What does not fit a schema, each once: where, and why; `root` names the whole. At most 20. */
export function faultTexts(errors: Iterable<Fault>, root: string): string[] {
  const texts = new Set<string>();
  for (const { keyword, instancePath, message, params } of errors) {
    if (keyword === 'boolean') continue; // "schema is false": said by name where the names are that are not permitted
    const where = instancePath === '' ? root : instancePath.slice(1).replaceAll('/', '.');
    const names = 'additionalProperties' in params && Array.isArray(params.additionalProperties) ? ` (${params.additionalProperties.join(', ')})` : '';
    texts.add(`${where}: ${message}${names}`);
    if (texts.size === MOST) break;
  }
  return [...texts];
}
