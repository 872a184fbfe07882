import assert from 'node:assert/strict';
import { access, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { createDatabase, dropDatabase } from '../../server/test/support/database.ts';
import { startNode, type StartedNode } from '../../server/test/support/node.ts';
import { needs } from '../../server/test/support/services.ts';
import { lingquWith, type Said } from './support/command.ts';

/** A table with what makes tables hard: Chinese, emoji, NULL, decimals, bigints, times, binary. */
const table = `
  CREATE TABLE 潮位 (
    id bigint PRIMARY KEY, station text NOT NULL, phone text, level numeric(30,10), at timestamptz NOT NULL, raw bytea
  );
  COMMENT ON TABLE 潮位 IS '海洋潮位观测数据';
  COMMENT ON COLUMN 潮位.station IS '站点';
  INSERT INTO 潮位 VALUES
    (9007199254740993, '香港 🌊', '13800001234', 12345678901234567.1234567890, '2026-03-01 08:00+08', '\\x00ff'),
    (2, '香港', NULL, NULL, '2026-03-01 09:00+08', NULL),
    (3, '深圳', '13900005678', -0.5, '2026-03-01 10:00+08', NULL);`;

describe('a PostgreSQL table, published by commands alone', needs('postgres'), () => {
  let node: StartedNode;
  let databaseUrl: string;
  let run: ReturnType<typeof lingquWith>;
  let keyFile: string;
  let commands = 0;

  /** One of the commands that publish. */
  async function step(args: string, input = ''): Promise<Said> {
    commands += 1;
    const said = await run(args, input);
    assert.deepEqual([said.code, said.stderr], [0, ''], said.stderr);
    return said;
  }

  /** What a command prints under --json. */
  const printed = async (args: string): Promise<string> => {
    const said = await run(`${args} --json`);
    assert.equal(said.code, 0, said.stderr);
    return said.stdout;
  };
  const json = async (args: string): Promise<Record<string, unknown>> => JSON.parse(await printed(args));

  before(async () => {
    databaseUrl = await createDatabase();
    const client = new pg.Client(databaseUrl);
    await client.connect();
    await client.query(table);
    await client.end();
    node = await startNode({ engine: 'pglite' });
    keyFile = path.join(node.folder, 'app.key');
    run = lingquWith({ LINGQU_DATA: node.folder, XDG_CONFIG_HOME: path.join(node.folder, 'config') });
  });
  after(async () => {
    await node.stop();
    await dropDatabase(databaseUrl);
  });

  it('takes under ten commands to the first answer', async () => {
    const { hostname, port, username, password, pathname } = new URL(databaseUrl);
    await step(`source add pg --type postgres --host ${hostname} --port ${port || '5432'} --database ${pathname.slice(1)} --user ${username} --password-stdin`, `${password || 'unused'}\n`);
    await step('resource add tide --source pg --table 潮位');
    await step('product create tides --resource tide --provider 深圳市海洋中心 --provider-code 440300 --param station:station:like --param from:at:range-start --order at');
    await step('product publish tides');
    await step('subject add app');
    await step(`subject key issue app --key-file ${keyFile}`);
    await step("grant add --subject app --product tides --columns id,station,phone,level,at --mask phone=phone --quota calls/day=1000 --rows '{\"column\":\"station\",\"like\":\"香港\"}'");
    const said = await step(`call tides --param station=香港 --key-file ${keyFile}`);
    assert.ok(commands < 10, `${commands} commands`);
    const answer = JSON.parse(said.stdout, (_key, value: unknown, context?: { source: string }) => (typeof value === 'number' ? context?.source : value));
    assert.equal(answer.success, true);
    assert.deepEqual(answer.data, [
      { id: '9007199254740993', station: '香港 🌊', phone: '138****1234', level: '12345678901234567.1234567890', at: '2026-03-01 08:00:00' },
      { id: '2', station: '香港', phone: null, level: null, at: '2026-03-01 09:00:00' },
    ]);
  });

  it('composes the name from provider, resource and class', async () => {
    assert.equal((await json('product show tides'))['name'], '深圳市海洋中心海洋潮位观测数据查询');
  });

  it('names the URL of every face', async () => {
    assert.deepEqual((await json('product show tides'))['faces'], {
      sea: `${node.dataUrl}/szsea/api/sharing/tides`,
      gov: `${node.dataUrl}/gov/v1/tides`,
      agr: `${node.dataUrl}/gxjh/servicePublis/interface/data?interfaceId=tides`,
      openapi: `${node.dataUrl}/gov/v1/tides/openapi.json`,
    });
  });

  it('answers through each face, and prints a curl line that holds no key', async () => {
    const csv = await run(`call tides --param from=2026-03-01T08:30:00 --face gov-csv --show-curl --key-file ${keyFile}`);
    assert.deepEqual(csv.stdout.trimEnd().split(/\r?\n/), ['id,station,phone,level,at', '2,香港,,,2026-03-01T09:00:00+08:00']);
    assert.match(csv.stderr, /^curl -sG '.*\/gov\/v1\/tides' .*-H "appkey: \$LINGQU_APPKEY" --data-urlencode 'from=2026-03-01T08:30:00'\n$/);
    const xml = await run(`call tides --face gov-xml --key-file ${keyFile}`);
    assert.match(xml.stdout, /<station>香港 🌊<\/station>/);
    const wrapped = await run(`call tides --face gov-json --json --key-file ${keyFile}`);
    assert.match(wrapped.stdout, /"body":\{"success":true,.*9007199254740993/);
    assert.equal(JSON.parse(wrapped.stdout).status, 200);
  });

  it('writes a long answer into a file', async () => {
    const file = path.join(node.folder, 'answer.csv');
    const said = await run(`call tides --face gov-csv --key-file ${keyFile} --out ${file} --json`);
    assert.equal(JSON.parse(said.stdout).file, file);
    assert.match(await readFile(file, 'utf8'), /^id,station,/);
    const refused = await run(`call tides --param nothing=1 --key-file ${keyFile} --out ${file}.refused`);
    assert.equal(refused.code, 1);
    await assert.rejects(access(`${file}.refused`), 'a refusal is not saved as if it were data');
  });

  it('tells a refused call by its exit code, with the face’s own words', async () => {
    const said = await run(`call tides --param nothing=1 --json --key-file ${keyFile}`);
    assert.deepEqual([said.code, said.stdout], [1, '']);
    const problem = JSON.parse(said.stderr);
    assert.equal(problem.details.body.success, false);
    assert.equal(problem.code, 'call.refused');
    assert.equal(problem.status, 400);
    assert.match(problem.detail, /nothing/);
    const stranger = await run('call tides --face gov-json --key-stdin --json', `${'A'.repeat(32)}\n`);
    assert.equal(stranger.code, 1);
    assert.equal(JSON.parse(stranger.stderr).status, 401);
  });

  it('explains by term, allowed and refused', async () => {
    const allowed = await run('explain --subject app --product tides --param station=香港');
    assert.match(allowed.stdout, /^✓ 允许/);
    assert.match(allowed.stdout, /✓ │ masks +│ grant +│ 限定结果/);
    const refused = await run('explain --subject app --product tides --param nothing=1');
    assert.match(refused.stdout, /^✗ 拒绝.*nothing/);
    assert.match(refused.stdout, /✗ │ parameters/);
  });

  it('previews the rows as the grant sees them', async () => {
    const seen = await json('preview --subject app --product tides');
    assert.deepEqual(Array.isArray(seen['rows']) && seen['rows'].map((row: string[]) => row[2]), ['138****1234', null]);
    assert.match((await run('preview --subject app --product tides')).stdout, /phone \(脱敏\)/);
  });

  it('changes a draft, and lets callers feel it when it is published', async () => {
    const ids = async (): Promise<string[]> => {
      const said = await run(`call tides --key-file ${keyFile} --face gov-csv`);
      return said.stdout.trimEnd().split(/\r?\n/).slice(1).map((line) => line.split(',')[0] ?? '');
    };
    const changed = await json('product update tides --order at:desc');
    assert.deepEqual([changed['liveVersion'], changed['draftVersion']], [1, 2]);
    assert.deepEqual(await ids(), ['9007199254740993', '2']);
    assert.equal((await json('product publish tides'))['liveVersion'], 2);
    assert.deepEqual(await ids(), ['2', '9007199254740993']);
  });

  it('changes one term of a grant and keeps the others, until they are cleared or all replaced', async () => {
    const [grant]: { id: string; policy: Record<string, unknown> }[] = JSON.parse(await printed('grant list --subject app --product tides'));
    assert.ok(grant);
    const update = async (options: string): Promise<unknown> => (await json(`grant update ${grant.id} ${options}`))['policy'];
    const phone = { field: 'phone', column: 'phone', kind: 'partial', preset: 'phone' };
    const first = { ...grant.policy, masks: [phone], quotas: [{ unit: 'calls', per: 'day', limit: 1000 }] };
    assert.deepEqual({ ...grant.policy }, first);
    const station = { field: 'station', column: 'station', kind: 'partial', preset: 'name' };
    const more = await update('--mask station=name --quota rows/total=100000');
    assert.deepEqual(more, { ...first, masks: [phone, station], quotas: [...first.quotas, { unit: 'rows', per: 'total', limit: 100_000 }] });
    const cleared = await update('--clear masks.phone --clear quotas.calls/day --clear rows');
    assert.deepEqual(cleared, { columns: grant.policy['columns'], masks: [station], quotas: [{ unit: 'rows', per: 'total', limit: 100_000 }] });
    const warned = await run(`grant update ${grant.id} --columns station,at --lang en`);
    assert.deepEqual([warned.code, /^note: .*rows come in the order of the key column id/.test(warned.stderr)], [0, true], warned.stderr);
    const slip = await run(`grant update ${grant.id} --clear masks.phon --lang en`);
    assert.deepEqual([slip.code, /no such term/.test(slip.stderr)], [2, true], slip.stderr);
    const file = path.join(node.folder, 'policy.json');
    await writeFile(file, JSON.stringify(first));
    assert.deepEqual(await update(`--policy ${file}`), first);
  });

  it('says before it publishes which grants do not fit any more', async () => {
    assert.deepEqual((await json('product publish tides --dry-run'))['unfitGrants'], { count: 0, items: [] });
    await json('product update tides --field id:id:bigint --field station:station:varchar --field at:at:timestamp');
    const said = await step('product publish tides --dry-run --lang en');
    assert.match(said.stdout, /^product tides can be published\ngrants that do not fit this version \(1\); change them:\n {2}\S+ app \(calls are denied\): columns: .*no such field.*; masks: .*phone.*no such field/);
    assert.equal((await json('product show tides'))['liveVersion'], 2);
    assert.match((await step('product publish tides')).stdout, /第 3 版[^]*授权的条款不再适合该版本（1 项）[^]*app \(调用被拒绝\)/);
    const [grant]: { id: string }[] = JSON.parse(await printed('grant list --subject app --product tides'));
    assert.equal((await run(`call tides --key-file ${keyFile}`)).code, 1, 'what was masked may live on under another name');
    const preview = await run('preview --subject app --product tides --lang en');
    assert.match(preview.stderr, /\n→ see by npx lingqu explain which term it is/);
    await step(`grant update ${grant?.id} --columns id,station,at --clear masks.phone`);
    assert.equal((await run(`call tides --key-file ${keyFile}`)).code, 0);
  });

  it('makes a product that answers only yes or no', async () => {
    const made = await json('product create tidecheck --resource tide --kind verify --provider 深圳市海洋中心 --provider-code 440300 --param id:id:eq:required');
    assert.equal(made['name'], '深圳市海洋中心海洋潮位观测数据核验');
    assert.equal((await run('product publish tidecheck')).code, 0);
    assert.equal((await run('grant add --subject app --product tidecheck')).code, 0);
    const said = await run(`call tidecheck --param id=2 --face gov-csv --key-file ${keyFile}`);
    assert.match(said.stdout, /true/);
    const [grant]: { id: string }[] = JSON.parse(await printed('grant list --product tidecheck'));
    assert.equal((await run(`grant revoke ${grant?.id}`)).code, 0);
  });

  it('suspends, resumes and revokes a grant', async () => {
    const [grant]: { id: string }[] = JSON.parse(await printed('grant list --subject app --product tides'));
    assert.equal((await run(`grant suspend ${grant?.id}`)).code, 0);
    assert.equal((await run(`call tides --key-file ${keyFile}`)).code, 1);
    assert.equal((await json(`grant resume ${grant?.id}`))['state'], 'active');
    assert.equal((await run(`call tides --key-file ${keyFile}`)).code, 0);
    assert.equal((await json(`grant revoke ${grant?.id}`))['state'], 'revoked');
  });

  it('leaves a failure of the source to its own words', async () => {
    const said = await run('source add lost --type postgres --host 127.0.0.1 --port 9 --database d --user u --password-stdin --json', 'secret\n');
    const { code, status, next } = JSON.parse(said.stderr);
    assert.deepEqual([said.code, code, status, next], [1, 'source.refused', 502, '']);
  });

  it('says what uses a thing that cannot be removed', async () => {
    const said = await run('source remove pg --json');
    assert.equal(said.code, 1);
    assert.equal(said.stdout, '');
    const problem = JSON.parse(said.stderr);
    assert.equal(problem.code, 'source.in-use');
    assert.deepEqual(problem.details.usedBy, ['tide']);
  });
});
