import type { Query } from '../../modules/resources/index.ts';
import { refusedQuery } from './refused.ts';

/** A word of SQL as its dialect's scanner sees it; `glued`: nothing stands between it and the one before. */
export interface Token {
  readonly text: string;
  readonly glued: boolean;
}

type Piece = { readonly sql: string } | { readonly parameter: string };

interface Part {
  readonly optional: boolean;
  readonly pieces: readonly Piece[];
}

export interface Template {
  readonly parts: readonly Part[];
}

const named = /^[a-z_][a-z0-9_]*$/;
const MOST_OPTIONAL = 12;

/** Finds `:name` and `[[ … ]]` in SQL. A scanner cut it, so that nothing is found inside a string or a quoted name. */
export function parseTemplate(tokens: readonly Token[]): Template {
  const parts: { optional: boolean; pieces: Piece[] }[] = [{ optional: false, pieces: [] }];
  let open = false;
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token === undefined) break;
    const next = tokens[at + 1];
    const doubled = next?.glued === true && next.text === token.text;
    if (token.text === '[' && doubled) {
      if (open) throw refusedQuery('query.part', '可选部分 [[ … ]] 不可嵌套 (optional parts do not nest)');
      parts.push({ optional: true, pieces: [] });
    } else if (token.text === ']' && doubled && open) {
      parts.push({ optional: false, pieces: [] });
    } else {
      const parameter = token.text === ':' && next?.glued === true && named.test(next.text) ? next.text : undefined;
      parts.at(-1)?.pieces.push(parameter === undefined ? { sql: token.glued ? token.text : ` ${token.text}` } : { parameter });
      if (parameter !== undefined) at += 1;
      continue;
    }
    open = !open;
    at += 1;
  }
  if (open) throw refusedQuery('query.part', '可选部分 [[ 没有结束的 ]] (an optional part is not closed)');
  if (parts.filter((part) => part.optional).length > MOST_OPTIONAL) throw refusedQuery('query.part', `可选部分至多 ${MOST_OPTIONAL} 个 (too many optional parts)`);
  return { parts };
}

/** The names in a part, each once. */
export const namesIn = ({ pieces }: Part): string[] => [...new Set(pieces.flatMap((piece) => ('parameter' in piece ? [piece.parameter] : [])))];

/** The SQL in which a part stands only when all its parameters are given; `bind` writes where a value goes. */
export function renderTemplate({ parts }: Template, given: (name: string) => boolean, bind: (name: string) => string): string {
  const standing = parts.filter((part) => !part.optional || namesIn(part).every(given));
  const text = standing.map(({ pieces }) => pieces.map((piece) => ('sql' in piece ? piece.sql : ` ${bind(piece.parameter)} `)).join(''));
  return text.join(' ').trim();
}

/** What is declared and what stands in the SQL are the same, and what may be left out stands in optional parts alone. */
export function checkParameters({ parameters }: Query, { parts }: Template): void {
  const declared = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  if (declared.size < parameters.length) throw refusedQuery('query.parameter', '参数名重复 (two parameters have one name)');
  const used = new Set(parts.flatMap(namesIn));
  for (const name of used) if (!declared.has(name)) throw refusedQuery('query.parameter', `参数 :${name} 未声明；若是数组切片，请在冒号后空一格，如 a[1: n] (not declared in parameters; a slice of an array has a blank after its colon)`);
  for (const name of declared.keys()) if (!used.has(name)) throw refusedQuery('query.parameter', `SQL 中没有参数 :${name} (declared, but not in the SQL)`);
  for (const part of parts) {
    const names = namesIn(part);
    if (part.optional && names.length === 0) throw refusedQuery('query.part', '可选部分 [[ … ]] 中没有参数，始终成立，请去掉括号；若是数组，请将方括号隔开，如 ARRAY[ [1], [2] ] (an optional part without a parameter always stands: take its brackets away, or set the brackets of an array apart)');
    const loose = part.optional ? undefined : names.find((name) => declared.get(name)?.required === false);
    if (loose !== undefined) throw refusedQuery('query.parameter', `非必填参数 :${loose} 只能写在可选部分 [[ … ]] 中 (a parameter that is not required stands in optional parts alone)`);
  }
}
