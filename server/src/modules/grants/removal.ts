import type { Transaction } from '../../storage/database.ts';
import { raiseRevision } from '../../storage/revision.ts';
import { deleteGrants } from './store-removal.ts';

/**
 * Takes away every grant, of any state, of a product and of a subject that are about to go themselves; answers how many.
 * An ordinary right is never taken away but revoked, so that it can still be looked up: this is for samples.
 */
export async function removeGrantsOf(tx: Transaction, of: { readonly productId: string; readonly subjectId: string }): Promise<number> {
  const removed = await deleteGrants(tx, of.productId, of.subjectId);
  await raiseRevision(tx);
  return removed.length;
}
