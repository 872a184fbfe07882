import { attributeIn, type XmlNode } from '../../codecs/xml-reader.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { Input } from '../http/operation-settings.ts';
import type { Name, Names } from './names.ts';

const xsd = 'http://www.w3.org/2001/XMLSchema';
const DEPTH = 8;
/** Elements that are looked at, over all operations: types may name one another, and a small document reach far. */
const MOST_LOOKED_AT = 200_000;

/** Simple types of XML Schema that are more than text. */
const simpleTypes: Readonly<Record<string, Input['type']>> = {
  int: 'integer', short: 'integer', byte: 'integer', unsignedShort: 'integer', unsignedByte: 'integer',
  long: 'bigint', unsignedInt: 'bigint', integer: 'decimal', nonNegativeInteger: 'decimal', positiveInteger: 'decimal', decimal: 'decimal',
  float: 'float', double: 'float', boolean: 'boolean', date: 'date', time: 'time', dateTime: 'timestamptz',
};

/** Something of a schema, and the schema that it stands in. */
interface Declared {
  readonly node: XmlNode;
  readonly schema: XmlNode;
}

/** An element as a message has it. */
export interface ElementShape extends Name {
  readonly required: boolean;
  readonly repeated: boolean;
  /** Undefined for one that has children. */
  readonly type: Input['type'] | undefined;
  /** The complex type that its children stand in. */
  readonly content: Declared | undefined;
}

interface Rows {
  readonly rows: string;
  readonly columns: readonly { readonly name: string; readonly type: Input['type'] }[];
}

/** The schemas of a WSDL, as far as they stand in it. */
export class Schemas {
  readonly #names: Names;
  readonly #warnings: string[];
  readonly #warned = new Set<string>();
  /** By kind, namespace and name. */
  readonly #declared: ReadonlyMap<string, Declared>;
  /** Children by the complex type that they stand in. */
  readonly #children = new Map<XmlNode, readonly ElementShape[]>();
  #lookedAt = 0;

  constructor(types: readonly XmlNode[], names: Names, warnings: string[]) {
    this.#names = names;
    this.#warnings = warnings;
    const schemas = types.filter((node) => node.name === 'schema' && node.namespace === xsd);
    const all = schemas.flatMap((schema) => schema.children.map((node): Declared => ({ node, schema })));
    this.#declared = new Map(all.toReversed().map((each) => [keyOf(each.node.name, { namespace: targetOf(each.schema), name: attributeIn(each.node, '', 'name') ?? '' }), each]));
    for (const { node } of all) {
      const place = attributeIn(node, '', 'schemaLocation');
      if ((node.name === 'import' || node.name === 'include') && place !== undefined) this.#warn(`未读取引用的文档 ${place} (a document that is referred to was not fetched)`);
    }
  }

  /** A message's element, by a name that stands at a node; undefined where it is not defined here. */
  element(at: XmlNode, qualified: string): ElementShape | undefined {
    const found = this.#find('element', at, qualified);
    return found && this.#shape(found, targetOf(found.schema));
  }

  /** Throws `wsdl.too-large`. */
  childrenOf({ content }: ElementShape): readonly ElementShape[] {
    if (content === undefined) return [];
    const children = this.#children.get(content.node) ?? elementsIn(content.node).flatMap((node) => this.#child({ node, schema: content.schema }) ?? []);
    this.#children.set(content.node, children);
    this.#lookedAt += children.length + 1;
    if (this.#lookedAt > MOST_LOOKED_AT) throw tooLarge();
    return children;
  }

  /** The nearest element that repeats and has simple children, as rows; where none does, that with most of them, as one row. Throws `wsdl.too-large`. */
  rowsOf(root: ElementShape): Rows | undefined {
    const seen = new Set<XmlNode>();
    let most: Rows | undefined;
    let level: { readonly shape: ElementShape; readonly rows: string }[] = [{ shape: root, rows: `/${root.name}` }];
    for (let depth = 0; depth <= DEPTH && level.length > 0; depth += 1) {
      const below: typeof level = [];
      for (const { shape, rows } of level) {
        const children = this.childrenOf(shape);
        const columns = children.filter(isSimple).map(({ name, type = 'text' }) => ({ name, type }));
        if (shape.repeated && columns.length > 0) return { rows, columns };
        if (columns.length > (most?.columns.length ?? 0)) most = { rows, columns };
        if (shape.content === undefined || seen.has(shape.content.node)) continue; // what lies below it was nearer where it was seen first
        seen.add(shape.content.node);
        for (const child of children) if (child.type === undefined) below.push({ shape: child, rows: `${rows}/${child.name}` });
      }
      level = below;
    }
    return most;
  }

  /** One within a type: it says how often it stands there, and is qualified or not. */
  #child({ node, schema }: Declared): ElementShape | undefined {
    const reference = attributeIn(node, '', 'ref');
    const form = attributeIn(node, '', 'form') ?? attributeIn(schema, '', 'elementFormDefault');
    const shape = reference === undefined ? this.#shape({ node, schema }, form === 'qualified' ? targetOf(schema) : '') : this.element(node, reference);
    return shape && { ...shape, required: attributeIn(node, '', 'minOccurs') !== '0', repeated: !['1', '0', undefined].includes(attributeIn(node, '', 'maxOccurs')) };
  }

  #shape({ node, schema }: Declared, namespace: string): ElementShape {
    const own = node.children.find((child) => child.name === 'complexType');
    const content = own === undefined ? this.#complexType(node) : { node: own, schema };
    return { namespace, name: attributeIn(node, '', 'name') ?? '', required: true, repeated: false, type: content === undefined ? this.#simpleType(node) : undefined, content };
  }

  #complexType(node: XmlNode): Declared | undefined {
    const type = attributeIn(node, '', 'type');
    return type === undefined ? undefined : this.#find('complexType', node, type);
  }

  #simpleType(node: XmlNode): Input['type'] {
    const type = attributeIn(node, '', 'type');
    if (type === undefined) return 'text';
    const name = this.#names.at(node, type);
    if (name?.namespace === xsd) return simpleTypes[name.name] ?? 'text';
    if (name !== undefined && !this.#declared.has(keyOf('simpleType', name))) this.#warn(`类型 ${shown(name)} 未在此定义，按文本读取 (the type is not defined here: read as text)`);
    return 'text';
  }

  #find(kind: string, node: XmlNode, qualified: string): Declared | undefined {
    const name = this.#names.at(node, qualified);
    if (name === undefined) this.#warn(`${qualified.slice(0, 200)} 的前缀未声明 (its prefix is not declared)`);
    return name && this.#declared.get(keyOf(kind, name));
  }

  #warn(text: string): void {
    if (this.#warned.has(text)) return;
    this.#warned.add(text);
    this.#warnings.push(text);
  }
}

export const isSimple = ({ type, repeated }: ElementShape): boolean => type !== undefined && !repeated;

const keyOf = (kind: string, { namespace, name }: Name): string => `${kind} {${namespace}}${name}`;
const shown = ({ namespace, name }: Name): string => `{${namespace}}${name}`.slice(0, 300);
const targetOf = (schema: XmlNode): string => attributeIn(schema, '', 'targetNamespace') ?? '';

/** Elements of a type, whatever holds them: sequence, all, choice, extension. */
const elementsIn = (node: XmlNode): readonly XmlNode[] => node.children.flatMap((child) => (child.name === 'element' ? [child] : child.name === 'annotation' ? [] : elementsIn(child)));

const tooLarge = (): DomainError =>
  new DomainError('invalid-definition', 'wsdl.too-large', 'WSDL 中的类型相互引用过多，无法逐一展开，请手工描述所需的操作 (its types refer to one another too often to be followed: describe the operations that you need by hand)');
