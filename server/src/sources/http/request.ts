import { DomainError } from '../../kernel/errors.ts';
import type { RelayPlan } from '../../modules/resources/index.ts';
import type { OutboundRequest } from '../../outbound/index.ts';
import { badInput } from './errors.ts';
import type { Operation, Parameter } from './settings.ts';
import type { UpstreamSettings } from './upstream-settings.ts';
import { wireJson, wireText } from './wire-text.ts';

type Inputs = RelayPlan['inputs'];

/** Makes the request of one call. Throws `upstream.input` for a value that cannot stand where it belongs. */
export type RequestMaker = (inputs: Inputs) => OutboundRequest;

/** What stands in every request to an upstream: names and values of headers in turn, and of the query. */
export interface Standing {
  readonly headers: readonly string[];
  readonly query: readonly (readonly [string, string])[];
}

/** Our own credentials; those of callers never come here. */
export function standingOf({ auth, secret }: Pick<UpstreamSettings, 'auth' | 'secret'>): Standing {
  const headers = ['accept', '*/*', 'accept-encoding', 'identity', 'user-agent', 'lingqu'];
  switch (auth.kind) {
    case 'none':
      return { headers, query: [] };
    case 'basic':
      return { headers: [...headers, 'authorization', `Basic ${Buffer.from(`${auth.user}:${secret}`).toString('base64')}`], query: [] };
    case 'bearer':
      return { headers: [...headers, 'authorization', `Bearer ${secret}`], query: [] };
    case 'header':
      return { headers: [...headers, auth.name, secret], query: [] };
    case 'query':
      return { headers, query: [[auth.name, secret]] };
  }
}

/** Where an endpoint is asked: its path, and its query if it has one. */
export function targetOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

/** A target with what stands in the query of every request. */
export function withStanding(target: string, { query }: Standing): string {
  const own = query.map(([name, value]) => pair(name, value)).join('&');
  return own === '' ? target : `${target}${target.includes('?') ? '&' : '?'}${own}`;
}

/** Headers that are the connection's, or would hold a secret in clear. */
const reserved = /^(host|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|content-length|content-type|accept-encoding|authorization|cookie|forwarded|x-forwarded-.*)$/i;

/** Throws `upstream.operation` for a description that no request can be made of. */
export function requestMaker(operation: Operation, basePath: string, standing: Standing): RequestMaker {
  checkOperation(operation);
  const { method } = operation;
  const at = (place: Parameter['in']): readonly Parameter[] => operation.parameters.filter((parameter) => parameter.in === place);
  const path = pathMaker(basePath + operation.path, at('path'));
  const query = queryMaker([...standing.query, ...Object.entries(operation.query)], at('query'));
  const body = bodyMaker(operation, at('body'));
  const type = body === undefined ? [] : ['content-type', operation.body?.format === 'form' ? 'application/x-www-form-urlencoded' : 'application/json'];
  const fixed = [...standing.headers, ...type, ...Object.entries(operation.headers).flat()];
  const inHeaders = at('header');
  return (inputs) => ({
    method,
    path: path(inputs) + query(inputs),
    headers: inHeaders.length === 0 ? fixed : [...fixed, ...headersOf(inHeaders, inputs)],
    body: body === undefined ? null : body(inputs),
  });
}

function checkOperation({ name, method, path, parameters, headers, body }: Operation): void {
  const templates = [...path.matchAll(/\{([^{}]*)\}/g)].map(([, inner]) => inner ?? '');
  const inPath = parameters.filter((parameter) => parameter.in === 'path').map(wireName);
  const names = parameters.map((parameter) => parameter.name);
  const headerNames = [...Object.keys(headers), ...parameters.filter((parameter) => parameter.in === 'header').map(wireName)];
  const faults = [
    ...templates.filter((template) => !inPath.includes(template)).map((template) => `路径中的 {${template}} 没有对应的 path 参数 (no path parameter)`),
    ...inPath.filter((each) => !templates.includes(each)).map((each) => `path 参数 ${each} 不在路径中 (not in the path)`),
    ...names.filter((each, index) => names.indexOf(each) !== index).map((each) => `参数 ${each} 重复 (twice)`),
    ...headerNames.filter((each) => reserved.test(each) || !/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(each)).map((each) => `请求头 ${each} 不可设置，凭据请用 auth (may not be set: credentials belong into auth)`),
    ...Object.values(headers).filter((value) => !isHeaderValue(value)).map(() => '请求头的值只能是可见 ASCII 字符 (values of headers are visible ASCII)'),
    ...(method === 'GET' && (body !== undefined || parameters.some((parameter) => parameter.in === 'body')) ? ['GET 没有请求体 (GET has no body)'] : []),
  ];
  if (faults.length > 0) throw new DomainError('invalid-definition', 'upstream.operation', `操作 ${name} 的描述有误：${faults.join('；')}`, { details: { faults } });
}

const wireName = ({ name, as }: Parameter): string => as ?? name;

/** Values stand percent-encoded in the place of their templates. A segment of dots would climb out of the path. */
function pathMaker(template: string, parameters: readonly Parameter[]): (inputs: Inputs) => string {
  if (parameters.length === 0) return () => (template === '' ? '/' : template);
  const pieces = template.split(/(\{[^{}]*\})/).map((piece) => {
    const parameter = parameters.find((each) => `{${wireName(each)}}` === piece);
    return parameter === undefined ? () => piece : (inputs: Inputs) => segment(parameter, inputs);
  });
  return (inputs) => pieces.map((piece) => piece(inputs)).join('');
}

function segment({ name, times }: Parameter, inputs: Inputs): string {
  const literal = inputs[name];
  const text = literal === undefined ? '' : wireText(literal, times);
  if (text === '') throw badInput(name, '不可为空 (it may not be empty)');
  if (/^\.+$/.test(text)) throw badInput(name, '不可只由点组成 (it may not be dots)');
  return encodeURIComponent(text);
}

function queryMaker(fixed: readonly (readonly [string, string])[], parameters: readonly Parameter[]): (inputs: Inputs) => string {
  const constant = fixed.map(([name, value]) => pair(name, value)).join('&');
  const names = parameters.map((parameter) => encodeURIComponent(wireName(parameter)));
  return (inputs) => {
    let query = constant;
    for (const [index, { name, times }] of parameters.entries()) {
      const literal = inputs[name];
      if (literal === undefined) continue;
      query += `${query === '' ? '' : '&'}${names[index]}=${encodeURIComponent(wireText(literal, times))}`;
    }
    return query === '' ? '' : `?${query}`;
  };
}

const pair = (name: string, value: string): string => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;

function headersOf(parameters: readonly Parameter[], inputs: Inputs): string[] {
  return parameters.flatMap((parameter) => {
    const literal = inputs[parameter.name];
    if (literal === undefined) return [];
    const text = wireText(literal, parameter.times);
    if (!isHeaderValue(text)) throw badInput(parameter.name, '请求头只能含可见 ASCII 字符 (a header holds visible ASCII only)');
    return [wireName(parameter), text];
  });
}

const isHeaderValue = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

function bodyMaker({ body }: Operation, parameters: readonly Parameter[]): ((inputs: Inputs) => string) | undefined {
  if (body === undefined && parameters.length === 0) return undefined;
  const fixed = Object.entries(body?.fixed ?? {});
  if (body?.format === 'form') {
    const constant = fixed.map(([name, value]) => pair(name, String(value)));
    return (inputs) => [...constant, ...given(parameters, inputs, (parameter, literal) => pair(wireName(parameter), wireText(literal, parameter.times)))].join('&');
  }
  const constant = fixed.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  return (inputs) => `{${[...constant, ...given(parameters, inputs, (parameter, literal) => `${JSON.stringify(wireName(parameter))}:${wireJson(literal, parameter.times)}`)].join(',')}}`;
}

function given(parameters: readonly Parameter[], inputs: Inputs, write: (parameter: Parameter, literal: Inputs[string]) => string): string[] {
  return parameters.flatMap((parameter) => {
    const literal = inputs[parameter.name];
    return literal === undefined ? [] : [write(parameter, literal)];
  });
}
