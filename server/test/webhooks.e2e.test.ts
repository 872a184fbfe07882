import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { configFile } from './support/config-file.ts';
import { createDatabase, dropDatabase } from './support/database.ts';
import { startNode, type StartedNode } from './support/node.ts';
import { needs } from './support/services.ts';
import { addPostgres, definitionOf, giveGrant, hostTable, make, newHolder, publish, refusal } from './support/sharing.ts';
import { waitUntil } from './support/waiting.ts';

const certificates = path.join(import.meta.dirname, 'support/certificate');

interface Got {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A grantee's own system: a server that takes notices and answers as it is told. */
class Receiver {
  readonly got: Got[] = [];
  status = 204;
  readonly #server: Server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (piece: string) => {
      body += piece;
    });
    request.on('end', () => {
      this.got.push({ headers: request.headers, body });
      response.writeHead(this.status, { location: 'http://169.254.169.254/' }).end('thanks');
    });
  });

  async open(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/notices?from=lingqu`;
  }

  /** The notice of an event, once it has come. */
  async next(event: string): Promise<Got> {
    await waitUntil(() => this.got.some(({ body }) => JSON.parse(body).event === event), `a notice ${event}`);
    const index = this.got.findIndex(({ body }) => JSON.parse(body).event === event);
    const [notice] = this.got.splice(index, 1);
    assert.ok(notice);
    return notice;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

describe('notices to grantees', () => {
  let node: StartedNode;
  let config: Awaited<ReturnType<typeof configFile>>;
  const receiver = new Receiver();
  let url = '';
  let secret = '';

  before(async () => {
    url = await receiver.open();
    config = await configFile({ outbound: { allow: ['127.0.0.1'], ca: path.join(certificates, 'certificate.pem') } });
    node = await startNode({ engine: 'pglite', env: { LINGQU_CONFIG: config.path } });
    await newHolder(node, 'app');
    await newHolder(node, 'other');
    ({ secret } = await make(node, 'PUT', '/subjects/app/webhook', { body: { url } }));
    await make(node, 'PUT', '/subjects/other/webhook', { body: { url } });
    await hostTable(node, 'tides', 'id,depth\n1,2.5\n');
  });
  after(async () => {
    await node.stop();
    await config[Symbol.asyncDispose]();
    receiver.close();
  });

  const log = async (subject = 'app') => (await make(node, 'GET', `/subjects/${subject}/webhook/deliveries`)).items;

  it('can be tried; the signature covers time, identifier and body', async () => {
    const { id } = await make(node, 'POST', '/subjects/app/webhook/test');
    const { headers, body } = await receiver.next('ping');
    const signed = createHmac('sha256', secret).update(`${String(headers['x-lingqu-time'])}.${id}.${body}`).digest('hex');
    assert.equal(headers['x-lingqu-signature'], `sha256=${signed}`);
    assert.equal(headers['x-lingqu-delivery'], id);
    assert.ok(Math.abs(Number(headers['x-lingqu-time']) - Date.now() / 1000) < 60);
    assert.equal(JSON.parse(body).subject.name, 'app');
  });

  it('[GOV-provide] come to every grantee of a product whose new version is live, and of one that is withdrawn, and to no one else', async () => {
    const input = { resource: 'tides', fields: [{ name: 'id', type: 'bigint' }, { name: 'depth', type: 'numeric' }] };
    await publish(node, 's_440300_1', input);
    await giveGrant(node, 'app', 's_440300_1');
    const first = await make(node, 'GET', '/products/s_440300_1');
    const changed = await make(node, 'PUT', '/products/s_440300_1', { etag: `"${first.version}"`, body: { definition: definitionOf({ ...input, description: '第二版' }) } });
    const live = await make(node, 'POST', '/products/s_440300_1/publish', { etag: `"${changed.version}"` });
    const published = JSON.parse((await receiver.next('product.published')).body);
    assert.deepEqual(published.product, { id: live.id, code: 's_440300_1', name: live.name, version: 2 });
    assert.equal(published.subject.name, 'app');
    await make(node, 'POST', '/products/s_440300_1/withdraw', { etag: `"${live.version}"` });
    const withdrawn = JSON.parse((await receiver.next('product.withdrawn')).body);
    assert.deepEqual([withdrawn.product.code, withdrawn.product.version], ['s_440300_1', 2]);
    assert.deepEqual(await log('other'), [], 'who holds no grant is told nothing');
    await giveGrant(node, 'other', 's_440300_1');
    await make(node, 'PATCH', '/subjects/other', { body: { disabled: true }, etag: '"1"' });
    await make(node, 'POST', '/products/s_440300_1/publish', { etag: `"${(await make(node, 'GET', '/products/s_440300_1')).version}"` });
    await receiver.next('product.published');
    assert.deepEqual(await log('other'), [], 'nor is who may not call');
    await make(node, 'PATCH', '/subjects/other', { body: { disabled: false }, etag: '"2"' });
    assert.deepEqual(receiver.got, []);
  });

  it('that were not taken are kept and tried again; redirects are not followed', async () => {
    receiver.status = 307;
    const { id } = await make(node, 'POST', '/subjects/app/webhook/test');
    await receiver.next('ping');
    await waitUntil(async () => (await log())[0].note === 'HTTP 307', 'the result');
    const [waiting] = await log();
    assert.deepEqual([waiting.id, waiting.state, waiting.attempts], [id, 'waiting', 1]);
    assert.ok(Date.parse(waiting.nextAt) > Date.now());
    receiver.status = 200;
    await make(node, 'POST', `/subjects/app/webhook/deliveries/${id}/retry`);
    assert.equal((await receiver.next('ping')).headers['x-lingqu-delivery'], id);
    await waitUntil(async () => (await log())[0].state === 'delivered', 'the delivery');
    assert.equal((await refusal(node, 'POST', `/subjects/app/webhook/deliveries/${id}/retry`)).code, 'webhook.delivery.unknown');
  });

  it('are delivered to a receiver that says nothing of its answer’s length', async () => {
    const old = createTcpServer((socket) => socket.on('error', () => {}).once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\n'))).listen(0, '127.0.0.1');
    await once(old, 'listening');
    await make(node, 'PUT', '/subjects/other/webhook', { body: { url: `http://127.0.0.1:${(old.address() as AddressInfo).port}/` } });
    await make(node, 'POST', '/subjects/other/webhook/test');
    await waitUntil(async () => (await log('other'))[0].note !== '', 'the result');
    assert.deepEqual([(await log('other'))[0].state, (await log('other'))[0].note], ['delivered', 'HTTP 200']);
    old.close();
  });

  it('are delivered to a receiver whose certificate an authority of the bureau has issued, which `outbound.ca` names', async () => {
    const [cert, key] = ['certificate.pem', 'key.pem'].map((name) => readFileSync(path.join(certificates, name)));
    const own = createTlsServer({ cert, key }, (request, response) => request.resume().on('end', () => response.writeHead(204).end())).listen(0, '127.0.0.1');
    await once(own, 'listening');
    await make(node, 'PUT', '/subjects/other/webhook', { body: { url: `https://127.0.0.1:${(own.address() as AddressInfo).port}/` } });
    const { id } = await make(node, 'POST', '/subjects/other/webhook/test');
    const sent = async () => (await log('other')).find((each: { id: string }) => each.id === id);
    await waitUntil(async () => (await sent()).note !== '', 'the result');
    assert.deepEqual([(await sent()).state, (await sent()).note], ['delivered', 'HTTP 204']);
    own.close();
  });

  it('go to permitted addresses only', async () => {
    for (const target of ['http://169.254.169.254/latest', 'http://10.0.0.1/', 'https://192.168.1.1/', 'http://[::1]:8600/', node.managementUrl, 'http://no-such-host.invalid/']) {
      assert.equal((await refusal(node, 'PUT', '/subjects/app/webhook', { body: { url: target } })).code, 'webhook.address', target);
    }
    for (const target of ['http://%zz/', 'http://[::1', 'http://receiver:99999/', 'http://user:secret@receiver.example/']) {
      const { status, code } = await refusal(node, 'PUT', '/subjects/app/webhook', { body: { url: target } });
      assert.deepEqual([status, code], [422, 'webhook.address'], target);
    }
    assert.equal((await refusal(node, 'PUT', '/subjects/app/webhook', { body: { url: 'file:///etc/passwd' } })).status, 400);
    assert.equal((await make(node, 'GET', '/subjects/app/webhook')).url, url);
  });

  it('[GOV-provide] [SEA-6.4] tell of a product whose source fails, and of its recovery', needs('postgres'), async () => {
    const database = await createDatabase();
    const table = async (): Promise<void> => {
      const client = new pg.Client({ connectionString: database });
      await client.connect();
      await client.query('CREATE TABLE levels (id int PRIMARY KEY, depth numeric)');
      await client.end();
    };
    await table();
    await addPostgres(node, database, 'ocean');
    await make(node, 'POST', '/resources', { body: { name: 'levels', source: 'ocean', table: 'levels' } });
    await publish(node, 's_440300_2', { resource: 'levels', fields: [{ name: 'id', type: 'int' }] });
    await giveGrant(node, 'app', 's_440300_2');
    await dropDatabase(database);
    await refusal(node, 'POST', '/sources/ocean/check');
    const ailing = JSON.parse((await receiver.next('product.ailing')).body);
    assert.equal(ailing.product.code, 's_440300_2');
    assert.doesNotMatch(ailing.message, new RegExp(new URL(database).pathname.slice(1)), 'nothing of the inside is told');
    await refusal(node, 'POST', '/sources/ocean/check');
    const admin = new pg.Client({ connectionString: process.env['LINGQU_TEST_POSTGRES_URL'] });
    await admin.connect();
    await admin.query(`CREATE DATABASE ${new URL(database).pathname.slice(1)}`);
    await admin.end();
    await table();
    await make(node, 'POST', '/sources/ocean/check');
    assert.equal(JSON.parse((await receiver.next('product.recovered')).body).product.code, 's_440300_2');
    assert.deepEqual(receiver.got, [], 'a state that lasts is told once');
    await dropDatabase(database);
  });

  it('end with the webhook; its secret stands nowhere in clear', async () => {
    await make(node, 'DELETE', '/subjects/app/webhook');
    assert.equal((await refusal(node, 'GET', '/subjects/app/webhook')).code, 'webhook.none');
    assert.equal((await refusal(node, 'POST', '/subjects/app/webhook/test')).code, 'webhook.none');
    assert.ok(!node.log().includes(secret));
  });
});
