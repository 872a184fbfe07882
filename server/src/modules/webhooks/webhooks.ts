import { DomainError } from '../../kernel/errors.ts';
import { newSecret } from '../../kernel/ids.ts';
import type { Database, Queryable, Transaction } from '../../storage/database.ts';
import type { NodeKey } from '../../storage/node-key.ts';
import type { Delivery, Webhook } from './model.ts';
import { deleteEnded, deleteWebhook, deliveriesOf, enqueuePing, findWebhook, putWebhook, requeue } from './store.ts';

const SECRET_BYTES = 32;
const KEPT_DAYS = 30;

/** What a webhook's secret is sealed for: moved to another subject it does not open. */
export const sealedFor = (subjectId: string): string => `webhook:${subjectId}`;

/** Sets where a subject's notices go; each setting makes a new secret, which is shown this once. */
export async function setWebhook(tx: Transaction, key: NodeKey, subjectId: string, url: string): Promise<{ readonly webhook: Webhook; readonly secret: string }> {
  const secret = newSecret(SECRET_BYTES);
  await putWebhook(tx, subjectId, url, key.seal(secret, sealedFor(subjectId)));
  return { webhook: await getWebhook(tx, subjectId), secret };
}

/** Throws `webhook.none`. */
export async function getWebhook(on: Queryable, subjectId: string): Promise<Webhook> {
  const webhook = await findWebhook(on, subjectId);
  if (webhook === undefined) throw none();
  return webhook;
}

/** With it goes what has not been delivered. Throws `webhook.none`. */
export async function removeWebhook(tx: Transaction, subjectId: string): Promise<void> {
  if (!(await deleteWebhook(tx, subjectId))) throw none();
}

/** Sends a ping, so that the receiver can be tried. Throws `webhook.none`. */
export async function testWebhook(tx: Transaction, subjectId: string): Promise<{ readonly id: string }> {
  await getWebhook(tx, subjectId);
  return { id: await enqueuePing(tx, subjectId, '测试通知 (a test notice)') };
}

export const listDeliveries: (on: Queryable, subjectId: string, after: { readonly at: Date; readonly id: string } | undefined, limit: number) => Promise<Delivery[]> = deliveriesOf;

/** Throws `webhook.delivery.unknown`, also for one that has been delivered. */
export async function retryDelivery(tx: Transaction, subjectId: string, id: string): Promise<Delivery> {
  const delivery = await requeue(tx, subjectId, id);
  if (delivery === undefined) throw new DomainError('not-found', 'webhook.delivery.unknown', '没有这条未送达的通知 (no such undelivered notice)');
  return delivery;
}

/** Forgets notices that ended a month ago. */
export const sweepDeliveries = (database: Database): Promise<void> => deleteEnded(database, KEPT_DAYS);

const none = (): DomainError => new DomainError('not-found', 'webhook.none', '该主体未设置通知地址 (the subject has no webhook)');
