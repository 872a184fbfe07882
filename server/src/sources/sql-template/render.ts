import { DomainError } from '../../kernel/errors.ts';
import type { Literal } from '../../modules/policy/index.ts';
import type { Query } from '../../modules/resources/index.ts';
import { renderTemplate, type Template } from './template.ts';

type Inputs = Readonly<Record<string, Literal>>;

/** A query's SQL with the parts whose parameters are given; `bind` writes a value's place wherever its parameter stands. */
export function renderQuery(template: Template, inputs: Inputs, bind: (name: string, value: Literal) => string): string {
  return renderTemplate(template, (name) => inputs[name] !== undefined, (name) => {
    const value = inputs[name];
    if (value === undefined) throw new DomainError('missing-parameter', 'query.parameter.missing', `缺少参数 ${name} (the query needs it)`, { details: { parameter: name } });
    return bind(name, value);
  });
}

/**
 * A query in the place of a table. Small groups are left out inside, so that the conditions, masks and totals outside
 * see none of them; a count that is NULL is a small one.
 */
export function derivedTable(text: string, { minimumGroup }: Query, quote: (name: string) => string): string {
  return minimumGroup === undefined ? `(${text})` : `(SELECT * FROM (${text}) q WHERE q.${quote(minimumGroup.column)} >= ${minimumGroup.k})`;
}

/** What each parameter is, when only its place matters and not its value. */
export const placeholders = ({ parameters }: Query, given: ReadonlySet<string>): Inputs =>
  Object.fromEntries(parameters.filter(({ name }) => given.has(name)).map(({ name, type }) => [name, { type, text: '' }]));
