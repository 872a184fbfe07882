import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startNode, type StartedNode } from './support/node.ts';
import { giveGrant, hostTable, journalOf, make, newHolder, publish } from './support/sharing.ts';
import { envelope, envelopeOf, post, rowsOf, textsOf, told, typeOf, versions, type SoapAnswer, type Version } from './support/soap.ts';
import { shareTides, tideProduct } from './support/tides.ts';
import type { Json } from './support/management.ts';

const DAYS = 20;

let node: StartedNode;
let appkey: string;

before(async () => {
  node = await startNode({ engine: 'pglite' });
  const { holder } = await shareTides(node, { days: DAYS, cap: 2000, maxPageSize: 100 });
  appkey = holder.appkey;
  await publish(node, 'tideverify', tideProduct({ kind: 'verify', fields: [], parameters: [{ name: 'station', column: 'stationname', operator: 'eq', required: true }, { name: 'depth', column: 'depth_m', operator: 'eq', required: true }] }));
  await giveGrant(node, holder.name, 'tideverify');
  await publish(node, 'hiddentides', tideProduct({ visibility: 'granted' }));
  await giveGrant(node, holder.name, 'hiddentides');
});
after(() => node.stop());

const call = (version: Version, inner: string, code = 'cwgcsssj'): Promise<SoapAnswer> => post(node, code, version, envelope(version, code, inner), { appkey });
const json = async (query: string, code = 'cwgcsssj'): Promise<Json> => (await fetch(`${node.dataUrl}/gov/v1/${code}?${query}`, { headers: { appkey } })).json();
/** A row of JSON as cells. */
const cells = (row: Readonly<Record<string, string | number>>): Record<string, string> =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, name === 'depth_m' ? Number(value).toFixed(2) : String(value)]));

for (const version of versions) {
  describe(`SOAP ${version}`, () => {
    it('[GOV-type] gives the rows that JSON gives, in an envelope and under a media type of its version', async () => {
      const inner = '<input_station>赤湾</input_station><start_time>20220902</start_time><end_time>2022-09-03</end_time><needTotal>true</needTotal><pageNum>2</pageNum><pageSize>10</pageSize>';
      const answer = await call(version, inner);
      const wanted = await json(`input_station=${encodeURIComponent('赤湾')}&start_time=20220902&end_time=2022-09-03&needTotal=true&pageNum=2&pageSize=10`);
      assert.equal(wanted.data.length, 10);
      assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, `${typeOf[version]}; charset=utf-8`]);
      assert.equal(answer.envelope.name, `{${envelopeOf[version]}}Envelope`);
      assert.equal(answer.content?.name, '{urn:lingqu:gov:cwgcsssj}queryResponse');
      const { success, msg, total } = textsOf(answer.content);
      assert.deepEqual({ success, msg, total }, { success: 'true', msg: wanted.msg, total: String(wanted.total) });
      assert.deepEqual(rowsOf(answer), wanted.data.map(cells));
    });

    it('[GOV-type] streams what is large, compressed if it is wished', async () => {
      const answer = await post(node, 'cwgcsssj', version, envelope(version, 'cwgcsssj', ''), { appkey, 'accept-encoding': 'gzip' });
      const wanted = await json('');
      assert.equal(answer.headers.get('content-encoding'), 'gzip');
      assert.equal(wanted.data.length, DAYS * 24 * 3);
      assert.deepEqual(rowsOf(answer), wanted.data.map(cells));
      const [intent, outcome] = await journalOf(node, answer.headers.get('x-request-id') ?? '');
      assert.deepEqual([intent.phase, intent.face, outcome.phase, outcome.rows], ['intent', 'gov-soap', 'outcome', wanted.data.length]);
    });

    it('takes parameters in any order and case, in the namespace or in none, with NULL for what is not given', async () => {
      const inner = '<needTotal>1</needTotal><pageSize> 1 </pageSize><PAGENUM>2</PAGENUM><Input_Station xmlns="">香港</Input_Station><start_time xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/><end_time/><!-- no more -->';
      const answer = await call(version, inner);
      assert.equal(textsOf(answer.content)['total'], String(DAYS * 24));
      assert.deepEqual(rowsOf(answer).map((row) => row['id']), ['6']);
    });

    it('gives a total only where it is asked for', async () => {
      assert.equal('total' in textsOf((await call(version, '<pageSize>1</pageSize>')).content), false);
    });

    it('takes one without Header, and elements that a prefix names', async () => {
      const ns = envelopeOf[version];
      const body = `<S:Envelope xmlns:S="${ns}"><S:Body><a:query xmlns:a="urn:lingqu:gov:cwgcsssj"><a:pageSize>1</a:pageSize><a:pageNum>3</a:pageNum></a:query></S:Body></S:Envelope>`;
      assert.deepEqual(rowsOf(await post(node, 'cwgcsssj', version, body, { appkey })).map((row) => row['id']), ['3']);
    });

    it('[NDI-6.2.3c] answers for a verify product yes or no', async () => {
      const { data } = await json('pageNum=5&pageSize=1');
      const asked = (depth: string): Promise<SoapAnswer> => call(version, `<station>${data[0].stationname}</station><depth>${depth}</depth>`, 'tideverify');
      assert.deepEqual(rowsOf(await asked(String(data[0].depth_m))), [{ result: 'true' }]);
      assert.deepEqual(rowsOf(await asked('99.99')), [{ result: 'false' }]);
    });

    const block = (key: string): string => `<k:appkey xmlns:k="urn:lingqu:gov:cwgcsssj" xmlns:e="${envelopeOf[version]}" e:mustUnderstand="1">${key}</k:appkey>`;
    for (const [where, sent] of Object.entries<() => readonly [inner: string, header: string, headers: Record<string, string>]>({
      'a header block': () => ['', block(appkey), {}],
      'a parameter': () => [`<appkey>${appkey}</appkey>`, '', {}],
      'the HTTP header appkey': () => ['', '', { appkey }],
      'a bearer token': () => ['', '', { authorization: `Bearer ${appkey}` }],
    })) {
      it(`[GOV-auth] takes the key as ${where}`, async () => {
        const [inner, header, headers] = sent();
        const answer = await post(node, 'cwgcsssj', version, envelope(version, 'cwgcsssj', `<pageSize>1</pageSize>${inner}`, header), headers);
        assert.equal(rowsOf(answer).length, 1);
      });
    }

    it('takes the key once only', async () => {
      const answer = await post(node, 'cwgcsssj', version, envelope(version, 'cwgcsssj', '', block(appkey)), { appkey });
      assert.equal(told(answer).code, 'credential.twice');
    });
  });
}

describe('SOAP 1.1', () => {
  for (const action of ['""', '"urn:anything"', 'query', '']) {
    it(`takes SOAPAction ${action === '' ? 'empty' : action}`, async () => {
      assert.equal((await post(node, 'cwgcsssj', '1.1', envelope('1.1', 'cwgcsssj', '<pageSize>1</pageSize>'), { appkey, soapaction: action })).status, 200);
    });
  }
});

describe('special characters', () => {
  const lines = ['<b>&amp;"\'', 'a]]>b', 'x\r\ny\tz', '赤湾🌊'];
  let key: string;
  before(async () => {
    await hostTable(node, 'notes', ['id,note', ...lines.map((line, index) => `${index + 1},"${line.replaceAll('"', '""')}"`), '5,', '6,"a\u0001b"'].join('\n'));
    await publish(node, 'notes', { resource: 'notes', fields: [{ name: 'id', type: 'int' }, { name: 'note', type: 'varchar' }], parameters: [{ name: 'note', column: 'note', operator: 'eq' }], order: [{ column: 'id' }] });
    const holder = await newHolder(node, '值班系统');
    await giveGrant(node, holder.name, 'notes');
    key = holder.appkey;
  });
  const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#13;');
  const ask = (version: Version, inner: string): Promise<SoapAnswer> => post(node, 'notes', version, envelope(version, 'notes', inner), { appkey: key });

  for (const version of versions) {
    it(`[NDI-E] & < > " ' come as they are stored, and NULL is nil, in SOAP ${version}`, async () => {
      const answer = await ask(version, '');
      assert.deepEqual(rowsOf(answer).map((row) => row['note']), [...lines, null, 'a\uFFFDb']);
      assert.ok(answer.text.includes('&lt;b&gt;&amp;amp;&quot;&apos;'), answer.text);
    });

    it(`[NDI-E] a parameter finds them again in SOAP ${version}`, async () => {
      for (const [index, line] of lines.entries()) {
        assert.deepEqual(rowsOf(await ask(version, `<note>${escaped(line)}</note>`)), [{ id: String(index + 1), note: line }]);
      }
      assert.deepEqual(rowsOf(await ask(version, '<note><![CDATA[<b>&amp;"\']]></note>')).map((row) => row['id']), ['1']);
    });
  }
});

describe('encodings', () => {
  const gb18030 = Uint8Array.from([0xb3, 0xe0, 0xcd, 0xe5]); // 赤湾
  const inGbk = (declaration: string): Uint8Array<ArrayBuffer> => {
    const [head = '', tail = ''] = envelope('1.1', 'cwgcsssj', '<pageSize>1</pageSize><input_station>@</input_station>').replace('<?xml version="1.0"?>', declaration).split('@');
    return Uint8Array.from([...Buffer.from(head), ...gb18030, ...Buffer.from(tail)]);
  };

  it('reads GBK where the media type or the document says so', async () => {
    for (const [body, charset] of [[inGbk(''), 'gbk'], [inGbk('<?xml version="1.0" encoding="GB2312"?>'), undefined]] as const) {
      const answer = await post(node, 'cwgcsssj', '1.1', body, { appkey, ...(charset === undefined ? {} : { 'content-type': `text/xml; charset="${charset}"` }) });
      assert.deepEqual(rowsOf(answer).map((row) => row['stationname']), ['赤湾']);
      assert.equal(answer.headers.get('content-type'), 'text/xml; charset=utf-8');
    }
  });

  it('reads UTF-16 by its mark', async () => {
    const body = Uint8Array.from(Buffer.from(`\uFEFF${envelope('1.2', 'cwgcsssj', '<pageSize>1</pageSize><input_station>赤湾</input_station>')}`, 'utf16le'));
    assert.deepEqual(rowsOf(await post(node, 'cwgcsssj', '1.2', body, { appkey })).map((row) => row['stationname']), ['赤湾']);
  });

  it('refuses bytes that are not of their encoding, and encodings that it has not', async () => {
    assert.deepEqual(told(await post(node, 'cwgcsssj', '1.1', inGbk(''), { appkey })), { version: '1.1', status: 500, type: 'text/xml; charset=utf-8', fault: 'Client', code: 'xml.bytes' });
    assert.equal(told(await post(node, 'cwgcsssj', '1.2', envelope('1.2', 'cwgcsssj', ''), { appkey, 'content-type': 'application/soap+xml; charset=utf-7' })).code, 'xml.encoding');
  });
});

describe('the WSDL', () => {
  const get = async (path: string, headers: Record<string, string> = {}): Promise<Response> => fetch(`${node.dataUrl}/gov/v1/${path}`, { headers });

  it('[GOV-type] is there under ?wsdl in any case, with a port for each version', async () => {
    const [lower, upper] = [await get('cwgcsssj?wsdl'), await get('cwgcsssj?WSDL=')];
    assert.equal(lower.headers.get('content-type'), 'text/xml; charset=utf-8');
    const text = await lower.text();
    assert.equal(text, await upper.text());
    for (const binding of ['soap', 'soap12']) assert.ok(text.includes(`<${binding}:address location="${node.dataUrl}/gov/v1/cwgcsssj"/>`), text);
  });

  it('is seen by those who may see the product, like its OpenAPI document', async () => {
    assert.equal((await get('nothing?wsdl')).status, 404);
    assert.equal((await get('hiddentides?wsdl')).status, 404);
    assert.equal((await get('hiddentides?wsdl', { authorization: `Bearer ${appkey}` })).status, 200);
  });

  it('is not what a parameter of that name with a value asks for', async () => {
    const answer = await get('cwgcsssj?wsdl=1', { appkey });
    assert.deepEqual([answer.status, ((await answer.json()) as Json).code], [400, 'policy.parameter.unknown']);
  });

  it('changes with the product', async () => {
    const { version } = await make(node, 'GET', '/products/tideverify');
    const { version: withdrawn } = await make(node, 'POST', '/products/tideverify/withdraw', { etag: `"${version}"` });
    assert.equal((await get('tideverify?wsdl')).status, 404);
    await make(node, 'POST', '/products/tideverify/publish', { etag: `"${withdrawn}"` });
    assert.match(await (await get('tideverify?wsdl')).text(), /name="result" type="xs:boolean"/);
  });
});
