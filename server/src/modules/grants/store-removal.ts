import type { Transaction } from '../../storage/database.ts';

/** The identifiers of the grants that are gone. */
export async function deleteGrants(tx: Transaction, productId: string, subjectId: string): Promise<string[]> {
  const rows = await tx.query<{ id: string }>('DELETE FROM grants WHERE product_id = $1 OR subject_id = $2 RETURNING id', [productId, subjectId]);
  return rows.map((row) => row.id);
}
