import { LRUCache } from 'lru-cache';
import { refusedQuery } from '../../sql-template/refused.ts';
import { parseTemplate, type Template, type Token } from '../../sql-template/template.ts';

const templates = new LRUCache<string, Template>({ max: 500 });

/** The template of a query's SQL. */
export function templateOf(sql: string): Template {
  const known = templates.get(sql);
  if (known !== undefined) return known;
  const tokens = tokensOf(sql);
  if (tokens.some(({ text }) => text === '?')) throw refusedQuery('query.positional', '参数请按名称写作 :name (parameters stand by name: write :name)');
  const made = parseTemplate(tokens);
  templates.set(sql, made);
  return made;
}

/** What may stand in SQL, tried in this order; a string without a backslash means the same under every sql_mode. */
const forms = [
  /'(?:[^'\\]|'')*'/uy,
  /`(?:[^`]|``)+`/uy,
  /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\p{L}\p{N}_$])/uy,
  /[\p{L}_$][\p{L}\p{N}_$]*/uy,
  /<=>|->>|<>|!=|<=|>=|<<|>>|&&|\|\||->|[-+*/%=<>!&|^~(),.[\]:?]/uy,
];

const refusals: readonly (readonly [RegExp, string, string])[] = [
  [/--|#|\/\*/y, 'query.comment', 'SQL 中不可有注释，减号请分开写 (no comments; write two minus signs apart)'],
  [/;/y, 'query.statements', 'SQL 只可有一条语句，不写分号 (one statement, without a semicolon)'],
  [/@|:=/y, 'query.not-allowed', 'SQL 中不可使用变量 (no variables)'],
  [/"/y, 'query.syntax', '文本请用单引号，名称请用反引号 (texts in single quotes, names in backticks)'],
];

/** A name without its quotes. */
export const plainName = (text: string): string => (text.startsWith('`') ? text.slice(1, -1).replaceAll('``', '`') : text);

/** Cuts SQL as MySQL and MariaDB do; what is not certain to be cut so is refused. Throws `query.…`. */
export function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  let glued = false;
  for (let at = 0; at < sql.length; ) {
    const blank = matchAt(/[ \t\r\n]+/y, sql, at);
    if (blank !== undefined) {
      at += blank.length;
      glued = false;
      continue;
    }
    const text = tokenAt(sql, at);
    tokens.push({ text, glued });
    at += text.length;
    glued = true;
  }
  return tokens;
}

function tokenAt(sql: string, at: number): string {
  for (const [pattern, code, message] of refusals) if (matchAt(pattern, sql, at) !== undefined) throw refusedQuery(code, message);
  for (const form of forms) {
    const text = matchAt(form, sql, at);
    if (text !== undefined) return text;
  }
  throw refusedQuery('query.syntax', `SQL 自“${sql.slice(at, at + 20)}”起无法理解；文本中不可有反斜杠 (not understood from here on; a text may hold no backslash)`);
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
