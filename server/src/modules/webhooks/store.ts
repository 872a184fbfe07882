import { isId } from '../../kernel/ids.ts';
import type { Database, Queryable, Transaction } from '../../storage/database.ts';
import type { Delivery, Webhook, WebhookEvent } from './model.ts';

// ---- where ---------------------------------------------------------------------------------------------------------

export async function putWebhook(tx: Transaction, subjectId: string, url: string, secretSealed: string): Promise<void> {
  await tx.query(
    `INSERT INTO webhooks (subject_id, url, secret_sealed) VALUES ($1, $2, $3)
     ON CONFLICT (subject_id) DO UPDATE SET url = excluded.url, secret_sealed = excluded.secret_sealed, created_at = now()`,
    [subjectId, url, secretSealed],
  );
}

export async function findWebhook(on: Queryable, subjectId: string): Promise<Webhook | undefined> {
  const [row] = await on.query<Webhook>('SELECT subject_id AS "subjectId", url, created_at AS "createdAt" FROM webhooks WHERE subject_id = $1', [subjectId]);
  return row;
}

export async function deleteWebhook(tx: Transaction, subjectId: string): Promise<boolean> {
  return (await tx.query('DELETE FROM webhooks WHERE subject_id = $1 RETURNING subject_id', [subjectId])).length > 0;
}

// ---- what ----------------------------------------------------------------------------------------------------------

/** The body of a notice, as it will be sent; $2 event, $3 message. */
const bodySql = (product: string): string => `jsonb_build_object('id', d.id, 'event', $2::text, 'at', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
  'message', $3::text, 'product', ${product}, 'subject', jsonb_build_object('id', s.id, 'name', s.name))::text`;

/** One notice for each subject that has a webhook, is not disabled, and holds a grant that has neither ended nor been revoked. */
export async function enqueueForGrantees(tx: Transaction, productId: string, event: WebhookEvent, message: string): Promise<void> {
  await tx.query(
    `INSERT INTO webhook_deliveries (id, subject_id, event, product_code, body)
     SELECT d.id, s.id, $2, p.code, ${bodySql("jsonb_build_object('id', p.id, 'code', p.code, 'name', v.definition->>'name', 'version', v.number)")}
     FROM products p
     JOIN product_versions v ON v.product_id = p.id AND v.number = coalesce(p.live_version, (SELECT max(number) FROM product_versions WHERE product_id = p.id AND published_at IS NOT NULL))
     JOIN grants g ON g.product_id = p.id AND g.state <> 'revoked' AND (g.valid_to IS NULL OR g.valid_to > now())
     JOIN subjects s ON s.id = g.subject_id AND NOT s.disabled
     JOIN webhooks w ON w.subject_id = s.id
     CROSS JOIN LATERAL (SELECT gen_random_uuid() AS id, g.id AS grant_id) d
     WHERE p.id = $1`,
    [productId, event, message],
  );
}

/** Answers its identifier. */
export async function enqueuePing(tx: Transaction, subjectId: string, message: string): Promise<string> {
  const [row] = await tx.query<{ id: string }>(
    `INSERT INTO webhook_deliveries (id, subject_id, event, product_code, body)
     SELECT d.id, s.id, $2, '', ${bodySql("'null'::jsonb")} FROM subjects s CROSS JOIN LATERAL (SELECT gen_random_uuid() AS id, s.id AS for_subject) d WHERE s.id = $1 RETURNING id`,
    [subjectId, 'ping', message],
  );
  return row?.id ?? '';
}

/** Of a source, or of a resource. */
export async function liveProductsOf(on: Queryable, sourceId: string | null, resourceId: string | null): Promise<string[]> {
  const rows = await on.query<{ id: string }>(
    `SELECT p.id FROM products p JOIN product_versions v ON v.product_id = p.id AND v.number = p.live_version
     JOIN resources r ON r.id = v.resource_id WHERE r.source_id = $1 OR r.id = $2 ORDER BY p.id`,
    [sourceId, resourceId],
  );
  return rows.map((row) => row.id);
}

// ---- how it fares ------------------------------------------------------------------------------------------------------

const deliveryColumns = `id, event, product_code AS "productCode", state, attempts, next_at AS "nextAt", note, date_trunc('milliseconds', created_at) AS "createdAt", ended_at AS "endedAt"`;

/** Newest first. `after` is the last one of the page before. */
export function deliveriesOf(on: Queryable, subjectId: string, after: { readonly at: Date; readonly id: string } | undefined, limit: number): Promise<Delivery[]> {
  return on.query<Delivery>(
    `SELECT ${deliveryColumns} FROM webhook_deliveries
     WHERE subject_id = $1 AND ($2::timestamptz IS NULL OR (date_trunc('milliseconds', created_at), id) < ($2::timestamptz, $3::uuid))
     ORDER BY date_trunc('milliseconds', created_at) DESC, id DESC LIMIT $4`,
    [subjectId, after?.at ?? null, after?.id ?? null, limit],
  );
}

/** Sends a notice again that has been given up, or sooner than it would be. */
export async function requeue(tx: Transaction, subjectId: string, id: string): Promise<Delivery | undefined> {
  if (!isId(id)) return undefined;
  const [row] = await tx.query<Delivery>(
    `UPDATE webhook_deliveries SET state = 'waiting', next_at = now(), ended_at = NULL, attempts = CASE WHEN state = 'waiting' THEN attempts ELSE 0 END
     WHERE id = $2 AND subject_id = $1 AND state <> 'delivered' RETURNING ${deliveryColumns}`,
    [subjectId, id],
  );
  return row;
}

/** A notice that this replica is to send now. */
export interface Claimed {
  readonly id: string;
  readonly subjectId: string;
  readonly event: WebhookEvent;
  readonly body: string;
  /** This attempt's number, from 1. */
  readonly attempt: number;
  readonly url: string;
  readonly secretSealed: string;
}

/**
 * Takes notices that are due, in database time: of each subject the one that is due longest, and none while another of
 * them is being sent, by whatever replica. So a receiver gets them in turn, and takes one place among all at most.
 */
export function claimDue(database: Database, most: number, leaseSeconds: number): Promise<Claimed[]> {
  return database.query<Claimed>(
    `UPDATE webhook_deliveries d SET attempts = d.attempts + 1, leased_until = now() + make_interval(secs => $2)
     FROM webhooks w
     WHERE w.subject_id = d.subject_id AND d.id IN (
       SELECT o.id FROM webhook_deliveries o WHERE o.state = 'waiting' AND o.next_at <= now() AND NOT EXISTS (
         SELECT 1 FROM webhook_deliveries b WHERE b.subject_id = o.subject_id AND b.state = 'waiting'
         AND (b.leased_until >= now() OR (b.next_at <= now() AND (b.next_at, b.id) < (o.next_at, o.id))))
       ORDER BY o.next_at LIMIT $1 FOR UPDATE SKIP LOCKED)
     RETURNING d.id, d.subject_id AS "subjectId", d.event, d.body, d.attempts AS attempt, w.url, w.secret_sealed AS "secretSealed"`,
    [most, leaseSeconds],
  );
}

export async function settleDelivered(database: Database, { id, attempt }: Claimed, note: string): Promise<void> {
  await database.query(`UPDATE webhook_deliveries SET state = 'delivered', note = $3, leased_until = NULL, ended_at = now() WHERE id = $1 AND attempts = $2 AND state = 'waiting'`, [id, attempt, note]);
}

/** `pauseSeconds` until the next attempt; null gives it up. */
export async function settleFailed(database: Database, { id, attempt }: Claimed, note: string, pauseSeconds: number | null): Promise<void> {
  await database.query(
    `UPDATE webhook_deliveries SET note = $3, leased_until = NULL, next_at = now() + make_interval(secs => coalesce($4::int, 0)),
       state = CASE WHEN $4::int IS NULL THEN 'given-up' ELSE 'waiting' END, ended_at = CASE WHEN $4::int IS NULL THEN now() END
     WHERE id = $1 AND attempts = $2 AND state = 'waiting'`,
    [id, attempt, note, pauseSeconds],
  );
}

export async function deleteEnded(database: Database, days: number): Promise<void> {
  await database.query(`DELETE FROM webhook_deliveries WHERE state <> 'waiting' AND ended_at < now() - make_interval(days => $1)`, [days]);
}
