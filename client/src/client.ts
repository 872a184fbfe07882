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
export function createClient(options: ClientOptions): Client {
  const client = createFetchClient<paths>({
    baseUrl: baseOf(options.url),
    redirect: 'error', // a token goes to the node that it was made by, and nowhere else
    headers: authorizationOf(options),
  });
  client.use(problems(options.url));
  return client;
}

export const baseOf = (url: string): string => url.replace(/\/+$/, '');

/** The headers by which the node knows who asks. */
export const authorizationOf = ({ token, session }: ClientOptions): Record<string, string> => ({
  ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  ...(session === undefined ? {} : { cookie: session.cookie, 'x-csrf-token': session.csrfToken }),
});

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

/** The query of a list's page. */
export interface PageQuery {
  readonly limit: number;
  readonly cursor?: string;
}

const PAGE_LIMIT = 200;

/** Everything that a list holds, page by page: `for await (const each of all((query) => got(client.GET(…, { params: { query } }))))`. */
export async function* all<T>(page: (query: PageQuery) => Promise<ListPage<T>>): AsyncGenerator<T, void, undefined> {
  for (let query: PageQuery = { limit: PAGE_LIMIT }; ; ) {
    const { items, next } = await page(query);
    yield* items;
    if (next === null) return;
    query = { limit: PAGE_LIMIT, cursor: next };
  }
}
