import type { Json } from './management.ts';
import type { StartedNode } from './node.ts';

/** AGR's address, on one listener of a node. */
export const agrUrl = (node: StartedNode, query: Readonly<Record<string, string>> = {}, listener = 'data'): string =>
  `${node.urls[listener]}/gxjh/servicePublis/interface/data?${new URLSearchParams(query).toString()}`;

/** The printed parameters, the product's own among them as JSON text. */
export const agrQuery = (interfaceId: string, applyKey: string, params?: object, page: object = {}): Record<string, string> => ({
  interfaceId,
  applyKey,
  ...(params === undefined ? {} : { params: JSON.stringify(params) }),
  ...page,
});

export interface AgrAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Json;
}

export async function agr(url: string, init: RequestInit = {}): Promise<AgrAnswer> {
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
}
