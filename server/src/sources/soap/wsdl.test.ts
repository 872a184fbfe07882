import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readWsdl } from './wsdl.ts';

const document = (schemas: string, element = 'a:query'): string => `<?xml version="1.0"?>
<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:a="urn:a" xmlns:b="urn:b" xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <wsdl:types>${schemas}</wsdl:types>
  <wsdl:message name="in"><wsdl:part name="p" element="${element}"/></wsdl:message>
  <wsdl:message name="out"><wsdl:part name="p" element="a:answer"/></wsdl:message>
  <wsdl:portType name="T"><wsdl:operation name="query"><wsdl:input message="in"/><wsdl:output message="out"/></wsdl:operation></wsdl:portType>
  <wsdl:binding name="B" type="T"><soap:binding/><wsdl:operation name="query"><soap:operation/></wsdl:operation></wsdl:binding>
  <wsdl:service name="S"><wsdl:port name="P" binding="B"><soap:address location="http://x/ws?svc=1"/></wsdl:port></wsdl:service>
</wsdl:definitions>`;

const schema = (namespace: string, content: string, form = 'unqualified'): string => `<xs:schema targetNamespace="${namespace}" elementFormDefault="${form}">${content}</xs:schema>`;
const sequence = (content: string): string => `<xs:sequence>${content}</xs:sequence>`;
const type = (name: string, content: string): string => `<xs:complexType name="${name}">${sequence(content)}</xs:complexType>`;
const query = '<xs:element name="query" type="a:query"/>';

interface Described {
  readonly warnings: readonly string[];
  readonly operations: readonly { readonly parameters: readonly { readonly name: string; readonly type: string }[]; readonly qualified: boolean; readonly answer?: { readonly rows: string; readonly columns: readonly { readonly name: string; readonly type: string }[] } }[];
}

function read(text: string): Described {
  const { settings, warnings } = readWsdl(text);
  const { operations } = settings;
  assert.ok(Array.isArray(operations));
  return { warnings, operations };
}

describe('the names in a WSDL', () => {
  it('are those of their namespaces: elements and types of one local name are told apart', () => {
    const { operations: [operation], warnings } = read(document(
      schema('urn:b', type('query', '<xs:element name="wrong" type="xs:int"/>') + type('row', '<xs:element name="id" type="xs:long"/>') + '<xs:element name="query" type="b:query"/><xs:element name="answer" type="xs:string"/>') +
      schema('urn:a', `${query}${type('query', '<xs:element name="right" type="xs:int"/>')}${type('row', '<xs:element name="wrong" type="xs:string"/>')}<xs:element name="answer"><xs:complexType>${sequence('<xs:element name="row" type="b:row" maxOccurs="unbounded"/>')}</xs:complexType></xs:element>`),
    ));
    assert.deepEqual(operation?.parameters.map(({ name }) => name), ['right']);
    assert.deepEqual(operation.answer, { rows: '/answer/row', columns: [{ name: 'id', type: 'bigint' }] });
    assert.deepEqual(warnings, []);
  });

  it('have the prefixes that are in scope where they stand', () => {
    const { operations: [operation] } = read(document(`<s:schema xmlns:s="http://www.w3.org/2001/XMLSchema" xmlns="http://www.w3.org/2001/XMLSchema" xmlns:own="urn:a" targetNamespace="urn:a"><element name="query" type="own:q"/><complexType name="q"><sequence><element name="n" type="int"/><element xmlns:x="http://www.w3.org/2001/XMLSchema" name="m" type="x:boolean"/></sequence></complexType></s:schema>`));
    assert.deepEqual(operation?.parameters.map((parameter) => [parameter.name, parameter.type]), [['n', 'integer'], ['m', 'boolean']]);
  });

  it('that lead nowhere are told', () => {
    const { operations, warnings } = read(document(schema('urn:a', `${query}${type('query', '<xs:element name="n" type="c:n"/><xs:element name="m" type="b:m"/>')}`)));
    assert.deepEqual(operations[0]?.parameters.map((parameter) => parameter.type), ['text', 'text']);
    for (const part of ['c:n', '{urn:b}m']) assert.ok(warnings.some((warning) => warning.includes(part)), part);
    const undeclared = read(document(schema('urn:a', query), 'z:query'));
    assert.deepEqual(undeclared.operations, []);
    assert.ok(undeclared.warnings.some((warning) => warning.includes('z:query')));
  });

  it('of parameters are qualified as their schema says, or each for itself; those of several namespaces cannot be called', () => {
    const qualified = (form: string, own = ''): boolean | undefined => read(document(schema('urn:a', `${query}${type('query', `<xs:element name="n" type="xs:int"${own}/>`)}`, form))).operations[0]?.qualified;
    assert.deepEqual([qualified('qualified'), qualified('unqualified'), qualified('unqualified', ' form="qualified"'), qualified('qualified', ' form="unqualified"')], [true, false, true, false]);
    const several = read(document(schema('urn:a', '<xs:element name="query" type="b:query"/>') + schema('urn:b', type('query', '<xs:element name="n" type="xs:int"/>'), 'qualified')));
    assert.deepEqual(several.operations, []);
  });
});

describe('a WSDL whose types name one another', () => {
  const tangled = (types: number, each: number): string =>
    Array.from({ length: types }, (_, index) => type(`t${index}`, Array.from({ length: each }, (_unused, child) => `<xs:element name="e${child}" type="a:t${(index + child) % types}"/>`).join(''))).join('');
  const answer = (of: string): string => `<xs:element name="answer" type="a:${of}"/>`;
  const ask = query + type('query', '<xs:element name="n" type="xs:int"/>');

  it('is read in no time, and each type once', () => {
    const begun = performance.now();
    const { operations: [operation] } = read(document(schema('urn:a', ask + answer('t0') + tangled(12, 12))));
    assert.equal(operation?.answer, undefined);
    assert.ok(performance.now() - begun < 2_000);
    const rows = read(document(schema('urn:a', `${ask}${answer('node')}${type('node', '<xs:element name="id" type="xs:int"/><xs:element name="child" type="a:node" minOccurs="0" maxOccurs="unbounded"/>')}`)));
    assert.deepEqual(rows.operations[0]?.answer, { rows: '/answer/child', columns: [{ name: 'id', type: 'integer' }] });
  });

  it('is refused where that would take too long: wsdl.too-large', () => {
    assert.throws(() => read(document(schema('urn:a', ask + answer('t0') + tangled(60, 60)))
      .replace('<wsdl:operation name="query"><soap:operation/></wsdl:operation>', '<wsdl:operation name="query"><soap:operation/></wsdl:operation>'.repeat(100))), { code: 'wsdl.too-large' });
  });
});
