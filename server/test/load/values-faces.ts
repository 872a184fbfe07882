import { Readable } from 'node:stream';
import { SaxesParser } from 'saxes';
import { decodeAgr } from '../../../client/src/index.ts';
import { agrQuery, agrUrl } from '../support/agr.ts';
import type { StartedNode } from '../support/node.ts';
import { envelope, typeOf, type Version } from '../support/soap.ts';
import { Ledger } from './values-ledger.ts';
import { fields } from './values-table.ts';

/** Whom the product was granted to, and where. */
export interface ValuesCaller {
  readonly node: StartedNode;
  readonly code: string;
  readonly appkey: string;
}

interface Asked {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Posted where it is given. */
  readonly body?: string;
}

/** An answer's text, piece by piece; one that is cut throws. */
async function* textOf({ node, appkey }: ValuesCaller, { path, headers = {}, body }: Asked): AsyncGenerator<string> {
  const response = await fetch(`${node.dataUrl}${path}`, { headers: { appkey, ...headers }, ...(body === undefined ? {} : { method: 'POST', body }) });
  if (response.status !== 200 || response.body === null) throw new TypeError(`${path}: ${response.status} ${await response.text()}`);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of response.body) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

/** What stands between separators, and at last what is left. */
async function* piecesOf(texts: AsyncIterable<string>, separator: RegExp): AsyncGenerator<string> {
  let rest = '';
  for await (const text of texts) {
    const pieces = (rest + text).split(separator);
    rest = pieces.pop() ?? '';
    yield* pieces;
  }
  yield rest;
}

export async function readCsv(caller: ValuesCaller): Promise<Ledger> {
  const ledger = new Ledger();
  for await (const line of piecesOf(textOf(caller, { path: `/gov/v1/${caller.code}`, headers: { accept: 'text/csv' } }), /\r\n/)) if (line !== '') ledger.add(line);
  return ledger;
}

/** The tokens of a row as they stand, each digit of its numbers; escapes in texts are read. */
function tokensOf(object: string): string {
  const row: Readonly<Record<string, unknown>> = JSON.parse(object, (_key, value: unknown, context?: { readonly source?: string }) => {
    if (typeof value === 'number') return context?.source;
    return typeof value === 'object' && value !== null ? value : JSON.stringify(value);
  });
  if (Object.keys(row).join() !== fields.map(({ name }) => name).join()) throw new TypeError(`a row of ${Object.keys(row).join()}`);
  return Object.values(row).join(',');
}

/** The objects stand in `"data":[{…},{…}]`, and none of ours holds `},{` in a text. */
async function addJson(ledger: Ledger, texts: AsyncIterable<string>): Promise<void> {
  let piece: string | undefined;
  for await (const next of piecesOf(texts, /\},\s*\{/)) {
    if (piece !== undefined) ledger.add(tokensOf(`{${piece}}`));
    piece = piece === undefined ? next.replace(/^.*?"data":\s*\[\s*\{/s, '') : next;
  }
  const last = /^(.*)\}\s*\]/s.exec(piece ?? '')?.[1];
  if (last === undefined) throw new TypeError(`it ends in ${piece?.slice(-200)}`);
  ledger.add(tokensOf(`{${last}}`));
}

export async function readJson(caller: ValuesCaller, face: 'sea' | 'gov'): Promise<Ledger> {
  const ledger = new Ledger();
  const path = face === 'sea' ? `/szsea/api/sharing/${caller.code}?appkey=${caller.appkey}` : `/gov/v1/${caller.code}`;
  await addJson(ledger, textOf(caller, { path, headers: { accept: 'application/json' } }));
  return ledger;
}

/** All rows of AGR in as many answers as their size asks for: each is sealed as a whole. */
export async function readAgr(caller: ValuesCaller, rows: number, size: number): Promise<Ledger> {
  const ledger = new Ledger();
  for (let from = 1; from <= rows; from += size) {
    const query = agrQuery(caller.code, caller.appkey, { from: String(from), to: String(from + size - 1) });
    const answer = await (await fetch(agrUrl(caller.node, query))).text();
    await addJson(ledger, Readable.from([decodeAgr(answer)]));
  }
  return ledger;
}

/** Rows of XML: the children of `data`, each with a child a field. What is absent is NULL, and so is what says that it is nil. */
class XmlRows {
  readonly #ledger: Ledger;
  readonly #parser = new SaxesParser();
  readonly #path: string[] = [];
  #cells = new Map<string, string | null>();
  #text = '';

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    const local = (name: string): string => name.slice(name.indexOf(':') + 1);
    this.#parser.on('error', (error) => {
      throw error;
    });
    this.#parser.on('opentag', ({ name, attributes }) => {
      this.#path.push(local(name));
      this.#text = '';
      if (this.#depth === 1) this.#cells = new Map();
      if (this.#depth === 2) this.#cells.set(local(name), Object.entries(attributes).some(([key, value]) => local(key) === 'nil' && value === 'true') ? null : '');
    });
    this.#parser.on('text', (piece) => {
      this.#text += piece;
    });
    this.#parser.on('closetag', ({ name }) => {
      if (this.#depth === 2 && this.#cells.get(local(name)) !== null) this.#cells.set(local(name), this.#text);
      if (this.#depth === 1) this.#ledger.add(JSON.stringify(fields.map((field) => this.#cells.get(field.name) ?? null)));
      this.#path.pop();
    });
  }

  /** 1 for a row, 2 for a cell. */
  get #depth(): number {
    const data = this.#path.indexOf('data');
    return data < 0 ? 0 : this.#path.length - data - 1;
  }

  async read(texts: AsyncIterable<string>): Promise<void> {
    for await (const text of texts) this.#parser.write(text);
    this.#parser.close();
  }
}

export async function readXml(caller: ValuesCaller, how: 'rest' | Version): Promise<Ledger> {
  const ledger = new Ledger();
  const path = `/gov/v1/${caller.code}`;
  const asked = how === 'rest' ? { path, headers: { accept: 'application/xml' } } : { path, headers: { 'content-type': typeOf[how] }, body: envelope(how, caller.code, '') };
  await new XmlRows(ledger).read(textOf(caller, asked));
  return ledger;
}
