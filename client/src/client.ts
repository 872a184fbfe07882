import createFetchClient, { type Client as FetchClient, type Middleware } from 'openapi-fetch';
import { LingquProblem, problemOf, unreachable } from './problem.ts';
import type { paths } from './schema.d.ts';

/** A browser's way in, for programs that log in with name and password. */
export interface SessionCredential {
  /** `name=value`, as the node's Set-Cookie gave it. */
  readonly cookie: string;
  readonly csrfToken: string;
}

export interface ClientOptions {
  /** Base URL of the node's management listener, such as `http://127.0.0.1:8600`. */
  readonly url: string;
  /** An API token, or the operator token of the node's own machine. */
  readonly token?: string;
  readonly session?: SessionCredential;
}

/** Every operation of the management API, typed by the node's own OpenAPI document: `client.GET('/api/v1/subjects')`. */
export type Client = FetchClient<paths>;

/** A client of one node. Whatever is not a success is thrown as `LingquProblem`. */
export function createClient({ url, token, session }: ClientOptions): Client {
  const client = createFetchClient<paths>({
    baseUrl: url.replace(/\/+$/, ''),
    redirect: 'error', // a token goes to the node that it was made by, and nowhere else
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(session === undefined ? {} : { cookie: session.cookie, 'x-csrf-token': session.csrfToken }),
    },
  });
  client.use(problems(url));
  return client;
}

const problems = (url: string): Middleware => ({
  onResponse: async ({ response }) => {
    if (!response.ok) throw await problemOf(response);
  },
  onError: ({ error }) => (error instanceof LingquProblem ? error : unreachable(url, error)),
});

interface Answered<T> {
  readonly data?: T;
  readonly response: Response;
}

/** What a call answered: `await got(client.GET(…))`. */
export async function got<T>(call: Promise<Answered<T>>): Promise<T> {
  return dataOf(await call);
}

/** What a call answered, with the ETag that a change must send as If-Match. */
export async function gotVersion<T>(call: Promise<Answered<T>>): Promise<{ readonly value: T; readonly etag: string }> {
  const answered = await call;
  return { value: dataOf(answered), etag: answered.response.headers.get('etag') ?? '' };
}

function dataOf<T>({ data, response }: Answered<T>): T {
  if (data !== undefined) return data;
  throw new LingquProblem({ code: 'client.empty', status: response.status, detail: '节点的回答没有内容 (the node answered without content)' });
}

/** For calls that answer with nothing. */
export async function done(call: Promise<{ readonly response: Response }>): Promise<void> {
  await call;
}

export interface ListPage<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** Everything that a list holds, page by page: `for await (const each of all((cursor) => got(client.GET(…))))`. */
export async function* all<T>(page: (cursor: string | undefined) => Promise<ListPage<T>>): AsyncGenerator<T, void, undefined> {
  for (let cursor: string | undefined; ; ) {
    const { items, next } = await page(cursor);
    yield* items;
    if (next === null) return;
    cursor = next;
  }
}
