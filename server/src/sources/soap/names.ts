import { readXml, type XmlBounds, type XmlNode } from '../../codecs/xml-reader.ts';

/** A name with its namespace; '' where it is in none. */
export interface Name {
  readonly namespace: string;
  readonly name: string;
}

type Prefixes = ReadonlyMap<string, string>;

/** What one element declares, within what those around it do. */
interface Scope {
  readonly own: Prefixes;
  readonly outer: Scope | undefined;
}

/** What names mean that stand as values in a document: their prefixes are those in scope at their element (Namespaces in XML, 6). */
export class Names {
  readonly #scopes = new Map<XmlNode, Scope | undefined>();

  constructor(root: XmlNode, declared: ReadonlyMap<XmlNode, Prefixes>) {
    const open: (readonly [XmlNode, Scope | undefined])[] = [[root, undefined]];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [node, outer] = next;
      const own = declared.get(node);
      const scope = own === undefined ? outer : { own, outer };
      this.#scopes.set(node, scope);
      for (const child of node.children) open.push([child, scope]);
    }
  }

  /** Undefined where its prefix is not declared. */
  at(node: XmlNode, qualified: string): Name | undefined {
    const colon = qualified.indexOf(':');
    const prefix = colon < 0 ? '' : qualified.slice(0, colon);
    let scope = this.#scopes.get(node);
    while (scope !== undefined && !scope.own.has(prefix)) scope = scope.outer;
    const namespace = scope?.own.get(prefix) ?? (prefix === '' ? '' : undefined);
    return namespace === undefined ? undefined : { namespace, name: qualified.slice(colon + 1) };
  }
}

/** Throws as `readXml`. */
export function readNamed(document: string, bounds: XmlBounds): { readonly root: XmlNode; readonly names: Names } {
  const declared = new Map<XmlNode, Prefixes>();
  const root = readXml(document, bounds, (node, prefixes) => declared.set(node, prefixes));
  return { root, names: new Names(root, declared) };
}
