import { Default, Parse } from 'typebox/value';
import type { SourceType } from '../../modules/resources/index.ts';
import type { OutboundGate } from '../../outbound/index.ts';
import { OperationsConnection, scannerOf, tableOf, type Health, type ReadyOperation } from './connection.ts';
import { jsonReader } from './json-rows.ts';
import { readOpenApi } from './openapi.ts';
import { requestMaker, standingOf, targetOf, withStanding, type Standing } from './request.ts';
import { HttpSettings, type Operation } from './settings.ts';
import { Upstream } from './upstream.ts';
import type { UpstreamSettings } from './upstream-settings.ts';
import { xmlReader } from './xml-rows.ts';

/** Services over HTTP whose operations are described one by one (SEA-8.1c). */
export const httpSource = (gate: OutboundGate): SourceType => ({
  type: 'http',
  schema: HttpSettings,
  secrets: ['secret'],
  readDescription: readOpenApi,
  open(given) {
    const settings = Parse(HttpSettings, Default(HttpSettings, structuredClone({ ...given })));
    const basePath = basePathOf(settings);
    const standing = standingOf(settings);
    const upstream = new Upstream(gate, settings);
    return new OperationsConnection(upstream, healthOf(settings, standing), settings.operations.map((operation) => readied(operation, upstream, basePath, standing)));
  },
});

const basePathOf = ({ baseUrl }: UpstreamSettings): string => new URL(baseUrl).pathname.replace(/\/$/, '');

function readied(operation: Operation, upstream: Upstream, basePath: string, standing: Standing): ReadyOperation {
  const { name, title, parameters, answer } = operation;
  const table = tableOf(name, title, parameters, answer);
  const request = requestMaker(operation, basePath, standing);
  if (answer === undefined) return { table, request };
  const read = answer.format === 'json' ? jsonReader(answer) : xmlReader(answer);
  return { table, request, rows: scannerOf(upstream, request, read, answer.maxBytes) };
}

/** Without a description of its health, an upstream is well that answers anything but an error of its own. */
export function healthOf({ health, baseUrl }: UpstreamSettings, standing: Standing): Health {
  const path = withStanding(health?.path ?? targetOf(baseUrl), standing);
  return { request: { method: 'GET', path, headers: [...standing.headers], body: null }, accepts: ({ status }) => (health === undefined ? status < 500 : status === health.status) };
}
