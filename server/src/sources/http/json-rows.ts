import { charsetOf, isReadableEncoding, markedEncoding } from '../../codecs/encodings.ts';
import type { ColumnType } from '../../modules/policy/index.ts';
import { cellOf } from './cells.ts';
import { refusedByUpstream, unreadable } from './errors.ts';
import type { Answer } from './operation-settings.ts';

type Reader = (body: Buffer, contentType: string, columns: readonly string[]) => Iterable<(string | null)[]>;

/** A JSON Pointer (RFC 6901), or a plain name, as steps. */
function stepsOf(pointer: string): readonly string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) return [pointer];
  return pointer.slice(1).split('/').map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Undefined where it leads nowhere. */
function at(value: unknown, steps: readonly string[]): unknown {
  let current = value;
  for (const step of steps) {
    if (typeof current !== 'object' || current === null || current instanceof ExactNumber || !Object.hasOwn(current, step)) return undefined;
    current = Reflect.get(current, step);
  }
  return current;
}

/** Reads answers in JSON. Numbers keep every digit: they never become floating point. */
export function jsonReader({ rows, columns, success }: Answer): Reader {
  const places = new Map(columns.map(({ name, path, type }) => [name, { steps: stepsOf(path ?? name), type }]));
  const toRows = stepsOf(rows);
  const toSuccess = success === undefined ? undefined : { steps: stepsOf(success.path), equals: success.equals };
  return function* read(body, contentType, wanted) {
    const document = parse(body, contentType);
    if (toSuccess !== undefined) {
      const said = textOf(at(document, toSuccess.steps), 'text') ?? '';
      if (!toSuccess.equals.includes(said)) throw refusedByUpstream(body.toString('utf8', 0, 500));
    }
    const found = at(document, toRows);
    if (found === undefined) throw unreadable(new Error(`nothing stands at ${rows}`));
    const list: readonly unknown[] = found === null ? [] : Array.isArray(found) ? found : [found];
    const cells = wanted.map((name) => places.get(name));
    for (const row of list) yield cells.map((cell) => (cell === undefined ? null : textOf(at(row, cell.steps), cell.type)));
  };
}

/** UTF-8 (RFC 8259, 8.1), where nothing says another encoding that is read; of others, such as ISO-8859-1, many say so and send UTF-8. */
function encodingOf(body: Buffer, contentType: string): string {
  const said = markedEncoding(body) ?? charsetOf(contentType) ?? 'utf-8';
  return isReadableEncoding(said) ? said : 'utf-8';
}

function parse(body: Buffer, contentType: string): unknown {
  try {
    return JSON.parse(new TextDecoder(encodingOf(body, contentType), { fatal: true }).decode(body), exactNumbers);
  } catch (cause) {
    throw unreadable(cause);
  }
}

declare global {
  interface JSON {
    /** ECMAScript's "JSON.parse source text access", which Node has and TypeScript's library does not know yet. */
    rawJSON(text: string): unknown;
  }
}

/** A number with every digit that it was sent with. */
class ExactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toJSON(): unknown {
    return JSON.rawJSON(this.text);
  }
}

const exactNumbers = (_key: string, value: unknown, context?: { readonly source?: string }): unknown =>
  typeof value === 'number' && context?.source !== undefined ? new ExactNumber(context.source) : value;

function textOf(value: unknown, type: ColumnType): string | null {
  if (value === null || value === undefined) return null;
  if (type === 'json') return JSON.stringify(value);
  const text = value instanceof ExactNumber ? value.text : typeof value === 'string' ? value : JSON.stringify(value);
  return text === '' && type !== 'text' ? null : cellOf(type, text);
}
