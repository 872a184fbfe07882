import type { Plan } from '../policy/index.ts';
import type { ReadColumn, ReadPlan, Resource, WireForm } from '../resources/index.ts';
import { splitInputs } from './inputs.ts';
import type { Rendering } from './model.ts';

/** The policy's plan in the words of a source. Throws as `splitInputs`. */
export function readPlanOf(plan: Plan, resource: Resource, forms: Rendering['forms'], maskKey: Buffer): ReadPlan {
  const { where, inputs } = splitInputs(plan.where, resource);
  return {
    table: resource.table,
    columns: readColumnsOf(plan.columns, forms),
    ...typesOf(resource),
    where,
    inputs,
    order: plan.order,
    offset: plan.page?.offset ?? 0,
    limit: plan.page?.limit ?? plan.cap,
    whole: plan.page === null,
    maskKey,
  };
}

/** A text mask makes a text of whatever was there; masks of numbers and times keep the field's own form. */
function readColumn(column: Plan['columns'][number], forms: Rendering['forms']): ReadColumn {
  const form: WireForm = column.mask === null || column.mask.kind === 'number' || column.mask.kind === 'date' ? forms[column.type] : 'text';
  return { name: column.name, column: column.column, columnType: column.columnType, mask: column.mask, form };
}

const readColumns = new WeakMap<Plan['columns'], Map<Rendering['forms'], readonly ReadColumn[]>>();

/** A compiled grant hands out the same columns with every plan: what they are for a source is worked out once a face. */
function readColumnsOf(columns: Plan['columns'], forms: Rendering['forms']): readonly ReadColumn[] {
  const known = readColumns.get(columns) ?? new Map<Rendering['forms'], readonly ReadColumn[]>();
  const made = known.get(forms) ?? columns.map((column) => readColumn(column, forms));
  readColumns.set(columns, known.set(forms, made));
  return made;
}

type Types = Pick<ReadPlan, 'natives' | 'types'>;
const knownTypes = new WeakMap<Resource, Types>();

function typesOf(resource: Resource): Types {
  const known = knownTypes.get(resource);
  if (known !== undefined) return known;
  const { columns } = resource;
  const natives = Object.fromEntries(columns.map((column) => [column.name, column.native]));
  const types = Object.fromEntries(columns.map((column) => [column.name, column.type]));
  knownTypes.set(resource, { natives, types });
  return { natives, types };
}
