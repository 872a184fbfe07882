import type { StartedNode } from '../support/node.ts';

/** A record of the journal as the management API exports it; the members that load tests look at. */
export interface JournalLine {
  readonly at: string;
  readonly phase: 'whole' | 'intent' | 'outcome';
  readonly requestId: string;
  readonly result: string;
  readonly reason: string;
  readonly rows: number;
  readonly bytes: number;
}

/** The node's management API by its operator token; whatever is no success throws what the node said. */
export class Admin {
  readonly #base: string;
  readonly #token: string;

  constructor(node: Pick<StartedNode, 'managementUrl' | 'operatorToken'>) {
    this.#base = node.managementUrl;
    this.#token = node.operatorToken;
  }

  async call<T>(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<T> {
    const answer = await this.#fetch(`/api/v1${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return (await answer.json()) as T;
  }

  post<T>(path: string, body?: unknown, version?: number): Promise<T> {
    return this.call<T>('POST', path, body, version === undefined ? {} : { 'if-match': `"${version}"` });
  }

  /** All records of calls of a product, oldest first. */
  async journal(product: string, from?: Date): Promise<JournalLine[]> {
    const query = new URLSearchParams({ format: 'ndjson', product, stream: 'business', ...(from === undefined ? {} : { from: from.toISOString() }) });
    const answer = await this.#fetch(`/api/v1/journal/export?${query.toString()}`, {});
    return (await answer.text()).split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as JournalLine);
  }

  /** One figure of `/metrics`. */
  async metric(name: string): Promise<number> {
    const text = await (await this.#fetch('/metrics', {})).text();
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  }

  async #fetch(path: string, init: { readonly method?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }): Promise<Response> {
    const answer = await fetch(`${this.#base}${path}`, { ...init, headers: { ...init.headers, authorization: `Bearer ${this.#token}` } });
    if (!answer.ok) throw new Error(`${init.method ?? 'GET'} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  }
}
