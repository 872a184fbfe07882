import type { Transaction } from '../../storage/database.ts';
import type { WebhookEvent } from './model.ts';
import { enqueueForGrantees, liveProductsOf } from './store.ts';

/** What products read from. */
type Base = { readonly sourceId: string } | { readonly resourceId: string };

const messages: Readonly<Record<Exclude<WebhookEvent, 'ping'>, string>> = {
  'product.published': '服务接口已发布新版本，请查看其说明 (a new version of the service interface is live: see its description)',
  'product.withdrawn': '服务接口已撤销 (the service interface has been withdrawn)',
  'product.ailing': '服务接口暂不可用，数据提供方已获知 (the service interface is not available now; its provider knows)',
  'product.recovered': '服务接口已恢复 (the service interface is available again)',
};

/**
 * Tells all who hold a grant of the product and want to be told, within the transaction of what happened: the notice
 * is sent if, and only if, that is committed (GOV-provide).
 */
export const announceProduct = (tx: Transaction, productId: string, event: keyof typeof messages): Promise<void> => enqueueForGrantees(tx, productId, event, messages[event]);

/** What a source's new state means to those who use its products. */
export const announceSource = (tx: Transaction, sourceId: string, state: 'ok' | 'failing'): Promise<void> =>
  announceBase(tx, { sourceId }, state === 'ok' ? 'product.recovered' : 'product.ailing');

/** The same of a resource whose table has changed under it, and is well again when its notice is empty. */
export const announceResource = (tx: Transaction, { id, notice }: { readonly id: string; readonly notice: string }): Promise<void> =>
  announceBase(tx, { resourceId: id }, notice === '' ? 'product.recovered' : 'product.ailing');

/** The same for every live product that reads from a source, or from a resource. */
async function announceBase(tx: Transaction, base: Base, event: 'product.ailing' | 'product.recovered'): Promise<void> {
  const products = 'sourceId' in base ? await liveProductsOf(tx, base.sourceId, null) : await liveProductsOf(tx, null, base.resourceId);
  for (const productId of products) await announceProduct(tx, productId, event);
}
