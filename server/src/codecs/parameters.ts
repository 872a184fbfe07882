import { DomainError } from '../kernel/errors.ts';

/** Parameters of a call by name: a Map, so that a name such as `__proto__` is a name like any other. */
export type Parameters = ReadonlyMap<string, string>;

/** The names that a product knows, by their lower-case form: names are read in any case (decision 1). */
export type KnownNames = ReadonlyMap<string, string>;

const made = new WeakMap<readonly string[], WeakMap<readonly string[], KnownNames>>();
const nothing: readonly string[] = [];

/** The names that a face has itself, and those of a product. Both arrays come again with every call: what was made of them is kept by them. */
export function knownNames(own: readonly string[], names: readonly string[] = nothing): KnownNames {
  const found = made.get(own)?.get(names);
  if (found !== undefined) return found;
  const known = new Map([...own, ...names].map((name) => [name.toLowerCase(), name]));
  made.set(own, (made.get(own) ?? new WeakMap<readonly string[], KnownNames>()).set(names, known));
  return known;
}

/**
 * Gathers parameters. A known name is given back as the product spells it, any other as it was sent.
 *
 * @throws DomainError `malformed-request`: a name given twice in whatever case, or text that is not Unicode or has NUL
 */
export function gatherParameters(pairs: Iterable<readonly [name: string, value: string]>, known: KnownNames): Parameters {
  const parameters = new Map<string, string>();
  const seen = new Set<string>();
  for (const [name, value] of pairs) {
    checkText(name);
    checkText(value);
    const key = name.toLowerCase();
    if (seen.has(key)) throw duplicate(name);
    seen.add(key);
    parameters.set(known.get(key) ?? name, value);
  }
  return parameters;
}

/** Parameters of query and body together; one that stands in both is a duplicate. */
export const mergeParameters = (query: Parameters, body: Parameters, known: KnownNames): Parameters =>
  body.size === 0 ? query : gatherParameters([...query, ...body], known);

export const duplicate = (name: string): DomainError =>
  new DomainError('malformed-request', 'request.parameter.duplicate', `参数 ${shortened(name)} 重复：每个参数只能给出一次 (parameter given twice: give each one once)`, {
    details: { name: shortened(name) },
  });

/** A caller's own words in a message: never longer than this. */
export const shortened = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

export const badEncoding = (cause?: unknown): DomainError =>
  new DomainError('malformed-request', 'request.encoding', '参数编码错误：请使用 UTF-8 和百分号编码 (the request is not valid UTF-8 or percent-encoding: encode it so)', { cause });

/** PostgreSQL's text cannot hold NUL, and a lone surrogate is no character. */
function checkText(text: string): void {
  if (text.includes('\0') || !text.isWellFormed()) throw badEncoding();
}
