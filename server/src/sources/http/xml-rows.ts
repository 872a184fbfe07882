import { charsetOf } from '../../codecs/encodings.ts';
import { attributeIn, decodeXml, readXml, type XmlNode } from '../../codecs/xml-reader.ts';
import { schemaInstance } from '../../codecs/soap.ts';
import { cellOf } from './cells.ts';
import { refusedByUpstream, unreadable } from './errors.ts';
import type { Answer } from './operation-settings.ts';

type Reader = (body: Buffer, contentType: string, columns: readonly string[]) => Iterable<(string | null)[]>;

const bounds = { maxDepth: 64, maxElements: 2_000_000, maxAttributes: 100, maxText: 4 * 1024 * 1024 };

/** The root element of an answer in XML. Throws `upstream.unreadable`. */
export function xmlRoot(body: Buffer, contentType: string): XmlNode {
  try {
    return readXml(decodeXml(body, charsetOf(contentType)), bounds);
  } catch (cause) {
    throw unreadable(cause);
  }
}

const stepsOf = (path: string): readonly string[] => path.split('/').filter((step) => step !== '');

/** Elements are found by their names alone: prefixes and namespaces of an answer are its sender's business. */
function nodesAt(nodes: readonly XmlNode[], steps: readonly string[]): readonly XmlNode[] {
  return steps.reduce<readonly XmlNode[]>((found, step) => found.flatMap((node) => node.children.filter((child) => child.name === step)), nodes);
}

/** Reads rows below an element; its own name is the first step of `rows`. */
export function xmlRows({ rows, columns, success }: Answer): (root: XmlNode, wanted: readonly string[]) => Iterable<(string | null)[]> {
  const [rootName, ...toRows] = stepsOf(rows);
  const toSuccess = success === undefined ? undefined : { steps: stepsOf(success.path), equals: success.equals };
  const places = new Map(columns.map(({ name, path, type }) => [name, { steps: stepsOf(path ?? name), type }]));
  return function* read(root, wanted) {
    if (toSuccess !== undefined) {
      const said = textAt(root, toSuccess.steps[0] === root.name ? toSuccess.steps.slice(1) : toSuccess.steps) ?? '';
      if (!toSuccess.equals.includes(said)) throw refusedByUpstream(said);
    }
    if (rootName !== undefined && root.name !== rootName) throw unreadable(new Error(`the root is ${root.name}, not ${rootName}`));
    const cells = wanted.map((name) => places.get(name));
    for (const row of nodesAt([root], toRows)) {
      yield cells.map((cell) => {
        const text = cell === undefined ? null : textAt(row, cell.steps);
        return cell === undefined || text === null || (text.trim() === '' && cell.type !== 'text') ? null : cellOf(cell.type, cell.type === 'text' ? text : text.trim());
      });
    }
  };
}

/** The text of the first element at a path, or of an attribute (`@name` as its last step); null where there is none, or it is nil. */
function textAt(node: XmlNode, steps: readonly string[]): string | null {
  const last = steps.at(-1);
  if (last?.startsWith('@') === true) {
    const [holder] = nodesAt([node], steps.slice(0, -1));
    return holder?.attributes.find(({ name }) => name === last.slice(1))?.value ?? null;
  }
  const [found] = nodesAt([node], steps);
  if (found === undefined) return null;
  const nil = attributeIn(found, schemaInstance, 'nil');
  return nil === 'true' || nil === '1' ? null : found.text;
}

export function xmlReader(answer: Answer): Reader {
  const read = xmlRows(answer);
  return (body, contentType, wanted) => read(xmlRoot(body, contentType), wanted);
}
