import { wireTable } from '../../codecs/forms.ts';
import { EnvelopeError, faultMessage, faultStatus, schemaInstance, soapContentType, soapFrame, type FaultCode, type SoapVersion } from '../../codecs/soap.ts';
import { elements, escapeXml, xmlElement, xmlRowsEncoder } from '../../codecs/xml.ts';
import { httpStatuses } from '../../http/statuses.ts';
import type { Refusal, Rendering } from '../../modules/delivery/index.ts';
import { success } from './from-domain.ts';
import { errorElement, namespaceOf, response } from './soap-names.ts';

/** SEA's fields (decision 2) in an envelope: success, msg, data with its rows, total. */
export function soapRendering(version: SoapVersion, code: string): Rendering {
  const before = `<${response} xmlns="${escapeXml(namespaceOf(code))}" xmlns:xsi="${schemaInstance}">${elements([['success', 'true'], ['msg', success]])}`;
  return {
    forms: wireTable['gov-soap'].types,
    encoder: () => xmlRowsEncoder(soapFrame(version, before, `</${response}>`)),
    status: (kind) => httpStatuses[kind],
  };
}

export interface FaultAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** A refusal as a fault of the version that was spoken. */
export function faultAnswer({ error, errorId }: Refusal, spoken: SoapVersion, code: string): FaultAnswer {
  const ofEnvelope = error instanceof EnvelopeError ? error : undefined;
  const version = ofEnvelope?.version ?? spoken;
  const faultCode: FaultCode = ofEnvelope?.fault ?? (httpStatuses[error.kind] < 500 ? 'Sender' : 'Receiver');
  const namespace = namespaceOf(code);
  const { retryAfterSeconds } = error.details;
  const retry = typeof retryAfterSeconds === 'number' ? ([['retryAfterSeconds', String(retryAfterSeconds)]] as const) : [];
  const detail = xmlElement(errorElement, { xmlns: namespace }, elements([['code', error.code], ['errorId', errorId], ...retry]));
  const body = faultMessage(version, {
    code: faultCode,
    subcode: { namespace, name: error.code },
    reason: inTwoLanguages(error.message),
    detail,
    notUnderstood: ofEnvelope?.notUnderstood ?? [],
  });
  return { status: faultStatus(version, faultCode), type: soapContentType(version), body };
}

/** Messages are Chinese, with their English in brackets at the end. */
function inTwoLanguages(message: string): { zh: string; en: string } {
  const [, zh, en] = /^(.+?) \(([^()]+)\)$/s.exec(message) ?? [];
  return zh === undefined || en === undefined ? { zh: message, en: message } : { zh, en };
}
