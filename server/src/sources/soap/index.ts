import { Default, Parse } from 'typebox/value';
import type { SourceType } from '../../modules/resources/index.ts';
import type { OutboundGate } from '../../outbound/index.ts';
import { OperationsConnection, scannerOf, tableOf, type ReadyOperation } from '../http/connection.ts';
import { healthOf } from '../http/index.ts';
import { standingOf, targetOf, type Standing } from '../http/request.ts';
import { Upstream } from '../http/upstream.ts';
import { xmlRows } from '../http/xml-rows.ts';
import { answerOf, envelopeMaker, soapAnswers } from './envelope.ts';
import { SoapSettings, type SoapOperation } from './settings.ts';
import { readWsdl } from './wsdl.ts';

/** Web Services whose operations are described by hand, or read from their WSDL: document/literal, SOAP 1.1 and 1.2. */
export const soapSource = (gate: OutboundGate): SourceType => ({
  type: 'soap',
  schema: SoapSettings,
  secrets: ['secret'],
  readDescription: readWsdl,
  open(given) {
    const settings = Parse(SoapSettings, Default(SoapSettings, structuredClone({ ...given })));
    const standing = standingOf(settings);
    const upstream = new Upstream(gate, settings);
    return new OperationsConnection(upstream, healthOf(settings, standing), settings.operations.map((operation) => readied(operation, upstream, settings, standing)));
  },
});

function readied(operation: SoapOperation, upstream: Upstream, { version, baseUrl }: SoapSettings, standing: Standing): ReadyOperation {
  const { name, title, parameters } = operation;
  const answer = operation.answer === undefined ? undefined : { ...operation.answer, format: 'xml' as const };
  const table = tableOf(name, title, parameters, answer);
  const request = envelopeMaker(operation, version, targetOf(baseUrl), standing);
  if (answer === undefined) return { table, request };
  const rows = xmlRows(answer);
  return { table, request, rows: scannerOf(upstream, request, (body, contentType, columns) => rows(answerOf(body, contentType, version), columns), answer.maxBytes, soapAnswers(version)) };
}
