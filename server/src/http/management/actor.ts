import type { FastifyRequest } from 'fastify';
import { BlockList } from 'node:net';
import { DomainError } from '../../kernel/errors.ts';
import { isOperatorToken, operatorActor, resolveSession, resolveToken, verifyCsrf, type Actor, type Session } from '../../modules/identity/index.ts';
import { isAllowedAddress } from '../allow-list.ts';
import type { ManagementParts } from './parts.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set before every route but log-in and health. */
    actor: Actor;
    /** The browser's session, where there is one. */
    session: Session | null;
  }
}

export const sessionCookie = 'lingqu_session';
const csrfHeader = 'x-csrf-token';
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);
/** What proxies and content networks add, besides all that begins with X-Forwarded. */
const proxyHeaders: ReadonlySet<string> = new Set([
  'forwarded', 'via', 'cdn-loop', 'client-ip', 'x-client-ip', 'x-real-ip', 'x-remote-ip', 'x-remote-addr', 'x-cluster-client-ip', 'true-client-ip', 'proxy-client-ip', 'wl-proxy-client-ip',
  'x-original-for', 'x-original-forwarded-for', 'x-original-host', 'x-original-proto', 'x-original-url', 'x-envoy-external-address', 'ali-cdn-real-ip', 'cf-connecting-ip', 'cf-connecting-ipv6',
  'cf-ray', 'do-connecting-ip', 'fastly-client-ip', 'fly-client-ip', 'x-appengine-user-ip', 'x-azure-clientip', 'x-azure-socketip',
]);
const isProxyHeader = (name: string): boolean => name.startsWith('x-forwarded') || proxyHeaders.has(name);

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Finds who asks: by bearer token, or by the browser's session with its CSRF token on every changing request. */
export async function identify(request: FastifyRequest, parts: ManagementParts): Promise<void> {
  const header = request.headers.authorization;
  if (header !== undefined) {
    request.actor = await bearer(request, header, parts);
    return;
  }
  const key = request.cookies[sessionCookie];
  if (key === undefined) throw new DomainError('unauthenticated', 'identity.missing', '请先登录，或以 Authorization: Bearer 提供令牌 (log in, or send a bearer token)');
  const session = await resolveSession(parts.database, parts.clock, key);
  if (!safeMethods.has(request.method)) verifyCsrf(session, oneHeader(request.headers[csrfHeader]));
  request.session = session;
  request.actor = session.actor;
}

async function bearer(request: FastifyRequest, header: string, parts: ManagementParts): Promise<Actor> {
  const token = /^Bearer ([A-Za-z0-9_-]{16,200})$/i.exec(header)?.[1];
  if (token === undefined) throw new DomainError('unauthenticated', 'identity.bearer', 'Authorization 应为 Bearer 令牌 (Authorization must carry a bearer token)');
  if (parts.operatorToken !== undefined && isOperatorToken(parts.operatorToken, token)) {
    assertOwnMachine(request);
    return operatorActor;
  }
  return resolveToken(parts.database, parts.clock, token);
}

/** The operator token is for the node's own machine: over the loopback, and through no proxy that might stand there. */
function assertOwnMachine(request: FastifyRequest): void {
  const forwarded = Object.keys(request.headers).some(isProxyHeader);
  if (!forwarded && isAllowedAddress(loopback, request.socket.remoteAddress ?? '')) return;
  throw new DomainError('unauthenticated', 'identity.operator.remote', '运维令牌只能在本机直接使用 (the operator token works on the node’s own machine only, through no proxy)');
}

const oneHeader = (header: string | string[] | undefined): string => (typeof header === 'string' ? header : '');
