import { SaxesParser } from 'saxes';
import { DomainError } from '../../../kernel/errors.ts';
import { fault } from '../table-file.ts';
import { damaged } from './package.ts';

const MAX_DEPTH = 100;
/** Bytes of one tag with its attributes, or of one run of text; the format allows 32,767 characters. */
const MAX_PIECE = 1_000_000;

export type Attributes = Readonly<Record<string, string>>;

/** What makes something of the elements of a part; names come without the prefix of the root's namespace. */
export interface XmlReader<T> {
  open(name: string, attributes: Attributes): void;
  text(text: string): void;
  close(name: string): void;
  /** What has been read whole since it was last asked. */
  take(): readonly T[];
}

/** Reads a part of the package in constant memory: no DTDs, thus no entities beside XML's own five. */
export async function* readXml<T>(part: string, bytes: AsyncIterable<Buffer>, reader: XmlReader<T>): AsyncGenerator<T> {
  const parser = new PartParser(part, reader);
  for await (const chunk of bytes) {
    parser.write(chunk);
    yield* reader.take();
  }
  parser.end();
  yield* reader.take();
}

/** A parser that bounds depth and the size of a piece, since saxes bounds neither. */
class PartParser {
  readonly #parser = new SaxesParser({ xmlns: false, position: false });
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  readonly #part: string;
  #prefix: string | undefined;
  #depth = 0;
  /** Bytes since the last event. */
  #pending = 0;

  constructor(part: string, reader: XmlReader<unknown>) {
    this.#part = part;
    this.#parser.on('doctype', () => {
      throw fault('xlsx.dtd', `${part} 含 DTD 声明，已拒绝 (the part declares a DTD)`);
    });
    this.#parser.on('opentag', ({ name, attributes }) => {
      this.#pending = 0;
      this.#prefix ??= prefixOf(name);
      this.#depth += 1;
      if (this.#depth > MAX_DEPTH) throw damaged(`${part} 嵌套过深 (it is nested too deep)`);
      reader.open(this.#local(name), attributes);
    });
    this.#parser.on('closetag', ({ name }) => {
      this.#pending = 0;
      this.#depth -= 1;
      reader.close(this.#local(name));
    });
    const text = (piece: string): void => {
      this.#pending = 0;
      reader.text(piece);
    };
    this.#parser.on('text', text);
    this.#parser.on('cdata', text);
  }

  write(chunk: Buffer): void {
    this.#pending += chunk.length;
    this.#guarded(() => this.#parser.write(this.#decoder.decode(chunk, { stream: true })));
    if (this.#pending > MAX_PIECE) throw damaged(`${this.#part} 中有过长的内容 (a piece of it is too long)`);
  }

  end(): void {
    this.#guarded(() => this.#parser.write(this.#decoder.decode()).close());
  }

  /** Elements of other namespaces get a name that no reader knows. */
  #local(name: string): string {
    const prefix = this.#prefix ?? '';
    if (prefixOf(name) !== prefix) return '';
    return prefix === '' ? name : name.slice(prefix.length);
  }

  #guarded(step: () => unknown): void {
    try {
      step();
    } catch (error) {
      throw error instanceof DomainError ? error : damaged(`${this.#part} 不是合法的 UTF-8 编码的 XML (it is not well-formed XML in UTF-8)`, error);
    }
  }
}

/** With its colon. */
const prefixOf = (name: string): string => name.slice(0, name.indexOf(':') + 1);
