import pino from 'pino';
import { prepareDataApp } from '../server/src/http/data-app.ts';
import { openListener } from '../server/src/http/listener.ts';
import type { Answer, Call } from '../server/src/modules/delivery/index.ts';
import { OutboundGate } from '../server/src/outbound/index.ts';
import { govRoutes, type GovParts } from '../server/src/profiles/gov/routes.ts';
import { httpSource } from '../server/src/sources/http/index.ts';
import { operation } from './relay-operation.ts';

/**
 * Our own path without governance: the same listener, face, source and sending, and in the place of `modules/delivery` a
 * stub that asks nobody for anything: no key, no grant, no quota, no journal, nothing that could be revoked.
 */
const source = httpSource(new OutboundGate({ inner: true, allow: ['127.0.0.1'], ownPorts: () => [] })).open({ baseUrl: process.env['PEER_UPSTREAM'], connections: 256, operations: [operation] });
const table = { schema: '', name: operation.name };

const delivery = {
  async answer({ parameters, stop }: Call): Promise<Answer> {
    const answer = await source.relay?.({ table, inputs: { district: { type: 'text', text: parameters['district'] ?? '' } } }, 64 * 1024, stop.signal);
    if (answer === undefined || !Buffer.isBuffer(answer.body)) throw new TypeError('not whole');
    return { kind: 'whole', contentType: answer.contentType, body: answer.body, rows: 0 };
  },
};
const names = ['district'];
const parts = { delivery, access: { parameterNames: async () => names }, listener: 'data', readers: { idleSeconds: 30, leastBytesPerSecond: 1024 }, baseUrl: () => '' };

const app = await openListener({ serves: 'data', trustedProxies: [], headSeconds: 10, requestSeconds: 30 }, pino({ level: 'warn' }, pino.destination(2)));
prepareDataApp(app);
govRoutes(app, parts as unknown as GovParts);
await app.listen({ host: '127.0.0.1', port: 0 });
const address = app.server.address();
process.stdout.write(`ready ${typeof address === 'object' ? address?.port : ''}\n`);
