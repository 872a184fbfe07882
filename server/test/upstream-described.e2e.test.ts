import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { make, newHolder, giveGrant, publish, refusal } from './support/sharing.ts';
import { startRelayStage, startUpstream, type RelayStage, type TestUpstream } from './support/upstream.ts';

const openApi = `
openapi: 3.0.3
info: { title: 潮位, version: '1' }
servers: [{ url: https://tides.example/api/ }]
paths:
  /stations/{station}/readings:
    parameters: [{ $ref: '#/components/parameters/Station' }]
    get:
      operationId: listReadings
      summary: 潮位列表
      parameters:
        - { name: from, in: query, schema: { type: string, format: date-time } }
        - { name: tags, in: query, schema: { type: array, items: { type: string } } }
        - { name: sid, in: cookie, schema: { type: string } }
      responses:
        '200':
          content:
            application/json:
              schema:
                type: object
                properties:
                  code: { type: integer }
                  data: { type: object, properties: { list: { type: array, items: { $ref: '#/components/schemas/Reading' } } } }
  /search:
    post:
      requestBody: { content: { application/json: { schema: { type: object, required: [word], properties: { word: { type: string }, deep: { type: object } } } } } }
      responses: { '200': { content: { image/png: {} } } }
  /outside:
    get: { operationId: outside, responses: { '200': { content: { application/json: { schema: { $ref: 'http://169.254.169.254/x.json' } } } } } }
components:
  parameters: { Station: { name: station, in: path, required: true, schema: { type: string }, description: 站名 } }
  schemas:
    Reading: { allOf: [{ $ref: '#/components/schemas/Base' }, { type: object, properties: { depth: { type: number }, 'a/b': { type: boolean }, station: { type: string } } }] }
    Base: { type: object, properties: { id: { type: integer, format: int64 }, at: { type: [string, 'null'], format: date-time }, more: { type: object } } }
`;

const wsdl = (address: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/" xmlns:tns="urn:tides" xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:tides">
  <wsdl:types>
    <xs:schema targetNamespace="urn:tides">
      <xs:import namespace="urn:other" schemaLocation="http://169.254.169.254/other.xsd"/>
      <xs:element name="query" type="tns:query"/>
      <xs:element name="queryResponse"><xs:complexType><xs:sequence><xs:element name="return" minOccurs="0" maxOccurs="unbounded" type="tns:reading"/></xs:sequence></xs:complexType></xs:element>
      <xs:complexType name="query"><xs:sequence><xs:element name="station" type="xs:string"/><xs:element name="most" type="xs:int" minOccurs="0"/></xs:sequence></xs:complexType>
      <xs:complexType name="reading"><xs:sequence><xs:element name="id" type="xs:long"/><xs:element name="station" type="xs:string"/><xs:element name="depth" type="xs:decimal" nillable="true"/><xs:element name="at" type="xs:dateTime"/></xs:sequence></xs:complexType>
    </xs:schema>
  </wsdl:types>
  <wsdl:message name="query"><wsdl:part name="parameters" element="tns:query"/></wsdl:message>
  <wsdl:message name="queryResponse"><wsdl:part name="parameters" element="tns:queryResponse"/></wsdl:message>
  <wsdl:portType name="Tides"><wsdl:operation name="query"><wsdl:input message="tns:query"/><wsdl:output message="tns:queryResponse"/></wsdl:operation></wsdl:portType>
  <wsdl:binding name="TidesSoap" type="tns:Tides"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/><wsdl:operation name="query"><soap:operation soapAction="urn:tides#query"/><wsdl:input><soap:body use="literal"/></wsdl:input></wsdl:operation></wsdl:binding>
  <wsdl:service name="Tides"><wsdl:port name="TidesSoap" binding="tns:TidesSoap"><soap:address location="${address}"/></wsdl:port></wsdl:service>
</wsdl:definitions>`;

describe('[SEA-8.1c] a service is described by its own document', () => {
  let stage: RelayStage;
  let upstream: TestUpstream;
  before(async () => {
    upstream = await startUpstream((_request, response) => {
      response.setHeader('content-type', 'text/xml').end('<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><queryResponse xmlns="urn:tides"><return><id>1</id><station>赤湾</station><depth>1.50</depth><at>2022-09-01T00:00:00Z</at></return><return><id>2</id><station>赤湾</station><depth/><at>2022-09-01T01:00:00+08:00</at></return></queryResponse></e:Body></e:Envelope>');
    });
    stage = await startRelayStage();
  });
  after(async () => {
    await stage[Symbol.asyncDispose]();
    await upstream[Symbol.asyncDispose]();
  });
  const described = (type: string, document: string) => make(stage.node, 'POST', '/sources/describe', { body: { type, document } });

  it('OpenAPI: operations with their parameters and rows, and what could not be read', async () => {
    const { settings, warnings } = await described('http', openApi);
    assert.equal(settings.baseUrl, 'https://tides.example/api');
    const [readings, search] = settings.operations;
    assert.deepEqual(readings, {
      name: 'listReadings', title: '潮位列表', method: 'GET', path: '/stations/{station}/readings',
      parameters: [
        { name: 'in_station', as: 'station', in: 'path', type: 'text', required: true, comment: '站名' },
        { name: 'from', in: 'query', type: 'timestamptz', required: false, comment: '' },
      ],
      answer: {
        format: 'json', rows: '/data/list',
        columns: [
          { name: 'id', type: 'bigint', path: '/id', comment: '' }, { name: 'at', type: 'timestamptz', path: '/at', comment: '' }, { name: 'more', type: 'json', path: '/more', comment: '' },
          { name: 'depth', type: 'decimal', path: '/depth', comment: '' }, { name: 'a/b', type: 'boolean', path: '/a~1b', comment: '' }, { name: 'station', type: 'text', path: '/station', comment: '' },
        ],
      },
    });
    assert.deepEqual([search.name, search.method, search.body, search.parameters, search.answer], ['POST_search', 'POST', { format: 'json' }, [{ name: 'word', in: 'body', type: 'text', required: true, comment: '' }], undefined]);
    for (const part of ['tags', 'sid', 'deep', 'POST_search', '169.254.169.254']) assert.ok(warnings.some((warning: string) => warning.includes(part)), part);
  });

  it('WSDL: what it says is added and served as REST, its address unseen', async () => {
    const { settings, warnings } = await described('soap', wsdl(`${upstream.url}/tides?svc=1`));
    assert.ok(warnings.some((warning: string) => warning.includes('other.xsd')));
    assert.deepEqual(settings.operations[0].answer, { rows: '/queryResponse/return', columns: [{ name: 'id', type: 'bigint' }, { name: 'station', type: 'text' }, { name: 'depth', type: 'decimal' }, { name: 'at', type: 'timestamptz' }] });
    await make(stage.node, 'POST', '/sources', { body: { name: 'tides', type: 'soap', settings } });
    await make(stage.node, 'POST', '/resources', { body: { name: 'tides', source: 'tides', table: 'query', key: ['id'] } });
    await publish(stage.node, 'tides', {
      resource: 'tides',
      fields: [{ name: 'id', type: 'bigint' }, { name: 'depth', type: 'numeric' }, { name: 'at', type: 'timestamp' }],
      parameters: [{ name: 'station', column: 'in_station', operator: 'eq', required: true }],
    });
    const holder = await newHolder(stage.node, 'tides-holder');
    await giveGrant(stage.node, holder.id, 'tides');
    const answer = await fetch(`${stage.node.dataUrl}/gov/v1/tides?station=${encodeURIComponent('赤湾')}`, { headers: { appkey: holder.appkey } });
    const text = await answer.text();
    assert.deepEqual(JSON.parse(text).data, [{ id: 1, depth: 1.5, at: '2022-09-01T08:00:00+08:00' }, { id: 2, depth: null, at: '2022-09-01T01:00:00+08:00' }]);
    assert.ok(!text.includes(String(upstream.port)) && ![...answer.headers.values()].join().includes(String(upstream.port)));
    const { url, body = '', headers = {} } = upstream.requests.at(-1) ?? {};
    assert.equal(url, '/tides?svc=1');
    assert.equal(headers['soapaction'], '"urn:tides#query"');
    assert.match(body, /<op:query xmlns:op="urn:tides"><station>赤湾<\/station><\/op:query>/);
  });

  for (const [what, type, document, code] of [
    ['a document of another kind', 'http', 'swagger: "2.0"', 'openapi.version'],
    ['what is no document', 'http', '{', 'openapi.syntax'],
    ['a WSDL with a DOCTYPE', 'soap', '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>', 'xml.doctype'],
    ['XML that is no WSDL', 'soap', '<x/>', 'wsdl.none'],
    ['a description for a database', 'postgres', 'x', 'source.description.none'],
  ] as const) {
    it(`refuses ${what}: ${code}`, async () => assert.equal((await refusal(stage.node, 'POST', '/sources/describe', { body: { type, document } })).code, code));
  }

  for (const [what, operation] of [
    ['a template without its parameter', { name: 'a', path: '/{b}' }],
    ['a parameter without its template', { name: 'a', parameters: [{ name: 'b', in: 'path' }] }],
    ['a header that would hold a secret in clear', { name: 'a', headers: { Authorization: 'Bearer x' } }],
    ['a body of GET', { name: 'a', parameters: [{ name: 'b', in: 'body' }] }],
    ['an input and a column of one name', { name: 'a', parameters: [{ name: 'b', in: 'query' }], answer: { format: 'json', columns: [{ name: 'b' }] } }],
    ['a key that is no column', { name: 'a', answer: { format: 'json', columns: [{ name: 'b' }], key: ['c'] } }],
  ] as const) {
    it(`an operation with ${what} is refused`, async () => {
      const { code } = await refusal(stage.node, 'POST', '/sources', { body: { name: 'wrong', type: 'http', settings: { baseUrl: upstream.url, operations: [operation] } } });
      assert.equal(code, 'upstream.operation');
    });
  }
});
