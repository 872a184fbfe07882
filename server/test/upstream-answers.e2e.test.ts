import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import type { Json } from './support/management.ts';
import { giveGrant, make, publish } from './support/sharing.ts';
import { startRawUpstream, startRelayStage, startUpstream, type RelayStage } from './support/upstream.ts';
import { waitUntil } from './support/waiting.ts';

const operation = { name: 'list', method: 'POST', body: { fixed: { a: 1 } }, answer: { format: 'json', rows: '/list', columns: [{ name: 'id', type: 'bigint' }], key: ['id'] } };
const rows = '{"list":[{"id":1},{"id":2}]}';
const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const megabyte = 'x'.repeat(1024 * 1024);

/** Publishes the first operation of a source as a query, and grants it. */
async function map(stage: RelayStage, code: string, table = 'list', type = 'bigint'): Promise<void> {
  await make(stage.node, 'POST', '/resources', { body: { name: code, source: code, table } });
  await publish(stage.node, code, { resource: code, fields: [{ name: 'id', type }], order: [{ column: 'id' }] });
  await giveGrant(stage.node, stage.holder.id, code);
}

/** The code of a call's refusal; `cut` for one that breaks off after it has begun. */
async function codeOf(stage: RelayStage, product: string): Promise<string> {
  const answer = await stage.call(product);
  const text = await answer.text().catch(() => undefined);
  if (text === undefined) return 'cut';
  return answer.ok ? 'ok' : JSON.parse(text).code;
}

const codesOf = async (stage: RelayStage, product: string, calls: number): Promise<string[]> => {
  const codes: string[] = [];
  for (let call = 0; call < calls; call += 1) codes.push(await codeOf(stage, product));
  return codes;
};

describe('[SEA-8.1c] what an upstream has done is not thrown away', () => {
  it('chunked answers that become rows take no places of streams', async () => {
    const held: ServerResponse[] = [];
    await using upstream = await startUpstream((request, response) => {
      if (request.method === 'GET') return void response.end();
      response.setHeader('content-type', 'application/json').write(rows.slice(0, 5));
      held.push(response);
      if (held.length === 4) setTimeout(() => held.forEach((each) => each.end(rows.slice(5))), 200); // their heads have come by then
    });
    await using stage = await startRelayStage();
    await stage.addSource('together', upstream, { connections: 4, operations: [operation] });
    await map(stage, 'together');
    assert.deepEqual(await Promise.all(Array.from({ length: 4 }, () => codeOf(stage, 'together'))), ['ok', 'ok', 'ok', 'ok']);
  });

  it('a relayed answer waits for a place among the streams, and needs none where all of it has come', async () => {
    const running = new Set<ServerResponse>();
    await using upstream = await startUpstream((request, response) => {
      if (request.url === '/small') response.write('some');
      if (request.url === '/small' || request.url === '/') return void response.end();
      running.add(response);
      response.write(megabyte);
    });
    await using stage = await startRelayStage();
    await stage.addSource('places', upstream, { connections: 2, operations: [{ name: 'large', method: 'POST', path: '/large' }, { name: 'small', path: '/small' }] });
    for (const name of ['large', 'small']) await stage.relay(name, 'places', name);
    const first = await stage.call('large');
    const second = stage.call('large');
    await waitUntil(() => running.size === 2, 'both requests');
    assert.equal(await (await stage.call('small')).text(), 'some');
    const [one, other] = running;
    one?.end();
    assert.equal((await first.text()).length, megabyte.length);
    other?.end();
    assert.equal((await (await second).text()).length, megabyte.length);
  });
});

describe('[SEA-8.1c] an upstream that fails after it has begun to answer', () => {
  /** A node whose upstream is well until the sources are there. */
  async function ailing(fails: (socket: Socket) => void, settings: Json, work: (stage: RelayStage, asked: () => number) => Promise<void>, config: Json = {}): Promise<void> {
    let well = true;
    await using upstream = await startRawUpstream((socket) => (well ? socket.write(`${head}content-length: 0\r\n\r\n`) : fails(socket)));
    await using stage = await startRelayStage(config);
    await stage.addSource('rows', upstream, { ...settings, operations: [operation] });
    await stage.addSource('bytes', upstream, { ...settings, operations: [{ name: 'get' }] });
    await map(stage, 'rows');
    await stage.relay('bytes', 'bytes', 'get');
    well = false;
    const before = upstream.requests.length;
    await work(stage, () => upstream.requests.length - before);
  }
  const three = { breaker: { failures: 3, restSeconds: 60 } };

  it('is left alone in the end, whether its answers become rows or are relayed', async () => {
    const cut = (socket: Socket): void => void socket.end(`${head}transfer-encoding: chunked\r\n\r\n${chunk(rows.slice(0, 9))}`);
    await ailing(cut, three, async (stage, asked) => {
      assert.deepEqual(await codesOf(stage, 'rows', 4), ['upstream.short', 'upstream.short', 'upstream.short', 'upstream.resting']);
      assert.deepEqual((await codesOf(stage, 'bytes', 4)).at(-1), 'upstream.resting');
      assert.equal(asked(), 6);
    });
  });

  const late: readonly [string, (socket: Socket) => void, string][] = [
    ['hangs', () => {}, 'upstream.head-timeout'],
    ['stops after its head', (socket) => socket.write(`${head}transfer-encoding: chunked\r\n\r\n`), 'upstream.idle'],
    ['drips', (socket) => drip(socket), 'upstream.slow'],
  ];
  for (const [what, does, code] of late) {
    it(`by its default settings and the call's deadline: one that ${what} is told as ${code}, and left alone in the end`, async () => {
      await ailing(does, three, async (stage) => {
        assert.deepEqual(await codesOf(stage, 'rows', 4), [code, code, code, 'upstream.resting']);
      }, { delivery: { deadlineSeconds: 1 } });
    });
  }
  it('its relayed answers too', async () => {
    await ailing(() => {}, three, async (stage) => {
      assert.deepEqual(await codesOf(stage, 'bytes', 1), ['upstream.head-timeout']);
    }, { delivery: { deadlineSeconds: 1 } });
  });

  it('a Web Service whose errors are no faults is told by their status, and left alone in the end', async () => {
    let status = 200;
    await using upstream = await startUpstream((_request, response) => {
      response.statusCode = status;
      response.setHeader('content-type', 'text/html').end('<html><body>Oops</body></html>');
    });
    await using stage = await startRelayStage();
    const { answer, name } = operation;
    await make(stage.node, 'POST', '/sources', {
      body: { name: 'web', type: 'soap', settings: { baseUrl: upstream.url, ...three, operations: [{ name, element: 'list', answer: { rows: '/list/item', columns: answer.columns, key: answer.key } }] } },
    });
    await map(stage, 'web');
    assert.equal(await codeOf(stage, 'web'), 'upstream.unreadable');
    status = 400;
    assert.deepEqual(await codesOf(stage, 'web', 4), Array<string>(4).fill('upstream.status'));
    status = 500;
    assert.deepEqual(await codesOf(stage, 'web', 4), ['upstream.status', 'upstream.status', 'upstream.status', 'upstream.resting']);
  });
});

/** A character every 100 ms until the other side has had enough. */
function drip(socket: Socket): void {
  socket.write(`${head}transfer-encoding: chunked\r\n\r\n`);
  const timer = setInterval(() => socket.write(chunk(' ')), 100);
  socket.once('close', () => clearInterval(timer));
}

describe('[SEA-8.1c] what an answer is read as', () => {
  it('is bounded, whether its length is told or not; an error keeps its status, however long its page', async () => {
    let answers = (response: ServerResponse): void => void response.end();
    await using upstream = await startUpstream((_request, response) => answers(response));
    await using stage = await startRelayStage();
    await stage.addSource('bounded', upstream, { operations: [{ ...operation, answer: { ...operation.answer, maxBytes: 1024 } }] });
    await map(stage, 'bounded');
    const long = ' '.repeat(5_000);
    for (const [status, code] of [[200, 'upstream.too-large'], [404, 'upstream.status'], [302, 'upstream.redirect']] as const) {
      answers = (response) => void response.writeHead(status, { 'content-length': long.length }).end(long);
      assert.equal(await codeOf(stage, 'bounded'), code, 'with its length');
      answers = (response) => {
        response.writeHead(status).write(long);
        response.end(long);
      };
      assert.equal(await codeOf(stage, 'bounded'), code, 'in chunks');
    }
    answers = (response) => void response.end(rows);
    assert.equal(await codeOf(stage, 'bounded'), 'ok');
  });

  it('is what its encoding says, and no rows where there is no content', async () => {
    const named = Buffer.from([0xb3, 0xe0, 0xcd, 0xe5]); // 赤湾 in GBK
    let answers = (response: ServerResponse): void => void response.end();
    await using upstream = await startUpstream((_request, response) => answers(response));
    await using stage = await startRelayStage();
    const columns = [{ name: 'id', type: 'text' }];
    await stage.addSource('said', upstream, { operations: [{ ...operation, answer: { ...operation.answer, columns } }] });
    await map(stage, 'said', 'list', 'varchar');
    const body = Buffer.concat([Buffer.from('{"list":[{"id":"'), named, Buffer.from('"}]}')]);
    const read = async (): Promise<unknown> => {
      const { success, code, data } = (await (await stage.call('said')).json()) as Json;
      return success === true ? data : code;
    };
    answers = (response) => void response.setHeader('content-type', 'application/json;charset=GBK').end(body);
    assert.deepEqual(await read(), [{ id: '赤湾' }]);
    answers = (response) => void response.setHeader('content-type', 'application/json').end(body);
    assert.equal(await read(), 'upstream.unreadable');
    answers = (response) => void response.setHeader('content-type', 'application/json; charset=ISO-8859-1').end('{"list":[{"id":"盐田"}]}');
    assert.deepEqual(await read(), [{ id: '盐田' }]);
    answers = (response) => void response.writeHead(204).end();
    assert.deepEqual(await read(), []);
  });
});

describe('[SEA-8.1c] a probe looks at the status of a page, and not at the page', () => {
  const pages: readonly [string, (response: ServerResponse) => void][] = [
    ['large', (response) => void response.end(megabyte)],
    ['without end', (response) => void response.write(megabyte)],
    ['that ends with its connection', (response) => void response.socket?.end('HTTP/1.0 200 OK\r\n\r\nhello')],
    ['compressed', (response) => void response.setHeader('content-encoding', 'gzip').end('abc')],
  ];
  it(pages.map(([what]) => what).join(', '), async () => {
    await using stage = await startRelayStage();
    for (const [index, [what, answers]] of pages.entries()) {
      await using upstream = await startUpstream((_request, response) => answers(response));
      const { probe } = await stage.addSource(`page${index}`, upstream, { operations: [operation] });
      assert.equal(probe.about.status, '200', what);
    }
  });
});
