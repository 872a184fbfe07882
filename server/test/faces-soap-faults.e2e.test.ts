import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { createDatabase, dropDatabase } from './support/database.ts';
import { startNode, type StartedNode } from './support/node.ts';
import { needs } from './support/services.ts';
import { addPostgres, giveGrant, journalOf, make, newHolder, publish } from './support/sharing.ts';
import { envelope, envelopeOf, post, told, typeOf, under, versions, type Element, type SoapAnswer, type Version } from './support/soap.ts';
import { shareTides } from './support/tides.ts';

let node: StartedNode;
let appkey: string;

before(async () => {
  node = await startNode({ engine: 'pglite' });
  const { holder } = await shareTides(node, { days: 1 });
  appkey = holder.appkey;
});
after(() => node.stop());

const send = (version: Version, body: string, headers: Record<string, string> = {}): Promise<SoapAnswer> => post(node, 'cwgcsssj', version, body, { appkey, ...headers });
const fault = (version: Version, name: string, code: string | undefined): object => ({
  version,
  status: version === '1.2' && name === 'Sender' ? 400 : 500,
  type: `${typeOf[version]}; charset=utf-8`,
  fault: version === '1.2' ? name : ({ Sender: 'Client', Receiver: 'Server' }[name] ?? name),
  code,
});
/** An envelope round what is given as its children. */
const wrap = (version: Version, inner: string, attributes = ''): string => `<e:Envelope xmlns:e="${envelopeOf[version]}"${attributes}>${inner}</e:Envelope>`;
const query = '<query xmlns="urn:lingqu:gov:cwgcsssj"/>';

/** Names of a SupportedEnvelope or a NotUnderstood, resolved. */
const namesIn = (header: Element | undefined): string[] =>
  (header?.children ?? []).flatMap((block) => (block.name.endsWith('}NotUnderstood') ? [block] : block.children)).map(({ name, attributes }) => {
    const [prefix = '', local = ''] = (attributes['qname'] ?? '').split(':');
    return `${name.split('}')[1] ?? ''} {${attributes[prefix] ?? ''}}${local}`;
  });
const bothVersions = (['1.2', '1.1'] as const).map((version) => `SupportedEnvelope {${envelopeOf[version]}}Envelope`);

describe('the version of the envelope', () => {
  for (const [sent, announced, answered] of [
    ['1.2', '1.1', '1.1'],
    ['1.1', '1.2', '1.1'],
  ] as const) {
    it(`[GOV-type] an envelope of ${sent} under the media type of ${announced} is refused in SOAP ${answered}, with what would be understood`, async () => {
      const answer = await send(announced, envelope(sent, 'cwgcsssj', ''));
      assert.deepEqual(told(answer), fault(answered, 'VersionMismatch', undefined));
      assert.deepEqual(namesIn(under(answer.envelope, 'Header')), bothVersions);
      const [record] = await journalOf(node, answer.headers.get('x-request-id') ?? '');
      assert.deepEqual([record.face, record.result, record.reason, record.errorId], ['gov-soap', 'denied', 'soap.version', answer.headers.get('x-error-id')]);
    });
  }

  for (const version of versions) {
    it(`[GOV-type] an envelope of no version is refused in SOAP ${version}, which was announced`, async () => {
      const answer = await send(version, `<Envelope xmlns="urn:soap:3"><Body/></Envelope>`);
      assert.deepEqual(told(answer), fault(version, 'VersionMismatch', version === '1.1' ? undefined : 'soap.version'));
      assert.deepEqual(namesIn(under(answer.envelope, 'Header')), bothVersions);
    });
  }
});

for (const version of versions) {
  describe(`faults of SOAP ${version}`, () => {
    it('[GOV-type] say the code, the error ID and the reason in both languages; the operator finds it by its ID', async () => {
      const answer = await post(node, 'cwgcsssj', version, envelope(version, 'cwgcsssj', ''));
      assert.deepEqual(told(answer), fault(version, 'Sender', 'credential.invalid'));
      const errorId = answer.headers.get('x-error-id') ?? '';
      assert.equal(answer.headers.get('x-status'), '401');
      const [record] = await journalOf(node, answer.headers.get('x-request-id') ?? '');
      assert.deepEqual([record.face, record.result, record.reason, record.status, record.errorId], ['gov-soap', 'denied', 'credential.invalid', 401, errorId]);
      assert.equal(under(answer.content, version === '1.1' ? 'detail' : 'Detail', 'error', 'errorId')?.text, errorId);
      if (version === '1.1') {
        assert.match(under(answer.content, 'faultstring')?.text ?? '', /^[^()]*无效[^()]* \(the [^()]+\)$/);
      } else {
        const texts = under(answer.content, 'Reason')?.children.map(({ attributes, text }) => [attributes['lang'], /^\p{Script=Han}/u.test(text), /^the [ -~]+$/.test(text)]);
        assert.deepEqual(texts, [['zh', true, false], ['en', false, true]]);
        assert.match(under(answer.content, 'Code', 'Subcode', 'Value')?.text ?? '', /^\w+:credential\.invalid$/);
      }
    });

    it('say when to come again', async () => {
      const holder = await newHolder(node, `限额系统 ${version}`);
      await giveGrant(node, holder.name, 'cwgcsssj', { quotas: [{ per: 'day', unit: 'calls', limit: 1 }] });
      const ask = (): Promise<SoapAnswer> => post(node, 'cwgcsssj', version, envelope(version, 'cwgcsssj', '<pageSize>1</pageSize>'), { appkey: holder.appkey });
      assert.equal((await ask()).status, 200);
      const answer = await ask();
      const { code } = told(answer);
      const seconds = under(answer.content, version === '1.1' ? 'detail' : 'Detail', 'error', 'retryAfterSeconds')?.text;
      assert.match(code ?? '', /^quota/);
      assert.ok(Number(seconds) > 0);
      assert.deepEqual([answer.headers.get('retry-after'), answer.headers.get('x-status')], [seconds, '429']);
    });

    const block = (attributes: string): string => `<t:Tx xmlns:t="urn:tx" xmlns:e="${envelopeOf[version]}" ${attributes}/>`;
    const role = version === '1.1' ? 'actor' : 'role';
    it('a header block that must be understood and is not', async () => {
      const answer = await send(version, envelope(version, 'cwgcsssj', '', block('e:mustUnderstand="1"') + block('').replaceAll('Tx', 'Other')));
      assert.deepEqual(told(answer), fault(version, 'MustUnderstand', version === '1.1' ? undefined : 'soap.must-understand'));
      assert.deepEqual(namesIn(under(answer.envelope, 'Header')), version === '1.1' ? [] : ['NotUnderstood {urn:tx}Tx']);
      const next = version === '1.1' ? 'http://schemas.xmlsoap.org/soap/actor/next' : `${envelopeOf['1.2']}/role/ultimateReceiver`;
      assert.equal(told(await send(version, envelope(version, 'cwgcsssj', '', block(`e:mustUnderstand="true" e:${role}="${next}"`)))).fault, 'MustUnderstand');
    });

    for (const [what, attributes] of [
      ['need not be understood', 'e:mustUnderstand="0"'],
      ['must be understood by another', `e:mustUnderstand="1" e:${role}="urn:another"`],
      ['says so in a namespace that is not its', 'mustUnderstand="1"'],
    ] as const) {
      it(`a header block that ${what} is passed over`, async () => {
        assert.equal((await send(version, envelope(version, 'cwgcsssj', '<pageSize>1</pageSize>', block(attributes)))).status, 200);
      });
    }

    for (const [what, body, code] of [
      ['another operation', `<query xmlns="urn:lingqu:gov:other"/>`, 'soap.operation'],
      ['another name of the operation', `<drop xmlns="urn:lingqu:gov:cwgcsssj"/>`, 'soap.operation'],
      ['two operations', query + query, 'soap.body'],
      ['an empty body', '', 'soap.body'],
      ['an unknown parameter', `<query xmlns="urn:lingqu:gov:cwgcsssj"><nothing>1</nothing></query>`, 'policy.parameter.unknown'],
      ['a parameter given twice', `<query xmlns="urn:lingqu:gov:cwgcsssj"><pageNum>1</pageNum><PAGENUM>1</PAGENUM></query>`, 'request.parameter.duplicate'],
      ['a parameter with elements in it', `<query xmlns="urn:lingqu:gov:cwgcsssj"><pageSize><a>1</a></pageSize></query>`, 'soap.parameter'],
      ['a parameter of another namespace', `<query xmlns="urn:lingqu:gov:cwgcsssj"><x:pageSize xmlns:x="urn:x">1</x:pageSize></query>`, 'soap.parameter'],
      ['a page that is no number', `<query xmlns="urn:lingqu:gov:cwgcsssj"><pageSize>1e3</pageSize></query>`, 'page.number'],
    ] as const) {
      it(`${what}: ${code}`, async () => {
        assert.deepEqual(told(await send(version, wrap(version, `<e:Body>${body}</e:Body>`))), fault(version, 'Sender', code));
      });
    }

    for (const [what, body, code] of [
      ['no body', wrap(version, '<e:Header/>'), 'soap.envelope'],
      ['a header after the body', wrap(version, `<e:Body>${query}</e:Body><e:Header/>`), 'soap.envelope'],
      ['no XML', '{"pageSize":1}', 'xml.syntax'],
      ['nothing', '', 'xml.syntax'],
      ['XML that breaks off', envelope(version, 'cwgcsssj', '').slice(0, -5), 'xml.syntax'],
      ['a prefix that is not declared', wrap(version, `<e:Body><q:query/></e:Body>`), 'xml.syntax'],
      ['an entity of its own', envelope(version, 'cwgcsssj', '<input_station>&station;</input_station>'), 'xml.syntax'],
      ['a character that XML has not', envelope(version, 'cwgcsssj', '<input_station>&#0;</input_station>'), 'xml.syntax'],
      ['a processing instruction', `<?run it?>${wrap(version, `<e:Body>${query}</e:Body>`)}`, 'xml.instruction'],
      ['a DOCTYPE', `<!DOCTYPE x>${wrap(version, `<e:Body>${query}</e:Body>`)}`, 'xml.doctype'],
      ['an entity that is a file', `<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>${wrap(version, `<e:Body>&f;</e:Body>`)}`, 'xml.doctype'],
      ['a DTD elsewhere', `<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">${wrap(version, `<e:Body>${query}</e:Body>`)}`, 'xml.doctype'],
      ['depth without end', wrap(version, `<e:Header>${'<a>'.repeat(5000)}${'</a>'.repeat(5000)}</e:Header><e:Body>${query}</e:Body>`), 'xml.depth'],
      ['elements without end', wrap(version, `<e:Header>${'<a/>'.repeat(5000)}</e:Header><e:Body>${query}</e:Body>`), 'xml.elements'],
      ['attributes without end', wrap(version, `<e:Body>${query}</e:Body>`, Array.from({ length: 2000 }, (_, index) => ` a${index}="1"`).join('')), 'xml.attributes'],
      ['a text without end', envelope(version, 'cwgcsssj', `<input_station>${'x'.repeat(20_000)}</input_station>`), 'xml.text'],
      ['a body without end', envelope(version, 'cwgcsssj', `<input_station>${' '.repeat(70_000)}</input_station>`), 'request.body.too-large'],
    ] as const) {
      it(`${what}: ${code}`, { timeout: 5000 }, async () => {
        assert.deepEqual(told(await send(version, body)), fault(version, 'Sender', code));
      });
    }

    it('[NDI-E] a billion laughs are refused before the first', { timeout: 5000 }, async () => {
      const entities = Array.from({ length: 10 }, (_, index) => `<!ENTITY l${index + 1} "${`&l${index};`.repeat(10)}">`).join('');
      const body = `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l0 "haha">${entities}]>${envelope(version, 'cwgcsssj', '<input_station>&l10;</input_station>').replace('<?xml version="1.0"?>', '')}`;
      assert.equal(told(await send(version, body)).code, 'xml.doctype');
    });
  });
}

describe('SOAP 1.2', () => {
  it('values in an encoding are refused: DataEncodingUnknown', async () => {
    const body = wrap('1.2', `<e:Body><query xmlns="urn:lingqu:gov:cwgcsssj" e:encodingStyle="${envelopeOf['1.2'].replace('envelope', 'encoding')}"/></e:Body>`);
    assert.deepEqual(told(await send('1.2', body)), fault('1.2', 'DataEncodingUnknown', 'soap.encoding-style'));
  });
});

describe('a source that does not answer', needs('postgres'), () => {
  it('is a fault of the receiver', async () => {
    const url = await createDatabase();
    const client = new pg.Client(url);
    await client.connect();
    await client.query('CREATE TABLE gauges (id integer PRIMARY KEY)');
    await client.end();
    await addPostgres(node, url, 'shortlived');
    await make(node, 'POST', '/resources', { body: { name: 'gauges', source: 'shortlived', table: 'gauges', schema: 'public' } });
    await publish(node, 'gauges', { resource: 'gauges', fields: [{ name: 'id', type: 'int' }] });
    const holder = await newHolder(node, '水位系统');
    await giveGrant(node, holder.name, 'gauges');
    await dropDatabase(url);
    for (const version of versions) {
      const answer = await post(node, 'gauges', version, envelope(version, 'gauges', ''), { appkey: holder.appkey });
      const { code, ...rest } = told(answer);
      assert.deepEqual({ ...rest, code: undefined }, fault(version, 'Receiver', undefined));
      assert.match(code ?? '', /^source\./);
    }
  });
});
