import { envelopes, type SoapVersion } from '../../codecs/soap.ts';
import { escapeXml, xmlDeclaration, xmlElement } from '../../codecs/xml.ts';
import type { Product, ProductDefinition } from '../../modules/products/index.ts';
import { errorElement, gatewayElement, keyElement, namespaceOf, operation, response } from './soap-names.ts';
import { gatewaySchema, schemaOf, takesKey } from './soap-schema.ts';

/** The namespaces of WSDL 1.1 and of its bindings to SOAP 1.1 and 1.2. */
const wsdlNamespace = 'http://schemas.xmlsoap.org/wsdl/';
const bindingNamespaces: Readonly<Record<SoapVersion, string>> = { '1.1': 'http://schemas.xmlsoap.org/wsdl/soap/', '1.2': 'http://schemas.xmlsoap.org/wsdl/soap12/' };
const prefixes: Readonly<Record<SoapVersion, string>> = { '1.1': 'soap', '1.2': 'soap12' };
const http = 'http://schemas.xmlsoap.org/soap/http';

export const wsdlContentType = `${envelopes['1.1'].mediaType}; charset=utf-8`;

/**
 * The product's WSDL 1.1 (GOV-type): one operation, document/literal wrapped, with a port for each version of SOAP.
 * A relay product has none: what its source answers is in no terms of ours.
 */
export function wsdlOf({ code, definition, liveVersion }: Product, url: string): string | undefined {
  if (definition.kind === 'relay') return undefined;
  const text = [definition.name, definition.description, definition.attribution, `版本 ${liveVersion ?? 0}`].filter((each) => each !== '').join('\n');
  return (
    xmlDeclaration +
    xmlElement(
      'wsdl:definitions',
      { 'xmlns:wsdl': wsdlNamespace, 'xmlns:soap': bindingNamespaces['1.1'], 'xmlns:soap12': bindingNamespaces['1.2'], 'xmlns:tns': namespaceOf(code), 'targetNamespace': namespaceOf(code), 'name': code },
      documentation(text),
      xmlElement('wsdl:types', {}, schemaOf(code, definition), takesGateway(definition) ? gatewaySchema() : ''),
      message(operation, 'parameters'),
      message(response, 'parameters'),
      message(keyElement, 'appkey'),
      takesGateway(definition) ? message(gatewayElement, 'gateway', '') : '',
      message(errorElement, 'error'),
      xmlElement('wsdl:portType', { name: code }, portOperation(definition.name)),
      binding('1.1', code, headersOf(definition)),
      binding('1.2', code, headersOf(definition)),
      xmlElement('wsdl:service', { name: code }, port('1.1', code, url), port('1.2', code, url)),
    )
  );
}

const documentation = (text: string): string => xmlElement('wsdl:documentation', {}, escapeXml(text));

const message = (element: string, part: string, prefix = 'tns:'): string => xmlElement('wsdl:message', { name: element }, xmlElement('wsdl:part', { name: part, element: prefix + element }));

const takesGateway = ({ authentication }: ProductDefinition): boolean => authentication.includes('gateway');

/** Header blocks by which callers may prove themselves: each a message with one part. */
const headersOf = (definition: ProductDefinition): (readonly [string, string])[] => [
  ...(takesKey(definition) ? [[keyElement, 'appkey'] as const] : []),
  ...(takesGateway(definition) ? [[gatewayElement, 'gateway'] as const] : []),
];

const portOperation = (name: string): string =>
  xmlElement(
    'wsdl:operation',
    { name: operation },
    documentation(name),
    xmlElement('wsdl:input', { message: `tns:${operation}` }),
    xmlElement('wsdl:output', { message: `tns:${response}` }),
    xmlElement('wsdl:fault', { name: 'error', message: `tns:${errorElement}` }),
  );

const bindingName = (version: SoapVersion): string => `Soap${version.replace('.', '')}`;

function binding(version: SoapVersion, code: string, headers: readonly (readonly [string, string])[]): string {
  const prefix = prefixes[version];
  const body = xmlElement(`${prefix}:body`, { use: 'literal' });
  const blocks = headers.map(([name, part]) => xmlElement(`${prefix}:header`, { message: `tns:${name}`, part, use: 'literal' }));
  return xmlElement(
    'wsdl:binding',
    { name: bindingName(version), type: `tns:${code}` },
    xmlElement(`${prefix}:binding`, { style: 'document', transport: http }),
    xmlElement(
      'wsdl:operation',
      { name: operation },
      xmlElement(`${prefix}:operation`, { soapAction: '', style: 'document' }),
      xmlElement('wsdl:input', {}, body, ...blocks),
      xmlElement('wsdl:output', {}, body),
      xmlElement('wsdl:fault', { name: 'error' }, xmlElement(`${prefix}:fault`, { name: 'error', use: 'literal' })),
    ),
  );
}

const port = (version: SoapVersion, code: string, url: string): string =>
  xmlElement('wsdl:port', { name: bindingName(version), binding: `tns:${bindingName(version)}` }, xmlElement(`${prefixes[version]}:address`, { location: `${url}/gov/v1/${code}` }));
