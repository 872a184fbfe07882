import secureJson from 'secure-json-parse';
import { DomainError } from '../kernel/errors.ts';
import { badEncoding, duplicate, gatherParameters, shortened, type KnownNames, type Parameters } from './parameters.ts';
import { bodyTooLarge } from './request-body.ts';

export interface JsonBounds {
  readonly maxBytes: number;
  /** Levels of objects and arrays; a flat object has one. */
  readonly maxDepth: number;
  /** What the text is called in errors; the body where it is absent. */
  readonly name?: string;
}

// A byte order mark is skipped, as RFC 8259, 8.1 allows.
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Parameters from a body that is one flat JSON object. Numbers are taken digit by digit as they were sent, booleans as
 * `true` and `false`; null is a parameter that was not given; an empty body has none.
 *
 * @throws DomainError `malformed-request`, `too-large`, or `invalid-parameter` where a value is an object or array
 */
export function parseJsonBody(body: Buffer, bounds: JsonBounds, known: KnownNames): Parameters {
  if (body.length > bounds.maxBytes) throw bodyTooLarge(bounds.maxBytes);
  const text = decode(body);
  if (text.trim() === '') return new Map();
  const { name: called = '请求体', maxDepth } = bounds;
  const names = namesInJson(text, maxDepth);
  const value = parse(text, called);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new DomainError('malformed-request', 'request.json.not-object', `${called} 必须是一个 JSON 对象 (it must be one JSON object)`);
  }
  const entries = Object.entries(value);
  if (entries.length !== names.length) throw duplicate(nameGivenTwice(names));
  return gatherParameters(
    entries.flatMap(([name, scalar]) => asPair(name, scalar)),
    known,
  );
}

function decode(body: Buffer): string {
  try {
    return utf8.decode(body);
  } catch (error) {
    throw badEncoding(error);
  }
}

function parse(text: string, name: string): unknown {
  try {
    // Keys that would reach a prototype are an error (its default).
    return secureJson.parse(text, exactNumber);
  } catch (error) {
    throw new DomainError('malformed-request', 'request.json.syntax', `${name} 不是合法的 JSON (it is not JSON, or has a forbidden name such as __proto__)`, { cause: error });
  }
}

/** A number as its own digits, since a double would lose some of them. */
const exactNumber = (_name: string, value: unknown, context?: { readonly source?: string }): unknown =>
  typeof value === 'number' ? (context?.source ?? String(value)) : value;

function asPair(name: string, value: unknown): (readonly [string, string])[] {
  if (value === null) return [];
  if (typeof value === 'string') return [[name, value]];
  if (typeof value === 'boolean') return [[name, String(value)]];
  throw new DomainError('invalid-parameter', 'request.parameter.type', `参数 ${shortened(name)} 必须是文本、数字或布尔值 (a parameter must be a text, a number or a boolean)`, {
    details: { name: shortened(name) },
  });
}

/**
 * The names of the outermost object as they stand in the text, quoted: JSON.parse keeps the last of two equal ones and
 * says nothing. Run before JSON.parse, it also keeps depth within its bound.
 */
function namesInJson(text: string, maxDepth: number): string[] {
  const names: string[] = [];
  let depth = 0;
  let string = '';
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charAt(at)) {
      case '"': {
        const end = endOfString(text, at);
        if (depth === 1) string = text.slice(at, end + 1);
        at = end;
        break;
      }
      case '{':
      case '[':
        depth += 1;
        if (depth > maxDepth) throw new DomainError('malformed-request', 'request.json.depth', `JSON 嵌套超过 ${maxDepth} 层 (the JSON is nested too deep)`, { details: { limit: maxDepth } });
        break;
      case '}':
      case ']':
        depth -= 1;
        break;
      case ':':
        if (depth === 1) names.push(string);
        break;
      default:
    }
  }
  return names;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

/** The text has been parsed by now: its names are JSON strings. */
function nameGivenTwice(quoted: readonly string[]): string {
  const names = quoted.map((name) => String(JSON.parse(name)));
  return names.find((name, index) => names.indexOf(name) !== index) ?? '';
}
