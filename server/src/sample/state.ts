import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { DomainError } from '../kernel/errors.ts';
import type { Queryable, Transaction } from '../storage/database.ts';
import { readNodeValue, writeNodeValue } from '../storage/node-values.ts';

const KEY = 'sample';

const made = { productId: Type.String(), subjectId: Type.String(), resourceId: Type.String() };
const State = Type.Union([
  /** Begun in an empty database; an interrupted start leaves it so, and the next one begins anew. */
  Type.Object({ step: Type.Literal('making') }),
  Type.Object({ step: Type.Literal('ready'), ...made }),
  /** It is gone but for the file of its key. */
  Type.Object({ step: Type.Literal('removing') }),
  Type.Object({ step: Type.Literal('removed') }),
  /** The first start was told to make none. */
  Type.Object({ step: Type.Literal('declined') }),
]);
export type SampleState = Static<typeof State>;
const schema = Compile(State);

/** Undefined in a database that the sample was never made for. */
export async function readState(on: Queryable): Promise<SampleState | undefined> {
  const text = await readNodeValue(on, KEY);
  if (text === undefined) return undefined;
  const state: unknown = JSON.parse(text);
  if (schema.Check(state)) return state;
  throw new DomainError('internal', 'sample.state', 'The database says of the sample what this program does not understand.');
}

/** One at a time changes what becomes of the sample. */
export async function lockState(tx: Transaction): Promise<SampleState | undefined> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtext('sample'))");
  return readState(tx);
}

export const writeState = (tx: Transaction, state: SampleState): Promise<void> => writeNodeValue(tx, KEY, JSON.stringify(state));
