import { readFile } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import fastify, { LogController, type ConnectionError, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { DomainError } from '../kernel/errors.ts';
import { requestId } from '../kernel/ids.ts';
import { isAllowedAddress, listOf } from './allow-list.ts';
import { addressReader, tlsReader } from './client-address.ts';
import { traceIdOf } from './trace.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body may take hours to arrive: the route bounds a sender's silence itself. */
    longBody?: boolean;
  }
  interface FastifyRequest {
    /** The caller's address, after trusted proxies. */
    clientAddress: string;
    /** Whether the caller came by TLS, to this listener or to a trusted proxy before it. */
    overTls: boolean;
    traceId: string;
    /** `performance.now()` when the request's head was read. */
    arrived: number;
  }
}

const MAX_HEADER_BYTES = 16 * 1024;
const MAX_BODY_BYTES = 1024 * 1024;

/** Handed over in every answer of a data face: nothing there is a page (design: Doors). */
const dataHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "sandbox; default-src 'none'",
  'cache-control': 'no-store',
} as const;

/** A door of the node (design: Doors). */
export interface ListenerOptions {
  readonly serves: 'management' | 'data';
  /** Paths of a PEM certificate chain and key: HTTPS; absent: HTTP. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** Who may connect, in CIDR; absent: everyone. */
  readonly allow?: readonly string[];
  /** Proxies whose forwarding headers are believed, in CIDR. */
  readonly trustedProxies: readonly string[];
  /** How long a caller may take to send the head of a request, and the whole of it; files to import aside. */
  readonly headSeconds: number;
  readonly requestSeconds: number;
}

/** A server for one listener, with what all have in common; routes are the caller's. */
export async function openListener(settings: ListenerOptions, logger: FastifyBaseLogger): Promise<FastifyInstance> {
  const server = await serverOf(settings);
  const addressOf = addressReader(settings.trustedProxies);
  const isOverTls = tlsReader(settings.trustedProxies);
  const allowed = settings.allow === undefined ? undefined : listOf(settings.allow);
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    exposeHeadRoutes: false,
    childLoggerFactory: (parent) => parent, // what is logged of a request carries its ID anyway
    bodyLimit: MAX_BODY_BYTES,
    requestIdHeader: false,
    genReqId: (request) => requestId(oneHeader(request.headers['x-request-id'])),
    serverFactory: (handler) => server.on('request', handler),
    // what fails before any route and hook, such as an address that is no UTF-8: answered as everything else here
    frameworkErrors: (error, request, reply) => {
      reply.header('x-request-id', request.id);
      if (settings.serves === 'data') reply.headers(dataHeaders);
      app.errorHandler(error, request, reply);
    },
    // Faces read their queries themselves, strictly.
    routerOptions: { maxParamLength: 200, ...(settings.serves === 'data' ? { querystringParser: () => ({}) } : {}) },
    clientErrorHandler: answerUnreadable,
    return503OnClosing: true,
    forceCloseConnections: 'idle',
  });
  app.decorateRequest('clientAddress', '');
  app.decorateRequest('overTls', false);
  app.decorateRequest('traceId', '');
  app.decorateRequest('arrived', 0);
  // both hooks call back: a promise each would be a twentieth of what a call costs here
  app.addHook('onRequest', (request, reply, done) => {
    request.arrived = performance.now();
    request.clientAddress = addressOf(request.raw);
    request.overTls = isOverTls(request.raw);
    request.traceId = traceIdOf(request.headers.traceparent);
    reply.header('x-request-id', request.id);
    if (settings.serves === 'data') reply.headers(dataHeaders);
    else if (request.routeOptions.config.longBody !== true) boundSlowBody(request.raw, settings.requestSeconds);
    const closed = allowed !== undefined && !isAllowedAddress(allowed, request.clientAddress);
    done(closed ? new DomainError('address-not-allowed', 'listener.address', '该地址不在监听端口的白名单内 (this address may not use this listener)') : undefined);
  });
  app.addHook('onSend', (request, reply, _payload, done) => {
    // A body that was not read would stand before the connection's next request, or hold it for as long as it takes.
    if (!request.raw.complete) void reply.header('connection', 'close');
    done();
  });
  return app;
}

/** On the management listener, whose server bounds no request for the sake of long bodies. */
function boundSlowBody(request: IncomingMessage, seconds: number): void {
  if (request.complete) return;
  const timer = setTimeout(() => {
    if (!request.complete) request.destroy();
  }, seconds * 1000);
  request.once('close', () => clearTimeout(timer));
}

async function serverOf({ tls, serves, headSeconds, requestSeconds }: ListenerOptions): Promise<Server> {
  const options = {
    maxHeaderSize: MAX_HEADER_BYTES,
    requestTimeout: serves === 'data' ? requestSeconds * 1000 : 0,
    headersTimeout: headSeconds * 1000,
    keepAliveTimeout: 65_000,
    connectionsCheckingInterval: Math.min(5_000, headSeconds * 500),
  };
  if (tls === undefined) return createHttpServer(options);
  const [cert, key] = await Promise.all([readFile(tls.certificate), readFile(tls.key)]);
  return createHttpsServer({ ...options, cert, key, minVersion: 'TLSv1.2' });
}

/** What is no HTTP reaches no route: told in a line, and the connection is closed. */
function answerUnreadable(error: ConnectionError, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, msg] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', `请求头超过 ${MAX_HEADER_BYTES} 字节 (the headers are over their bound)`]
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', '请求发送过慢 (the request came too slowly)']
        : ['400 Bad Request', 'HTTP 请求无法解析，地址中的中文须按 UTF-8 百分号编码 (not readable as HTTP: percent-encode what is not ASCII in the address)'];
  const body = JSON.stringify({ success: false, msg, data: [] });
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

const oneHeader = (header: string | string[] | undefined): string | undefined => (typeof header === 'string' ? header : undefined);
