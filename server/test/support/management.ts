import type { StartedNode } from './node.ts';

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

/** Speaks to the management API as the operator, or under another token: `manage(node)('POST', '/sources', {body})`. */
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
    const isJson = response.headers.get('content-type')?.includes('json') === true && !response.headers.get('content-type')?.includes('ndjson');
    return { status: response.status, headers: response.headers, body: isJson && text !== '' ? JSON.parse(text) : text };
  };
}
