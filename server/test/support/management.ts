import type { StartedNode } from './node.ts';
import { assertDocumented } from './openapi.ts';

export interface Answered<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** What an answer of the management API holds: tests look into it, and fail where it is not so. */
export type Json = ReturnType<typeof JSON.parse>;

export interface Asking {
  readonly body?: unknown;
  readonly etag?: string | null;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Speaks to the management API as the operator, or under another token: `manage(node)('POST', '/sources', {body})`.
 * Every answer is held to the API's own document.
 */
export function manage(node: StartedNode, as = node.operatorToken) {
  return async (method: string, path: string, { body, etag, token = as, headers = {} }: Asking = {}): Promise<Answered<Json>> => {
    const response = await fetch(`${node.managementUrl}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(etag === undefined || etag === null ? {} : { 'if-match': etag }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const type = response.headers.get('content-type')?.split(';', 1)[0] ?? '';
    const answer = { status: response.status, headers: response.headers, body: type.endsWith('json') && type !== 'application/x-ndjson' ? JSON.parse(text) : text };
    await assertDocumented(node, method, path, { ...answer, type });
    return answer;
  };
}
