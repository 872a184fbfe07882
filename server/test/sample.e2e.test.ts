import assert from 'node:assert/strict';
import { access, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { stationsById } from '@neaps/tide-database';
import { createTidePredictor } from '@neaps/tide-predictor';
import { startNode, type StartedNode } from './support/node.ts';
import { needs } from './support/services.ts';

const HOURS = 240;

/** The first match in what a stream says from now on. */
function said(stream: Readable | null, what: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    stream?.on('data', (chunk: Buffer | string) => {
      text += chunk.toString();
      const match = what.exec(text)?.[1];
      if (match !== undefined) resolve(match);
    });
    stream?.once('end', () => reject(new Error(`the node ended before it said ${what}: ${text}`)));
  });
}

const curlLine = (node: StartedNode): Promise<string> => said(node.process.stdout, /curl "(http[^"]+)"/);

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function manage(node: StartedNode, method: string, route: string): Promise<Answer> {
  const response = await fetch(`${node.managementUrl}/api/v1${route}`, { method, headers: { authorization: `Bearer ${node.operatorToken}` } });
  return { status: response.status, text: await response.text() };
}

async function itemsOf(node: StartedNode, route: string): Promise<unknown[]> {
  const { items }: { items: unknown[] } = JSON.parse((await manage(node, 'GET', route)).text);
  return items;
}

interface Tide {
  readonly timestamp: string;
  readonly depth_m: number;
}

/** The tides of 香港 in the first ten days of September 2026, reckoned here, in metres above the lowest astronomical tide. */
function reckoned(): { at: Date; level: number }[] {
  const station = stationsById.get('ticon/hong_kong-329-hkg-uhslc_fd');
  assert.ok(station?.chart_datum === 'LAT');
  const offset = (station.datums['MSL'] ?? NaN) - (station.datums['LAT'] ?? NaN);
  const span = { start: new Date('2026-09-01T00:00:00+08:00'), end: new Date('2026-09-10T23:00:00+08:00'), timeFidelity: 3600 };
  return createTidePredictor(station.harmonic_constituents, { offset }).getTimelinePrediction(span).map(({ time, level }) => ({ at: time, level }));
}

async function assertTides(url: string): Promise<void> {
  const response = await fetch(url);
  assert.equal(response.status, 200);
  const text = await response.text();
  assert.ok(text.startsWith('{"success":true,"msg":"信息操作成功!","data":['), text.slice(0, 200));
  const body: { data: Tide[] } = JSON.parse(text);
  const expected = reckoned();
  assert.equal(expected.length, HOURS);
  assert.deepEqual(body.data[0], {
    id: '329-2026090100',
    timestamp: '2026-09-01 00:00:00',
    stationname: '香港',
    stationcode: '329',
    lon: '114.217',
    lat: '22.3',
    depth_m: body.data[0]?.depth_m,
  });
  assert.deepEqual(Object.keys(body.data[0] ?? {}), ['id', 'timestamp', 'stationname', 'stationcode', 'lon', 'lat', 'depth_m']);
  assert.deepEqual(body.data.map((row) => new Date(`${row.timestamp.replace(' ', 'T')}+08:00`).getTime()), expected.map(({ at }) => at.getTime()));
  for (const [index, { depth_m: depth }] of body.data.entries()) {
    // To the millimetre; both sides round.
    assert.ok(Math.abs(depth - (expected[index]?.level ?? NaN)) < 0.000_51, `hour ${index}: ${depth} for ${expected[index]?.level}`);
  }
}

/** Nothing of the sample is left: neither what callers reach nor what operators see, nor its key. */
async function assertGone(node: StartedNode, call: string): Promise<void> {
  const refused: { success: boolean } = await (await fetch(call)).json() as { success: boolean };
  assert.equal(refused.success, false);
  for (const list of ['/imports', '/resources', '/products', '/grants']) assert.deepEqual(await itemsOf(node, list), [], list);
  assert.deepEqual((await itemsOf(node, '/subjects')).map((subject) => Object(subject).kind), ['public']);
  assert.equal((await manage(node, 'GET', '/sample')).status, 404);
  await assert.rejects(access(path.join(node.folder, 'sample.json')), { code: 'ENOENT' });
}

describe('the sample on PGlite', () => {
  let folder: string;
  let node: StartedNode;
  let call: string;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lingqu-sample-'));
    const killed = await startNode({ engine: 'pglite', folder, env: { LINGQU_SAMPLE: 'on' } });
    if (!killed.log().includes('the sample is being made')) await said(killed.process.stderr, /(the sample is being made)/);
    await killed.kill();
    node = await startNode({ engine: 'pglite', folder, env: { LINGQU_SAMPLE: 'on' } });
    call = await curlLine(node);
  });
  after(async () => {
    await node.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('[SEA-8.2] answers its printed call with the tides of 香港 in the envelope and fields of table 1, also when the first start was killed', () => assertTides(call));

  it('is told to operators with its attribution, and its key lies in a file of mode 0600', async () => {
    const { status, text } = await manage(node, 'GET', '/sample');
    assert.equal(status, 200);
    const card: { url: string; product: string; appkey: string; attribution: string } = JSON.parse(text);
    assert.equal(card.url, node.dataUrl);
    assert.equal(card.product, 'cwgcsssj');
    assert.match(card.attribution, /TICON-4.*CC BY 4\.0/);
    const file = path.join(folder, 'sample.json');
    assert.deepEqual(JSON.parse(await readFile(file, 'utf8')), { product: card.product, appkey: card.appkey });
    if (process.platform !== 'win32') assert.equal((await stat(file)).mode & 0o777, 0o600);
    const openApi = await (await fetch(`${node.dataUrl}/gov/v1/cwgcsssj/openapi.json`, { headers: { appkey: card.appkey } })).text();
    assert.ok(openApi.includes('TICON-4') && openApi.includes('CC BY 4.0'));
  });

  it('stays whole while something else stands on its table, and the refusal says what', async () => {
    const own = { name: 'own', source: 'hosted', table: 'tides' };
    const headers = { authorization: `Bearer ${node.operatorToken}`, 'content-type': 'application/json' };
    assert.equal((await fetch(`${node.managementUrl}/api/v1/resources`, { method: 'POST', headers, body: JSON.stringify(own) })).status, 201);
    const refused = await manage(node, 'DELETE', '/sample');
    assert.deepEqual([refused.status, JSON.parse(refused.text).code, JSON.parse(refused.text).details], [409, 'hosted.in-use', { usedBy: ['own'] }]);
    await assertTides(call);
    assert.equal((await manage(node, 'GET', '/sample')).status, 200);
    assert.equal((await fetch(`${node.managementUrl}/api/v1/resources/own`, { method: 'DELETE', headers: { authorization: headers.authorization, 'if-match': '"1"' } })).status, 204);
  });

  it('is all gone once it is removed, may be removed again, and does not come back', async () => {
    assert.equal((await manage(node, 'DELETE', '/sample')).status, 204);
    await assertGone(node, call);
    assert.equal((await manage(node, 'DELETE', '/sample')).status, 204);
    const journal = await manage(node, 'GET', '/journal?stream=operation');
    assert.ok(journal.text.includes('sample.remove'));
    await node.stop();
    node = await startNode({ engine: 'pglite', folder, env: { LINGQU_SAMPLE: 'on' } });
    await assertGone(node, call.replace(/^http:\/\/[^/]+/, node.dataUrl));
    assert.ok(!node.log().includes('the sample is being made'));
  });
});

it('is not made by a later start where the first was told to make none', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'lingqu-sample-'));
  const first = await startNode({ engine: 'pglite', folder });
  await first.stop();
  await using later = await startNode({ engine: 'pglite', folder, env: { LINGQU_SAMPLE: 'on' } });
  assert.equal((await manage(later, 'GET', '/sample')).status, 404);
  await later.stop();
  assert.ok(!later.log().includes('the sample is being made'));
  await rm(folder, { recursive: true, force: true });
});

describe('the sample on PostgreSQL', needs('postgres'), () => {
  it('answers its printed call, and is all gone once it is removed', async () => {
    await using node = await startNode({ engine: 'postgres', env: { LINGQU_SAMPLE: 'on' } });
    const call = await curlLine(node);
    await assertTides(call);
    assert.equal((await manage(node, 'DELETE', '/sample')).status, 204);
    await assertGone(node, call);
  });
});
