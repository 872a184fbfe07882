import fastify from 'fastify';
import proxy from '@fastify/http-proxy';

/** The peer: @fastify/http-proxy as its documentation shows it, before the same upstream. PEER_UPSTREAM is its origin. */
const app = fastify();
await app.register(proxy, { upstream: process.env['PEER_UPSTREAM'] ?? '' });
await app.listen({ host: '127.0.0.1', port: 0 });
const address = app.server.address();
process.stdout.write(`ready ${typeof address === 'object' ? address?.port : ''}\n`);
