import { attributeIn, type XmlNode } from '../../codecs/xml-reader.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { DescribedSettings } from '../../modules/resources/index.ts';
import { readNamed } from './names.ts';
import { isSimple, Schemas, type ElementShape } from './wsdl-schemas.ts';

const wsdl = 'http://schemas.xmlsoap.org/wsdl/';
const bindings = { 'http://schemas.xmlsoap.org/wsdl/soap/': '1.1', 'http://schemas.xmlsoap.org/wsdl/soap12/': '1.2' } as const;
const bounds = { maxDepth: 64, maxElements: 50_000, maxAttributes: 100, maxText: 100_000 };

/**
 * Reads the settings of a source from a WSDL 1.1 document (document/literal). Nothing that it refers to is fetched: what
 * stands in other documents is left out with a warning. Throws `wsdl.…`.
 */
export function readWsdl(document: string): DescribedSettings {
  const { root, names } = readNamed(document, bounds);
  if (root.name !== 'definitions' || root.namespace !== wsdl) throw new DomainError('invalid-definition', 'wsdl.none', '不是 WSDL 1.1 文档 (this is no WSDL 1.1 document)');
  const warnings: string[] = [];
  const port = portOf(root);
  const schemas = new Schemas(children(root, 'types').flatMap((types) => types.children), names, warnings);
  const binding = byName(root, 'binding').get(port.binding);
  const portType = binding && byName(root, 'portType').get(local(attribute(binding, 'type')));
  if (binding === undefined || portType === undefined) throw new DomainError('invalid-definition', 'wsdl.binding', 'WSDL 中缺少绑定或端口类型的定义，被引用的文档不会被读取 (its binding or port type stands in another document, which is not fetched)');
  const abstract: Abstract = { operations: byName(portType, 'operation'), parts: partsOf(root), schemas, warnings };
  const style = soapChild(binding, 'binding');
  const operations = children(binding, 'operation').flatMap((operation) => {
    const name = attribute(operation, 'name');
    const detail = soapChild(operation, 'operation');
    if ((attributeOrNone(detail, 'style') ?? attributeOrNone(style, 'style') ?? 'document') !== 'document') {
      warnings.push(`操作 ${name}：rpc 风格不支持 (the rpc style is not read)`);
      return [];
    }
    const described = operationOf(abstract, name);
    return described === undefined ? [] : [{ ...described, soapAction: attributeOrNone(detail, 'soapAction') ?? '' }];
  });
  return { settings: { ...(port.address === '' ? {} : { baseUrl: port.address }), version: port.version, operations }, warnings };
}

interface Port {
  readonly binding: string;
  readonly address: string;
  readonly version: '1.1' | '1.2';
}

/** The first port over SOAP; one of SOAP 1.1 where there is one, as most services have both. */
function portOf(root: XmlNode): Port {
  const ports = children(root, 'service')
    .flatMap((service) => children(service, 'port'))
    .flatMap((port): Port[] => {
      const address = port.children.find((child) => child.name === 'address' && child.namespace in bindings);
      const version = address === undefined ? undefined : Object.entries(bindings).find(([namespace]) => namespace === address.namespace)?.[1];
      return address === undefined || version === undefined ? [] : [{ binding: local(attribute(port, 'binding')), address: attribute(address, 'location'), version }];
    });
  const port = ports.find(({ version }) => version === '1.1') ?? ports[0];
  if (port === undefined) throw new DomainError('invalid-definition', 'wsdl.port', 'WSDL 中没有 SOAP 端口 (it has no port over SOAP)');
  return port;
}

/** What a binding's operations are looked up in. */
interface Abstract {
  readonly operations: ReadonlyMap<string, XmlNode>;
  /** By message, the part that is an element. */
  readonly parts: ReadonlyMap<string, XmlNode>;
  readonly schemas: Schemas;
  readonly warnings: string[];
}

function operationOf({ operations, parts, schemas, warnings }: Abstract, name: string): Record<string, unknown> | undefined {
  const operation = operations.get(name);
  const shapeOf = (way: 'input' | 'output'): ElementShape | undefined => {
    const message = operation && children(operation, way)[0];
    const part = message && parts.get(local(attribute(message, 'message')));
    return part === undefined ? undefined : schemas.element(part, attribute(part, 'element'));
  };
  const request = shapeOf('input');
  if (request === undefined) {
    warnings.push(`操作 ${name}：找不到请求元素的定义 (the element of its request is not defined here)`);
    return undefined;
  }
  const given = schemas.childrenOf(request);
  const simple = given.filter(isSimple);
  const qualified = simple.every(({ namespace }) => namespace === request.namespace);
  if (!qualified && simple.some(({ namespace }) => namespace !== '')) {
    warnings.push(`操作 ${name}：参数元素分属多个命名空间，不支持 (its parameters stand in several namespaces: it cannot be called)`);
    return undefined;
  }
  if (simple.length < given.length) warnings.push(`操作 ${name}：嵌套或重复的参数被略去 (nested and repeated parameters are left out)`);
  const response = shapeOf('output');
  const answer = response && schemas.rowsOf(response);
  if (answer === undefined) warnings.push(`操作 ${name}：应答中没有可读成行的元素，只能转发 (its answer has nothing that could be rows: it can only be relayed)`);
  const taken = new Set((answer?.columns ?? []).map((column) => column.name));
  return {
    name,
    element: request.name,
    namespace: request.namespace,
    qualified,
    parameters: simple.map((child) => ({ ...(taken.has(child.name) ? { name: `in_${child.name}`, as: child.name } : { name: child.name }), type: child.type, required: child.required })),
    ...(answer === undefined ? {} : { answer }),
  };
}

const children = (node: XmlNode, name: string): readonly XmlNode[] => node.children.filter((child) => child.name === name && child.namespace === wsdl);
const partsOf = (root: XmlNode): ReadonlyMap<string, XmlNode> =>
  new Map([...byName(root, 'message')].flatMap(([name, message]) => message.children.filter((part) => attributeOrNone(part, 'element') !== undefined).slice(0, 1).map((part) => [name, part] as const)));

/** The first of each name: those of a document are in one namespace, its own. */
const byName = (node: XmlNode, kind: string): ReadonlyMap<string, XmlNode> => new Map(children(node, kind).toReversed().map((each) => [attribute(each, 'name'), each]));
const soapChild = (node: XmlNode, name: string): XmlNode | undefined => node.children.find((child) => child.name === name && child.namespace in bindings);
const attribute = (node: XmlNode, name: string): string => attributeIn(node, '', name) ?? '';
const attributeOrNone = (node: XmlNode | undefined, name: string): string | undefined => (node === undefined ? undefined : attributeIn(node, '', name));
const local = (qualified: string): string => qualified.slice(qualified.indexOf(':') + 1);
