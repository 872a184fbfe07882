import { SaxesParser } from 'saxes';

export interface XmlAnswer {
  /** Texts of the root's own elements, `data` aside. */
  readonly head: Readonly<Record<string, string>>;
  /** An element that is absent is absent here too. */
  readonly rows: readonly Readonly<Record<string, string>>[];
}

/** Reads an answer of the XML face with a strict parser, which throws where it is not well-formed. */
export function readXmlAnswer(text: string): XmlAnswer {
  const head: Record<string, string> = {};
  const rows: Record<string, string>[] = [];
  const path: string[] = [];
  let content = '';
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name }) => {
    path.push(name);
    content = '';
    if (path.length === 3 && path[1] === 'data') rows.push({});
  });
  parser.on('text', (piece) => {
    content += piece;
  });
  parser.on('closetag', ({ name }) => {
    const row = rows.at(-1);
    if (path.length === 4 && row !== undefined) row[name] = content;
    if (path.length === 2 && name !== 'data') head[name] = content;
    path.pop();
    content = '';
  });
  parser.write(text).close();
  return { head, rows };
}
