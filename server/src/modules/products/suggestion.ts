import { fieldTypesOf } from '../policy/index.ts';
import type { ColumnDescription, Resource } from '../resources/index.ts';
import type { Field, Parameter, ProductDefinition } from './model.ts';

const wireName = /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/;

/**
 * A definition made from a resource's columns, to be completed by the provider: his name, his code, the product's name.
 * Fields named as their columns where a wire can carry that, else `f1`, `f2` …; ordered by the key, with a parameter for each input.
 * What returns no columns can only be relayed.
 */
export function suggestDefinition(resource: Resource): ProductDefinition {
  const outputs = resource.columns.filter(({ input }) => input !== true);
  return {
    provider: { name: '', code: '' },
    name: '',
    serviceClass: 'query',
    resource: resource.name,
    description: resource.title,
    attribution: '',
    kind: outputs.length === 0 ? 'relay' : 'query',
    fields: fieldsOf(outputs),
    parameters: parametersOf(resource.columns.filter(({ input }) => input === true)),
    order: resource.key.map((column) => ({ column, direction: 'asc' })),
    cap: 10_000,
    maxPageSize: 1000,
    maxOffset: 100_000,
    policy: {},
    listeners: ['data'],
    visibility: 'public',
    authentication: ['appkey'],
  };
}

/** What the source must be given is asked of the caller; an input whose name no wire can carry is for the provider to name. */
const parametersOf = (inputs: readonly ColumnDescription[]): Parameter[] =>
  inputs
    .filter(({ name }) => wireName.test(name))
    .map(({ name, nullable, comment }) => ({ name, column: name, operator: 'eq', required: !nullable, title: comment.slice(0, 100), description: '', example: '' }));

function fieldsOf(columns: readonly ColumnDescription[]): Field[] {
  const taken = new Set(columns.map((column) => column.name).filter((name) => wireName.test(name)));
  let number = 0;
  const fallback = (): string => {
    do number += 1;
    while (taken.has(`f${number}`));
    return `f${number}`;
  };
  return columns.slice(0, 500).map((column): Field => {
    const speaks = wireName.test(column.name);
    return {
      name: speaks ? column.name : fallback(),
      column: column.name,
      type: fieldTypesOf(column.type)[0] ?? 'varchar',
      title: (column.comment === '' && !speaks ? column.name : column.comment).slice(0, 100),
      description: '',
      required: !column.nullable,
      sensitive: false,
    };
  });
}
