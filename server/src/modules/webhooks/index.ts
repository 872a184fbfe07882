/** Notices of products to those who hold grants of them, by signed webhook (GOV-provide). */
export * from './model.ts';
export { announceProduct, announceResource, announceSource } from './announce.ts';
export { getWebhook, listDeliveries, removeWebhook, retryDelivery, setWebhook, sweepDeliveries, testWebhook } from './webhooks.ts';
export { Dispatch, type DispatchParts, type Post } from './dispatch.ts';
