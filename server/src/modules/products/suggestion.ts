import { Compile } from 'typebox/compile';
import { fieldTypesOf } from '../policy/index.ts';
import type { ColumnDescription, Resource } from '../resources/index.ts';
import { WireName, type Field, type Parameter, type ProductDefinition } from './model.ts';

const wireName = Compile(WireName);
const MOST_FIELDS = 500;
const MOST_ORDERS = 5;

/**
 * A definition made from a resource's columns, to be completed by the provider: his name, his code, the product's name.
 * Fields named as their columns where a wire can carry that, else `f1`, `f2` …; ordered by the key, with a parameter for each input.
 * What returns no columns can only be relayed. `leftOut` counts the columns beyond those that a product may have.
 */
export function suggestDefinition(resource: Resource, listeners: readonly string[]): { readonly definition: ProductDefinition; readonly leftOut: number } {
  const outputs = resource.columns.filter(({ input }) => input !== true);
  const definition: ProductDefinition = {
    provider: { name: '', code: '' },
    name: '',
    serviceClass: 'query',
    resource: resource.name,
    description: resource.title,
    attribution: '',
    kind: outputs.length === 0 ? 'relay' : 'query',
    fields: fieldsOf(outputs),
    parameters: parametersOf(resource.columns.filter(({ input }) => input === true)),
    order: resource.key.slice(0, MOST_ORDERS).map((column) => ({ column, direction: 'asc' })),
    cap: 10_000,
    maxPageSize: 1000,
    maxOffset: 100_000,
    policy: {},
    listeners: [...listeners],
    visibility: 'public',
    authentication: ['appkey'],
  };
  return { definition, leftOut: Math.max(0, outputs.length - MOST_FIELDS) };
}

/** What the source must be given is asked of the caller; an input whose name no wire can carry is for the provider to name. */
const parametersOf = (inputs: readonly ColumnDescription[]): Parameter[] =>
  inputs
    .filter(({ name }) => wireName.Check(name))
    .map(({ name, nullable, comment }) => ({ name, column: name, operator: 'eq', required: !nullable, title: titleOf(comment), description: '', example: '' }));

/** As much as a title holds, without half a character at its end. */
const titleOf = (text: string): string => text.slice(0, 100).replace(/[\uD800-\uDBFF]$/, '');

function fieldsOf(columns: readonly ColumnDescription[]): Field[] {
  const taken = new Set(columns.map((column) => column.name).filter((name) => wireName.Check(name)));
  let number = 0;
  const fallback = (): string => {
    do number += 1;
    while (taken.has(`f${number}`));
    return `f${number}`;
  };
  return columns.slice(0, MOST_FIELDS).map((column): Field => {
    const speaks = wireName.Check(column.name);
    return {
      name: speaks ? column.name : fallback(),
      column: column.name,
      type: fieldTypesOf(column.type)[0] ?? 'varchar',
      title: titleOf(column.comment === '' && !speaks ? column.name : column.comment),
      description: '',
      required: !column.nullable,
      sensitive: false,
    };
  });
}
