import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { manage } from './support/management.ts';
import { startNode, type StartedNode } from './support/node.ts';
import { needs } from './support/services.ts';

const stations = '站点编号,名称,深度,观测时间\n1,香港,3.50,2026-01-01 08:00:00\n2,"深圳, 盐田",,2026-01-01 09:00:00\n3,🌊,10.25,2026-01-01 10:00:00\n';

for (const engine of ['pglite', 'postgres'] as const) {
  describe(`imports, node on ${engine === 'pglite' ? 'PGlite' : 'PostgreSQL'}`, engine === 'postgres' ? needs('postgres') : {}, () => {
    let node: StartedNode | undefined;
    before(async () => {
      node = await startNode({ engine });
    });
    after(() => node?.stop());

    const here = (): StartedNode => node ?? assert.fail('the node has not started');
    const api = (...asked: Parameters<ReturnType<typeof manage>>) => manage(here())(...asked);
    const send = (query: string, content: string | Uint8Array, headers: Record<string, string> = {}) =>
      fetch(`${here().managementUrl}/api/v1/imports?${query}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${here().operatorToken}`, 'content-type': 'text/csv', ...headers },
        body: typeof content === 'string' ? content : Buffer.from(content),
      });

    it('a CSV file becomes a table with inferred types, which is shared without any other database', async () => {
      const answer = await send(`name=stations&title=${encodeURIComponent('观测站')}&indexes=${encodeURIComponent('[["名称"]]')}`, stations);
      const report = await answer.json() as { table: { rows: number; columns: { name: string; type: string }[] }; charset: string; skipped: number };
      assert.equal(answer.status, 200, JSON.stringify(report));
      assert.deepEqual([report.table.rows, report.charset, report.skipped], [3, 'utf-8', 0]);
      assert.deepEqual(report.table.columns.map(({ name, type }) => [name, type]), [['站点编号', 'integer'], ['名称', 'text'], ['深度', 'decimal'], ['观测时间', 'timestamp']]);
      assert.equal((await api('POST', '/resources', { body: { name: 'stations', source: 'hosted', table: 'stations', key: ['站点编号'] } })).status, 201);
      const suggested = (await api('GET', '/resources/stations/definition')).body;
      const definition = {
        ...suggested,
        provider: { name: '海洋中心', code: '4403' },
        name: '海洋中心观测站查询',
        fields: suggested.fields.filter((field: { column: string }) => field.column !== '_row'),
        order: [{ column: '站点编号' }],
      };
      const draft = await api('POST', '/products', { body: { definition } });
      assert.equal(draft.status, 201, JSON.stringify(draft.body));
      const published = await api('POST', `/products/${draft.body.code}/publish`, { etag: draft.headers.get('etag') });
      await api('POST', '/subjects', { body: { name: 'app', kind: 'application' } });
      const { secret: appkey } = (await api('POST', '/subjects/app/credentials', { body: {} })).body;
      await api('POST', '/grants', { body: { subject: 'app', product: draft.body.code } });
      const called = await (await fetch(`${published.body.faces.sea}?appkey=${appkey}`)).json() as { data: Record<string, unknown>[] };
      assert.deepEqual(called.data.map((row) => Object.values(row)), [
        [1, '香港', 3.5, '2026-01-01 08:00:00'], [2, '深圳, 盐田', null, '2026-01-01 09:00:00'], [3, '🌊', 10.25, '2026-01-01 10:00:00'],
      ]);
    });

    it('a table in use is not removed; another import replaces its rows at once', async () => {
      const refused = await api('DELETE', '/imports/stations');
      assert.deepEqual([refused.status, refused.body.details.usedBy], [409, ['stations']], JSON.stringify(refused.body));
      assert.equal((await send('name=stations', stations.split('\n').slice(0, 2).join('\n'))).status, 200);
      const { items } = (await api('GET', '/imports')).body;
      assert.deepEqual(items.filter(({ name }: { name: string }) => name === 'stations').map(({ rows }: { rows: number }) => rows), [1]);
    });

    it('bad rows refuse the file and are told, or are left out where that was asked', async () => {
      const bad = 'id,n\n1,1\nx,2\n3\n';
      const columns = encodeURIComponent('[{"name":"id","type":"integer"}]');
      const refused = await send(`name=bad&columns=${columns}`, bad);
      const problem = await refused.json() as { code: string; details: { listed: string[] } };
      assert.equal(problem.code, 'csv.rows', JSON.stringify(problem));
      assert.equal(problem.details.listed.length, 2);
      assert.ok(!(await api('GET', '/imports')).body.items.some(({ name }: { name: string }) => name === 'bad'), 'nothing was imported');
      const skipped = await send(`name=bad&columns=${columns}&skipBadRows=true`, bad);
      const report = await skipped.json() as { skipped: number; table: { rows: number }; badRows: { row: number }[] };
      assert.deepEqual([report.skipped, report.table.rows, report.badRows.map(({ row }) => row)], [2, 1, [3, 4]]);
      assert.equal((await api('DELETE', '/imports/bad')).status, 204);
      assert.equal((await api('DELETE', '/imports/bad')).body.code, 'hosted.unknown');
    });

    it('GB18030 is recognised', async () => {
      const answer = await send('name=gbk', Buffer.from('c3fbb3c60acfe3b8db0a', 'hex'));
      assert.equal((await answer.json() as { charset: string }).charset, 'gb18030');
      const { items } = (await api('GET', '/imports')).body;
      assert.deepEqual(items.find(({ name }: { name: string }) => name === 'gbk').columns.map(({ name }: { name: string }) => name), ['名称']);
    });

    it('progress is told line by line, and the last line is the report or the problem', async () => {
      const lines = async (query: string, content: string) => (await (await send(query, content, { accept: 'application/x-ndjson' })).text()).trimEnd().split('\n').map((line) => JSON.parse(line));
      const many = `id\n${Array.from({ length: 25_000 }, (_, n) => n).join('\n')}\n`;
      const told = await lines('name=many', many);
      assert.ok(told.some(({ step, rows }) => step === 'loading' && rows > 0));
      assert.equal(told.at(-1).report.table.rows, 25_000);
      assert.equal((await lines('name=none', '')).at(-1).problem.code, 'csv.empty');
    });

    it('what is no CSV, no such option, or no name is refused', async () => {
      const codeOf = async (answer: Response) => [answer.status, (await answer.json() as { code: string }).code];
      assert.deepEqual(await codeOf(await send('name=x', 'a\n1', { 'content-type': 'application/xml' })), [415, 'import.media-type']);
      assert.deepEqual(await codeOf(await send('name=x', '{}', { 'content-type': 'application/json' })), [415, 'import.media-type']);
      assert.deepEqual(await codeOf(await send('name=x&charset=utf-16', 'a\n1')), [400, 'request.invalid']);
      assert.deepEqual(await codeOf(await send('name=x&columns=nojson', 'a\n1')), [400, 'request.invalid']);
      assert.deepEqual(await codeOf(await send('', 'a\n1')), [400, 'request.invalid']);
      assert.equal((await send('name=%00', 'a\n1')).status < 500, true);
    });

    it('imports stand in the journal with their begin and their end', async () => {
      const { items } = (await api('GET', '/journal?stream=operation&limit=200')).body;
      const events = items.map(({ event }: { event: string }) => event);
      assert.ok(events.includes('import.begin') && events.includes('import.load') && events.includes('import.remove'));
    });
  });
}
