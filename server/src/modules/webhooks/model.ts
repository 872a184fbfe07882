import Type, { type Static } from 'typebox';

/** What grantees are told. `ping` is asked for by whoever looks after the webhook. */
export const webhookEvents = ['product.published', 'product.withdrawn', 'product.ailing', 'product.recovered', 'ping'] as const;
export type WebhookEvent = (typeof webhookEvents)[number];

export const WebhookInput = Type.Object(
  { url: Type.String({ pattern: '^https?://[^\\s/?#]+([/?][^\\s#]*)?$', maxLength: 500, description: 'https（或内网 http）地址，事件以 POST 送达 (a URL of https, or of http within one’s net, to which events are posted)' }) },
  { additionalProperties: false },
);
export type WebhookInput = Static<typeof WebhookInput>;

/** Where a subject wants its notices. */
export interface Webhook {
  readonly subjectId: string;
  readonly url: string;
  readonly createdAt: Date;
}

export const deliveryStates = ['waiting', 'delivered', 'given-up'] as const;

/** One notice on its way to one subject. */
export interface Delivery {
  readonly id: string;
  readonly event: WebhookEvent;
  /** '' for a ping. */
  readonly productCode: string;
  readonly state: (typeof deliveryStates)[number];
  readonly attempts: number;
  /** When it is tried next, while it waits. */
  readonly nextAt: Date;
  /** What came of the last attempt. */
  readonly note: string;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
}
