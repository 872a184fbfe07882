import Type, { type Static } from 'typebox';
import {
  deliveryStates, getWebhook, listDeliveries, removeWebhook, retryDelivery, setWebhook, testWebhook, webhookEvents, WebhookInput, type Delivery, type Webhook,
} from '../../modules/webhooks/index.ts';
import type { Routes } from './app.ts';
import { aboutSubject, ownedSubject } from './finding.ts';
import { operate } from './operate.ts';
import { PageOf, pageOf, PageQuery, positionOf, positionText } from './paging.ts';
import { answers, Instant, isoOf, nothing, OptionalInstant, Reference } from './schemas.ts';

const WebhookView = Type.Object({ url: Type.String(), createdAt: Instant }, { $id: 'Webhook' });
const NewWebhook = Type.Object({ url: Type.String(), createdAt: Instant, secret: Type.String({ description: '签名密钥，仅此一次显示' }) }, { $id: 'NewWebhook' });
const DeliveryView = Type.Object(
  {
    id: Type.String(),
    event: Type.Enum(webhookEvents),
    productCode: Type.String({ description: '测试通知为空' }),
    state: Type.Enum(deliveryStates),
    attempts: Type.Integer(),
    nextAt: OptionalInstant,
    note: Type.String({ description: '最近一次发送的结果' }),
    createdAt: Instant,
    endedAt: OptionalInstant,
  },
  { $id: 'WebhookDelivery' },
);
const SubjectPath = Type.Object({ subject: Reference });
const DeliveryPath = Type.Object({ ...SubjectPath.properties, id: Reference });
const tags = ['webhooks'];

const viewOf = ({ url, createdAt }: Webhook): Static<typeof WebhookView> => ({ url, createdAt: createdAt.toISOString() });
const deliveryView = ({ state, nextAt, ...delivery }: Delivery): Static<typeof DeliveryView> => ({
  ...delivery,
  state,
  nextAt: state === 'waiting' ? nextAt.toISOString() : null,
  createdAt: delivery.createdAt.toISOString(),
  endedAt: isoOf(delivery.endedAt),
});

/** Where a subject is told of its products' changes, and what it was told (GOV-provide). */
export const webhookRoutes: Routes = (parts) => async (app) => {
  const { database, key } = parts;

  app.get('/subjects/:subject/webhook', { schema: { operationId: 'getWebhook', tags, params: SubjectPath, response: answers(WebhookView) } }, async (request) => {
    const { id } = await ownedSubject(parts, request, 'credentials.read', request.params.subject);
    return viewOf(await getWebhook(database, id));
  });

  const summary = '设置通知地址；每次设置都换发签名密钥';
  app.put('/subjects/:subject/webhook', { schema: { operationId: 'setWebhook', tags, summary, params: SubjectPath, body: WebhookInput, response: answers(NewWebhook) } }, async (request) => {
    const subject = await ownedSubject(parts, request, 'credentials.rotate', request.params.subject);
    const { url } = request.body;
    await parts.checkOutbound(url);
    const { webhook, secret } = await operate(parts, request, 'webhook.set', (tx) => setWebhook(tx, key, subject.id, url), () => aboutSubject(subject, { host: new URL(url).host }));
    return { ...viewOf(webhook), secret };
  });

  app.delete('/subjects/:subject/webhook', { schema: { operationId: 'removeWebhook', tags, params: SubjectPath, response: nothing } }, async (request, reply) => {
    const subject = await ownedSubject(parts, request, 'credentials.rotate', request.params.subject);
    await operate(parts, request, 'webhook.remove', (tx) => removeWebhook(tx, subject.id), () => aboutSubject(subject));
    return reply.code(204).send(null);
  });

  const Started = Type.Object({ id: Type.String() }, { $id: 'StartedDelivery' });
  app.post('/subjects/:subject/webhook/test', { schema: { operationId: 'testWebhook', tags, summary: '发送一条测试通知', params: SubjectPath, response: answers(Started) } }, async (request) => {
    const subject = await ownedSubject(parts, request, 'credentials.rotate', request.params.subject);
    return operate(parts, request, 'webhook.test', (tx) => testWebhook(tx, subject.id), () => aboutSubject(subject));
  });

  app.get('/subjects/:subject/webhook/deliveries', { schema: { operationId: 'listWebhookDeliveries', tags, params: SubjectPath, querystring: PageQuery, response: answers(PageOf(DeliveryView)) } }, async (request) => {
    const { id } = await ownedSubject(parts, request, 'credentials.read', request.params.subject);
    const { cursor, limit } = request.query;
    const rows = await listDeliveries(database, id, positionOf(cursor), limit + 1);
    const page = pageOf(rows, limit, ({ createdAt, id: last }) => positionText(createdAt, last));
    return { ...page, items: page.items.map(deliveryView) };
  });

  app.post('/subjects/:subject/webhook/deliveries/:id/retry', { schema: { operationId: 'retryWebhookDelivery', tags, params: DeliveryPath, response: answers(DeliveryView) } }, async (request) => {
    const subject = await ownedSubject(parts, request, 'credentials.rotate', request.params.subject);
    return deliveryView(await operate(parts, request, 'webhook.retry', (tx) => retryDelivery(tx, subject.id, request.params.id), ({ id }) => aboutSubject(subject, { delivery: id })));
  });
};
