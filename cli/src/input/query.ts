import type { components } from '@lingqu/client';
import { usageFailure } from '../failure.ts';
import type { Say } from '../language.ts';
import { documentFile, type Document } from './documents.ts';

export type Query = components['schemas']['QueryInput'];

/** A query as a person writes it in a file: `sql`, `parameters`, `minimumGroup`. */
export async function queryFile(path: string, say: Say): Promise<Query> {
  const query = withTexts(await documentFile(path, say));
  if (isQuery(query)) return query;
  throw usageFailure(say(`${path} 应含 sql（文本），可含 parameters（列表）`, `${path} must hold sql (a text), and may hold parameters (a list)`));
}

/** A sample is a text; `sample: 0` means `"0"`. An integer that lost digits as a number is left for the node to refuse. */
function withTexts(query: Document): Document {
  const { parameters } = query;
  if (!Array.isArray(parameters)) return query;
  return { ...query, parameters: parameters.map((each: unknown) => (typeof each === 'object' && each !== null && 'sample' in each ? { ...each, sample: textOf(each.sample) } : each)) };
}

const textOf = (value: unknown): unknown => (typeof value === 'boolean' || (typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER) ? String(value) : value);

/** As much as this command itself relies on; the node checks the whole. */
function isQuery(value: Document): value is Query & Document {
  const { sql, parameters = [] } = value;
  return typeof sql === 'string' && Array.isArray(parameters);
}
