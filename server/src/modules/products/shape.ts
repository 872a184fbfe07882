import type { ColumnType, ProductShape } from '../policy/index.ts';
import type { Resource } from '../resources/index.ts';
import type { ProductDefinition } from './model.ts';

/** The product as the policy engine sees it. */
export function shapeOf(definition: ProductDefinition, resource: Resource): ProductShape {
  const columns: Record<string, ColumnType> = Object.create(null); // whatever a column is called
  for (const column of resource.columns) columns[column.name] = column.type;
  const inputs = resource.columns.filter((column) => column.input === true).map((column) => column.name);
  return {
    kind: definition.kind,
    columns,
    inputs,
    fields: definition.fields,
    parameters: definition.parameters,
    order: definition.order,
    key: resource.key,
    cap: definition.cap,
    maxPageSize: definition.maxPageSize,
    maxOffset: definition.maxOffset,
    policy: definition.policy,
  };
}
