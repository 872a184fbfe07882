import { attributeIn, type XmlNode } from '../../codecs/xml-reader.ts';
import type { Input } from '../http/operation-settings.ts';

const xsd = 'http://www.w3.org/2001/XMLSchema';
const DEPTH = 8;

/** Simple types of XML Schema that are more than text. */
const simpleTypes: Readonly<Record<string, Input['type']>> = {
  int: 'integer', short: 'integer', byte: 'integer', unsignedShort: 'integer', unsignedByte: 'integer',
  long: 'bigint', unsignedInt: 'bigint', integer: 'decimal', nonNegativeInteger: 'decimal', positiveInteger: 'decimal', decimal: 'decimal',
  float: 'float', double: 'float', boolean: 'boolean', date: 'date', time: 'time', dateTime: 'timestamptz',
};

/** An element as a message has it. */
export interface ElementShape {
  readonly name: string;
  readonly namespace: string;
  /** Whether its children stand in its namespace. */
  readonly qualified: boolean;
  readonly required: boolean;
  readonly repeated: boolean;
  /** Undefined for one that has children. */
  readonly type: Input['type'] | undefined;
  readonly children: readonly ElementShape[];
}

interface Rows {
  readonly rows: string;
  readonly columns: readonly { readonly name: string; readonly type: Input['type'] }[];
}

/** The schemas of a WSDL, as far as they stand in it: elements and types by their local names. */
export class Schemas {
  readonly #schemas: readonly XmlNode[];

  constructor(types: readonly XmlNode[], warnings: string[]) {
    this.#schemas = types.filter((node) => node.name === 'schema' && node.namespace === xsd);
    const outside = this.#schemas.flatMap((schema) => schema.children).filter((node) => (node.name === 'import' || node.name === 'include') && attributeIn(node, '', 'schemaLocation') !== undefined);
    for (const node of outside) warnings.push(`未读取引用的文档 ${attributeIn(node, '', 'schemaLocation') ?? ''} (a document that is referred to was not fetched)`);
  }

  element(name: string): ElementShape | undefined {
    for (const schema of this.#schemas) {
      const node = schema.children.find((child) => child.name === 'element' && attributeIn(child, '', 'name') === name);
      if (node !== undefined) return this.#shape(node, schema, 0);
    }
    return undefined;
  }

  /** The first element below one that repeats and has simple children, as rows; where none does, that with most of them, as one row. */
  rowsOf(root: ElementShape): Rows | undefined {
    const places = [...walk(root, '')].filter(({ shape }) => shape.children.some(isSimple));
    const place = places.find(({ shape }) => shape.repeated) ?? places.toSorted((a, b) => b.shape.children.length - a.shape.children.length)[0];
    if (place === undefined) return undefined;
    return { rows: place.path, columns: place.shape.children.filter(isSimple).map(({ name, type = 'text' }) => ({ name, type })) };
  }

  #shape(node: XmlNode, schema: XmlNode, depth: number): ElementShape | undefined {
    const reference = attributeIn(node, '', 'ref');
    const occurs = { required: attributeIn(node, '', 'minOccurs') !== '0', repeated: !['1', '0', undefined].includes(attributeIn(node, '', 'maxOccurs')) };
    if (depth > DEPTH) return undefined;
    if (reference !== undefined) {
      const found = this.element(localOf(reference));
      return found === undefined ? undefined : { ...found, ...occurs };
    }
    const typeName = localOf(attributeIn(node, '', 'type') ?? '');
    const complex = node.children.find((child) => child.name === 'complexType') ?? this.#complexType(typeName);
    const children = complex === undefined ? [] : elementsIn(complex).flatMap((child) => this.#shape(child, schema, depth + 1) ?? []);
    return {
      name: attributeIn(node, '', 'name') ?? '',
      namespace: attributeIn(schema, '', 'targetNamespace') ?? '',
      qualified: attributeIn(schema, '', 'elementFormDefault') === 'qualified',
      ...occurs,
      type: complex === undefined ? (simpleTypes[typeName] ?? 'text') : undefined,
      children,
    };
  }

  #complexType(name: string): XmlNode | undefined {
    return this.#schemas.flatMap((schema) => schema.children).find((child) => child.name === 'complexType' && attributeIn(child, '', 'name') === name);
  }
}

const isSimple = ({ type, repeated }: ElementShape): boolean => type !== undefined && !repeated;
const localOf = (qualified: string): string => qualified.slice(qualified.indexOf(':') + 1);

/** Elements of a type, whatever holds them: sequence, all, choice, extension. */
const elementsIn = (node: XmlNode): readonly XmlNode[] => node.children.flatMap((child) => (child.name === 'element' ? [child] : child.name === 'annotation' ? [] : elementsIn(child)));

function* walk(shape: ElementShape, above: string): Generator<{ readonly shape: ElementShape; readonly path: string }> {
  const path = `${above}/${shape.name}`;
  yield { shape, path };
  for (const child of shape.children) yield* walk(child, path);
}
