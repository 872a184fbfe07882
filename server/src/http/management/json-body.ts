import type { FastifyInstance } from 'fastify';
import secureJson from 'secure-json-parse';
import { DomainError } from '../../kernel/errors.ts';

/** Levels of objects and arrays. Whatever is declared has fewer; what follows a value into its depth has a stack. */
const MOST_LEVELS = 64;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads JSON bodies, and no others, in place of the framework's own parser, which bounds no depth and mends broken UTF-8 in silence. */
export function readJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) => parse(body));
}

/** Throws `request.json.depth`, or `request.malformed` for what is no JSON or names an object's prototype. */
function parse(body: Buffer): unknown {
  try {
    const text = utf8.decode(body);
    assertDepth(text);
    return secureJson.parse(text);
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw new DomainError('malformed-request', 'request.malformed', '请求体不是 UTF-8 编码的合法 JSON (the body is no JSON in UTF-8, or has a forbidden name such as __proto__)', { cause: error });
  }
}

/** By counting brackets outside of strings, before anything is built. */
function assertDepth(text: string): void {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at);
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    if (depth > MOST_LEVELS) throw new DomainError('malformed-request', 'request.json.depth', `JSON 嵌套超过 ${MOST_LEVELS} 层 (the JSON is nested too deep)`, { details: { limit: MOST_LEVELS } });
  }
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
