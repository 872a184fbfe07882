import ts from 'typescript';

/** What declares a test or a suite: `test(…)`, `it.skip(…)`, `t.test(…)`. */
const declarers = new Set(['test', 'it', 'describe', 'suite']);

export interface Title {
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
}

/** The titles of the tests and suites that a source text declares, as far as they are literal. */
export function titlesIn(source: string): Title[] {
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true);
  const titles: Title[] = [];
  const visit = (node: ts.Node): void => {
    const text = ts.isCallExpression(node) && declaresTest(node.expression) ? literalText(node.arguments[0]) : undefined;
    if (text !== undefined) titles.push({ text, line: lineOf(node, file) });
    ts.forEachChild(node, visit);
  };
  visit(file);
  return titles;
}

function declaresTest(callee: ts.Expression): boolean {
  if (ts.isIdentifier(callee)) return declarers.has(callee.text);
  if (!ts.isPropertyAccessExpression(callee)) return false;
  return declarers.has(callee.name.text) || declaresTest(callee.expression);
}

/** The literal pieces of a string or a template, in their order. */
function literalText(title: ts.Expression | undefined): string | undefined {
  if (title === undefined) return undefined;
  if (ts.isStringLiteralLike(title)) return title.text;
  if (ts.isTemplateExpression(title)) return title.head.text + title.templateSpans.map((span) => `…${span.literal.text}`).join('');
  return undefined;
}

function lineOf(node: ts.Node, file: ts.SourceFile): number {
  return file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
}
