import type { Queryable, Transaction } from '../../storage/database.ts';
import type { Notice } from './model.ts';

/** A notice that is there already comes back unseen. */
export async function addNotice(tx: Transaction, id: string, kind: string, about: string, message: string): Promise<void> {
  await tx.query('INSERT INTO notices (id, kind, about, message) VALUES ($1, $2, $3, $4) ON CONFLICT (kind, about, message) DO UPDATE SET at = now(), seen = false', [id, kind, about, message]);
}

/** A provider's notices are those about the resources that he added; $1 is his id, NULL for everything. */
const owned = '($1::uuid IS NULL OR EXISTS (SELECT FROM resources r WHERE r.name = n.about AND r.owner_id = $1::uuid))';

/** Newest first. `after` is the `(at, id)` of the last one of the page before, the time in milliseconds. */
export async function noticesOf(on: Queryable, filter: { readonly ownerId: string | null; readonly unseen: boolean; readonly after: { readonly at: Date; readonly id: string } | undefined; readonly limit: number }): Promise<Notice[]> {
  const { ownerId, unseen, after, limit } = filter;
  return on.query<Notice>(
    `SELECT id, date_trunc('milliseconds', at) AS at, kind, about, message, seen FROM notices n
     WHERE ${owned} AND (NOT $2::boolean OR NOT seen)
       AND ($3::timestamptz IS NULL OR (date_trunc('milliseconds', at), id) < ($3::timestamptz, $4::uuid))
     ORDER BY date_trunc('milliseconds', at) DESC, id DESC LIMIT $5`,
    [ownerId, unseen, after?.at ?? null, after?.id ?? null, limit],
  );
}

export async function markSeen(tx: Transaction, ownerId: string | null, id: string): Promise<Notice | undefined> {
  const [notice] = await tx.query<Notice>(
    `UPDATE notices n SET seen = true WHERE ${owned} AND n.id = $2::uuid RETURNING id, date_trunc('milliseconds', at) AS at, kind, about, message, seen`,
    [ownerId, id],
  );
  return notice;
}

export async function deleteNotices(tx: Transaction, about: string): Promise<void> {
  await tx.query('DELETE FROM notices WHERE about = $1', [about]);
}
