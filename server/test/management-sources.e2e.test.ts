import assert from 'node:assert/strict';
import { it } from 'node:test';
import { onStartedNodes } from './support/engines.ts';
import { tideDefinition } from './support/tide-table.ts';

const resource = `/resources/${encodeURIComponent('潮汐')}`;

onStartedNodes('sources and resources', (bench) => {
  it('a source is tested before it is kept, and one that does not work is not kept', async () => {
    const { api, table } = bench;
    const wrong = { ...table.settings, database: 'no_such_database' };
    const probe = await api('POST', '/sources/test', { body: { type: 'postgres', settings: wrong } });
    assert.deepEqual([probe.status, probe.body.title], [502, 'source-unavailable']);
    assert.equal((await api('POST', '/sources', { body: { name: 'src', type: 'postgres', settings: wrong } })).status, 502);
    const settings = await api('POST', '/sources', { body: { name: 'src', type: 'postgres', settings: { ...table.settings, port: 'x', colour: 'red' } } });
    assert.deepEqual([settings.status, settings.body.code], [422, 'source.settings']);
    assert.deepEqual(settings.body.details.faults, ['settings: must not have additional properties (colour)', 'port: must be integer']);
    const type = await api('POST', '/sources', { body: { name: 'src', type: 'oracle', settings: {} } });
    assert.deepEqual([type.status, type.body.code], [422, 'source.type.unknown']);
    assert.equal((await api('GET', '/sources/src')).body.code, 'source.unknown');

    const good = await api('POST', '/sources/test', { body: { type: 'postgres', settings: table.settings } });
    assert.equal(good.status, 200);
    assert.match(good.body.about.version, /PostgreSQL/);
    const added = await api('POST', '/sources', { body: { name: 'src', type: 'postgres', settings: { ...table.settings, password: 'a secret word' } } });
    assert.equal(added.status, 201, JSON.stringify(added.body));
    assert.deepEqual(added.body.probe.about, good.body.about, 'the answer says what was found');
    assert.ok(Array.isArray(added.body.probe.warnings));
    const again = await api('POST', '/sources', { body: { name: 'src', type: 'postgres', settings: table.settings } });
    assert.deepEqual([again.status, again.body.code], [409, 'source.name.taken']);
  });

  it('secrets never come back: only which are set', async () => {
    const { api } = bench;
    const shown = [await api('GET', '/sources/src'), await api('GET', '/sources'), await api('GET', '/journal?limit=100')];
    for (const { body } of shown) assert.ok(!JSON.stringify(body).includes('a secret word'));
    assert.deepEqual(shown[0]?.body.secrets, { password: true, queryPassword: false });
    assert.ok(!('password' in (shown[0]?.body.settings ?? {})));
    assert.ok(!bench.node.log().includes('a secret word'));
  });

  it('[NDI-6.3.1b] a change merges settings and is tested again; null takes a setting away', async () => {
    const { api, table } = bench;
    assert.equal((await api('POST', '/sources', { body: { name: 'changing', type: 'postgres', settings: { ...table.settings, password: 'a secret word' } } })).status, 201);
    const read = await api('GET', '/sources/changing');
    const broken = await api('PATCH', '/sources/changing', { etag: read.headers.get('etag'), body: { settings: { database: 'no_such_database' } } });
    assert.equal(broken.status, 502);
    assert.equal((await api('GET', '/sources/changing')).body.version, 1, 'what does not work is not kept');
    const changed = await api('PATCH', '/sources/changing', { etag: read.headers.get('etag'), body: { settings: { connections: 3, timeZone: 'UTC' } } });
    assert.equal(changed.status, 200, JSON.stringify(changed.body));
    const { settings, secrets } = changed.body;
    assert.deepEqual([settings.connections, settings.timeZone, settings.database, secrets.password], [3, 'UTC', bench.table.settings.database, true]);
    const stale = await api('PATCH', '/sources/changing', { etag: read.headers.get('etag'), body: { settings: {} } });
    assert.deepEqual([stale.status, stale.body.code], [412, 'version.stale']);
    const cleared = await api('PATCH', '/sources/changing', { etag: changed.headers.get('etag'), body: { settings: { password: null, timeZone: null } } });
    assert.deepEqual([cleared.body.secrets.password, cleared.body.settings.timeZone], [false, 'Asia/Shanghai']);
    assert.equal((await api('POST', '/sources/changing/check')).status, 200);
    assert.equal((await api('DELETE', '/sources/changing', { etag: cleared.headers.get('etag') })).status, 204);
  });

  it('tables are read with columns, types, comments and keys', async () => {
    const { body } = await bench.api('GET', '/sources/src/tables');
    const tides = body.items.find((each: { name: string }) => each.name === 'tides');
    assert.deepEqual([tides.comment, tides.key], ['潮汐观测', ['id']]);
    assert.deepEqual(tides.columns[1], { name: 'station', type: 'text', native: 'text', nullable: false, comment: '站点' });
    assert.deepEqual(tides.columns.map((column: { type: string }) => column.type), ['integer', 'text', 'timestamp', 'decimal', 'text']);
  });

  it('tables, imported tables and credentials come in pages, each once and in order', async () => {
    const { api, node } = bench;
    for (const name of ['a', '表', 'B']) {
      const response = await fetch(`${node.managementUrl}/api/v1/imports?name=${encodeURIComponent(name)}`, { method: 'POST', headers: { authorization: `Bearer ${node.operatorToken}`, 'content-type': 'text/csv' }, body: 'x\n1\n' });
      assert.equal(response.status, 200);
    }
    await api('POST', '/subjects', { body: { name: 'paged', kind: 'application' } });
    for (let count = 0; count < 3; count += 1) await api('POST', '/subjects/paged/credentials', { body: {} });
    const whole = async (path: string): Promise<object[]> => (await api('GET', path)).body.items;
    for (const path of ['/sources/src/tables', '/sources/hosted/tables', '/imports', '/subjects/paged/credentials']) {
      const paged: object[] = [];
      for (let query = 'limit=1'; query !== ''; ) {
        const { items, next } = (await api('GET', `${path}?${query}`)).body;
        assert.ok(items.length <= 1);
        paged.push(...items);
        query = next === null ? '' : `limit=1&cursor=${next}`;
      }
      assert.deepEqual(paged, await whole(path), path);
      assert.ok(paged.length > 1, path);
      assert.equal((await api('GET', `${path}?cursor=zzz`)).status, 400);
    }
    for (const name of ['a', '表', 'B']) assert.equal((await api('DELETE', `/imports/${encodeURIComponent(name)}`)).status, 204);
  });

  it('a resource needs a table that is there and a key; what is asked beyond the schema is refused', async () => {
    const { api } = bench;
    const refused = async (body: object, status: number, code: string): Promise<void> => {
      const answer = await api('POST', '/resources', { body });
      assert.deepEqual([answer.status, answer.body.code], [status, code], JSON.stringify(answer.body));
    };
    await refused({ name: 'r', source: 'nosuch', table: 'tides' }, 404, 'source.unknown');
    await refused({ name: 'r', source: 'src', table: 'nosuch' }, 404, 'resource.table.unknown');
    await refused({ name: 'r', source: 'src', table: '无键' }, 422, 'resource.key.missing');
    await refused({ name: 'r', source: 'src', table: 'tides', key: ['nosuch'] }, 422, 'resource.key.unknown');
    await refused({ name: 'r', source: 'src', table: 'tides', sql: 'SELECT 1' }, 400, 'request.invalid');
    await refused({ name: 'a b', source: 'src', table: 'tides' }, 400, 'request.invalid');
    await refused({ name: '0f89d39e-5054-43dd-a727-694c52fbfafc', source: 'src', table: 'tides' }, 400, 'request.invalid');
    const withKey = await api('POST', '/resources', { body: { name: '无键', source: 'src', table: '无键', key: ['name'] } });
    assert.equal(withKey.status, 201, JSON.stringify(withKey.body));
    assert.equal((await api('DELETE', `/resources/${withKey.body.id}`, { etag: '"1"' })).status, 204, 'found by its identifier too');
  });

  it('paths that hold what no name holds are answered as missing', async () => {
    for (const path of ['/grants/x', '/grants/0f89d39e-5054-43dd-a727-694c52fbfafc', '/sources/%F0%9F%98%80', '/products/Cxgc', '/resources/%27%20OR%201']) {
      const { status, body } = await bench.api('GET', path);
      assert.deepEqual([status, body.title], [404, 'not-found'], path);
    }
    for (const path of ['/sources/%00', '/resources/a%00b', '/products/%00', '/grants/%00']) {
      const { status } = await bench.api('GET', path);
      assert.ok([400, 404].includes(status), `${path}: no text with NUL reaches the database`);
    }
    const unreadable = await bench.api('GET', '/sources/%ff');
    assert.deepEqual([unreadable.status, unreadable.body.code], [400, 'request.malformed']);
  });

  it('a vanished column is a named error, a notice, and no failure of the node; accepting it mends the resource', async () => {
    const { api, table, node } = bench;
    await api('POST', '/resources', { body: { name: '潮汐', source: 'src', table: 'tides' } });
    const draft = await api('POST', '/products', { body: { code: 'cxgc', definition: tideDefinition() } });
    const published = await api('POST', '/products/cxgc/publish', { etag: draft.headers.get('etag') });
    await api('POST', '/subjects', { body: { name: 'app', kind: 'application' } });
    const { secret: appkey } = (await api('POST', '/subjects/app/credentials', { body: {} })).body;
    await api('POST', '/grants', { body: { subject: 'app', product: 'cxgc' } });
    const call = () => fetch(`${published.body.faces.gov}?appkey=${appkey}&pageSize=1`);
    assert.equal((await call()).status, 200);
    assert.deepEqual((await api('GET', '/notices')).body.items, []);

    await table.query('ALTER TABLE tides DROP COLUMN phone');
    const failed = await call();
    const told: { code: string; msg: string } = await failed.json() as never;
    assert.deepEqual([failed.status, told.code], [503, 'source.changed']);
    assert.ok(!told.msg.includes('phone'), 'the caller learns nothing of the inside');
    const notice = await firstNotice();
    assert.deepEqual([notice.kind, notice.about, notice.seen], ['source-changed', '潮汐', false]);
    assert.match(notice.message, /phone/);
    assert.match((await api('GET', resource)).body.notice, /phone/);

    const seen = await api('POST', `/notices/${notice.id}/seen`);
    assert.equal(seen.body.seen, true);
    assert.deepEqual((await api('GET', '/notices?unseen=true')).body.items, []);
    assert.equal((await api('POST', '/notices/nosuch/seen')).body.code, 'notice.unknown');

    const mended = { fields: [{ name: 'id', column: 'id', type: 'int' }], parameters: [], order: [] };
    const changed = await api('PUT', '/products/cxgc', { etag: published.headers.get('etag'), body: { definition: tideDefinition(mended) } });
    const tooSoon = await api('POST', '/products/cxgc/publish', { etag: changed.headers.get('etag') });
    assert.deepEqual([tooSoon.status, tooSoon.body.code], [409, 'product.resource.changed']);
    const looked = await api('POST', `${resource}/refresh`);
    assert.match(looked.body.notice, /phone/, 'looking again changes nothing');
    const accepted = await api('POST', `${resource}/refresh?accept=true`);
    assert.deepEqual([accepted.body.notice, accepted.body.columns.length], ['', 4]);
    assert.equal((await api('POST', '/products/cxgc/publish', { etag: changed.headers.get('etag') })).status, 200);
    assert.equal((await call()).status, 200);
    assert.ok(!node.log().includes('"level":50'), 'nothing of this is an error of the node');

    async function firstNotice(): Promise<{ id: string; kind: string; about: string; message: string; seen: boolean }> {
      const deadline = Date.now() + 10_000;
      while (Date.now() < deadline) {
        const { items } = (await api('GET', '/notices')).body;
        if (items.length > 0) return items[0];
      }
      throw new Error('no notice within 10 s');
    }
  });

  it('a source that is away is told as such, and noted when it is checked', async () => {
    const { api, table } = bench;
    await table.query('ALTER TABLE tides RENAME TO gone');
    const vanished = await api('POST', `${resource}/refresh`);
    assert.match(vanished.body.notice, /tides/);
    const nothing = await api('POST', `${resource}/refresh?accept=true`);
    assert.deepEqual([nothing.status, nothing.body.code], [409, 'resource.table.vanished']);
    await table[Symbol.asyncDispose]();
    const check = await api('POST', '/sources/src/check');
    assert.equal(check.status, 502);
    const { state, stateNote } = (await api('GET', '/sources/src')).body;
    assert.equal(state, 'failing');
    assert.notEqual(stateNote, '');
  });

  it('the node’s own source stays', async () => {
    const { api } = bench;
    const { headers } = await api('GET', '/sources/hosted');
    const removal = await api('DELETE', '/sources/hosted', { etag: headers.get('etag') });
    assert.deepEqual([removal.status, removal.body.code], [409, 'source.built-in']);
    assert.equal((await api('GET', '/sources/hosted')).status, 200);
  });

  it('lists come in pages', async () => {
    const { api } = bench;
    const first = await api('GET', '/sources?limit=1');
    assert.deepEqual(first.body.items.map(({ name }: { name: string }) => name), ['hosted']);
    const second = await api('GET', `/sources?limit=1&cursor=${first.body.next}`);
    assert.deepEqual([second.body.items.map(({ name }: { name: string }) => name), second.body.next], [['src'], null]);
    for (const query of ['limit=0', 'limit=201', 'limit=x', 'cursor=zzz', 'page=2', 'limit=1&limit=2']) {
      const { status, body } = await api('GET', `/sources?${query}`);
      assert.deepEqual([status, body.title], [400, 'invalid-parameter'], query);
    }
  });
});
