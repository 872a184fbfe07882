import assert from 'node:assert/strict';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startNode, type StartedNode } from '../../server/test/support/node.ts';
import { rowsXml, workbookOf } from '../../server/test/support/xlsx.ts';
import { lingquWith, type Said } from './support/command.ts';

/** Exactly one JSON value, and nothing beside it. */
function onlyJson(text: string): unknown {
  assert.match(text, /^\S[^\n]*\n$/, `not one line: ${text}`);
  return JSON.parse(text);
}

const wordsOf = (said: Said): string => `${said.code} ${said.stdout} ${said.stderr}`;

describe('commands', () => {
  let node: StartedNode;
  let elsewhere: string;
  /** On the node's own machine. */
  let here: ReturnType<typeof lingquWith>;

  before(async () => {
    node = await startNode({ engine: 'pglite' });
    elsewhere = path.join(node.folder, 'elsewhere');
    await mkdir(elsewhere);
    here = lingquWith({ LINGQU_DATA: node.folder, XDG_CONFIG_HOME: path.join(node.folder, 'config') });
  });
  after(() => node.stop());

  describe('where the node is', () => {
    it('is found on its own machine by what it left in its data folder', async () => {
      const told: unknown = JSON.parse(await readFile(path.join(node.folder, 'node.json'), 'utf8'));
      assert.deepEqual(told, { management: node.managementUrl, data: node.dataUrl, pid: node.process.pid });
      assert.equal((await stat(path.join(node.folder, 'node.json'))).mode & 0o777, 0o600);
      const status = onlyJson((await here('node status --json')).stdout) as Record<string, unknown>;
      assert.equal(status['url'], node.managementUrl);
      assert.deepEqual(status['actor'], { kind: 'operator', name: 'operator', role: 'operator' });
      assert.equal(status['foundBy'], 'operator-token');
    });

    it('is found by --data as well', async () => {
      const run = lingquWith({ LINGQU_DATA: elsewhere });
      assert.equal((await run(`node status --data ${node.folder}`)).code, 0);
    });

    it('is said by LINGQU_URL and LINGQU_TOKEN elsewhere', async () => {
      const run = lingquWith({ LINGQU_DATA: elsewhere, LINGQU_URL: node.managementUrl, LINGQU_TOKEN: node.operatorToken });
      assert.match((await run('node status --json')).stdout, /"foundBy":"environment"/);
    });

    it('is asked under the token that is given, also on its own machine', async () => {
      const named = lingquWith({ LINGQU_DATA: node.folder, LINGQU_TOKEN: 'x'.repeat(20) });
      const refused = await named('source list --json');
      assert.deepEqual([refused.code, (onlyJson(refused.stderr) as { status: number }).status], [1, 401], 'nobody becomes operator who named himself otherwise');
      assert.match((await lingquWith({ LINGQU_DATA: node.folder, LINGQU_TOKEN: node.operatorToken })('node status --json')).stdout, /"foundBy":"environment"/);
      const config = path.join(elsewhere, 'config');
      await mkdir(path.join(config, 'lingqu'), { recursive: true });
      await writeFile(path.join(config, 'lingqu', 'credentials.json'), JSON.stringify([{ url: node.managementUrl, user: 'a', tokenId: 'b', token: 'c' }]));
      const astray = await lingquWith({ LINGQU_DATA: elsewhere, XDG_CONFIG_HOME: config, LINGQU_TOKEN: 'x'.repeat(20) })('source list --json');
      assert.equal((onlyJson(astray.stderr) as { code: string }).code, 'cli.no-node', 'the token of one node is not shown to another');
    });

    it('is said by --url and --token-file before all else', async () => {
      const run = lingquWith({ LINGQU_DATA: elsewhere, LINGQU_URL: 'http://127.0.0.1:9', LINGQU_TOKEN: 'none' });
      assert.match((await run(`node status --url ${node.managementUrl} --token-file ${node.folder}/operator.token --json`)).stdout, /"foundBy":"options"/);
    });

    it('is asked for with the next step when it is not known, or does not answer', async () => {
      const lost = await lingquWith({ LINGQU_DATA: elsewhere, XDG_CONFIG_HOME: elsewhere })('source list');
      assert.equal(lost.code, 1);
      assert.match(lost.stderr, /npx lingqu serve/);
      const silent = await lingquWith({ LINGQU_DATA: elsewhere, LINGQU_URL: 'http://127.0.0.1:9', LINGQU_TOKEN: 'x'.repeat(20) })('source list --json');
      assert.equal(silent.code, 1);
      assert.equal((onlyJson(silent.stderr) as { code: string }).code, 'client.unreachable');
    });

    it('is not what a killed node left behind', async () => {
      const folder = path.join(elsewhere, 'killed');
      await mkdir(folder);
      // The highest process number that Linux gives: nobody has it here.
      await writeFile(path.join(folder, 'node.json'), JSON.stringify({ management: node.managementUrl, data: null, pid: 4_194_304 }));
      const said = await lingquWith({ LINGQU_DATA: folder, XDG_CONFIG_HOME: elsewhere })('source list --json');
      assert.equal((onlyJson(said.stderr) as { code: string }).code, 'cli.no-node');
    });
  });

  describe('what they print', () => {
    const lists = ['source list', 'resource list', 'product list', 'subject list', 'grant list', 'user list', 'token list', 'notice list', 'journal query', 'usage'];

    it('is one JSON value on stdout under --json, and nothing on stderr', async () => {
      for (const command of lists) {
        const said = await here(`${command} --json`);
        assert.ok(Array.isArray(onlyJson(said.stdout)), `${command}: ${wordsOf(said)}`);
        assert.deepEqual([said.code, said.stderr], [0, ''], command);
      }
    });

    it('is one JSON problem on stderr when they are refused', async () => {
      const said = await here('product show nothing --json');
      assert.deepEqual([said.code, said.stdout], [1, '']);
      const problem = onlyJson(said.stderr) as Record<string, unknown>;
      assert.equal(problem['code'], 'product.unknown');
      assert.equal(problem['status'], 404);
      assert.notEqual(problem['requestId'], '');
      assert.notEqual(problem['errorId'], '');
    });

    it('is Chinese, and English where that is asked for', async () => {
      assert.match((await here('source list')).stdout, /名称/);
      assert.match((await here('source list --lang en')).stdout, /name/);
      const english = lingquWith({ LINGQU_DATA: node.folder, LANG: 'en_US.UTF-8' });
      assert.match((await english('source list')).stdout, /name/);
      assert.match((await lingquWith({ LINGQU_DATA: node.folder, LANG: 'en_US.UTF-8', LINGQU_LANG: 'zh' })('source list')).stdout, /名称/);
    });
  });

  describe('exit codes', () => {
    it('are 2 for a command written wrongly, with what is wrong', async () => {
      for (const [command, word] of [
        ['nothing', 'nothing'],
        ['source list --nothing', '--nothing'],
        ['source show', 'name'],
        ['resource add r --source s', '--table'],
        ['resource add r --source s --table t --query q.yaml', '--query'],
        ['user add wang --role king', 'king'],
        ['grant add --subject a --product b --quota calls/week=3', 'week'],
        ['journal --limit 0', '--limit'],
        ['source', ''],
      ] as const) {
        const said = await here(`${command} --json`);
        assert.deepEqual([said.code, said.stdout], [2, ''], `${command}: ${wordsOf(said)}`);
        const problem = onlyJson(said.stderr) as { code: string; detail: string };
        assert.equal(problem.code, 'cli.usage', command);
        assert.ok(problem.detail.includes(word), `${command}: ${problem.detail}`);
      }
    });

    it('are 0 for help that was asked for', async () => {
      const said = await here('grant add --help');
      assert.equal(said.code, 0);
      assert.match(said.stdout, /--quota/);
    });

    it('are 2 where a secret would have to be asked for and nobody is there', async () => {
      const said = await here(`login --url ${node.managementUrl} --user admin`);
      assert.equal(said.code, 2);
      assert.match(said.stderr, /stdin/);
    });
  });

  describe('imports', () => {
    it('load a CSV file, say so, and are silent about progress without a terminal', async () => {
      const file = path.join(node.folder, 'stations.csv');
      const rows = Array.from({ length: 20_000 }, (_, index) => `站${index},${index},2026-01-01`);
      await writeFile(file, `name,level,day\n${rows.join('\n')}\n`);
      const said = await here(`import ${file} --title 站点 --index name --json`);
      assert.deepEqual([said.code, said.stderr], [0, '']);
      const report = onlyJson(said.stdout) as { table: { name: string; rows: number; columns: { name: string; type: string }[] } };
      assert.equal(report.table.name, 'stations');
      assert.equal(report.table.rows, 20_000);
      assert.deepEqual(report.table.columns.map(({ type }) => type), ['text', 'integer', 'date']);
      const human = await here(`import ${file}`);
      assert.deepEqual([human.code, human.stderr], [0, '']);
      assert.equal((await here('resource add stations --source hosted --table stations')).code, 0);
    });

    it('list their tables, and remove one that nothing uses', async () => {
      const file = path.join(node.folder, 'short.csv');
      await writeFile(file, 'name\n甲\n');
      assert.equal((await here(`import ${file} --title 短表`)).code, 0);
      const names = async (): Promise<string[]> => (onlyJson((await here('import list --json')).stdout) as { name: string }[]).map(({ name }) => name);
      assert.deepEqual((await names()).toSorted(), ['short', 'stations']);
      assert.match((await here('import list')).stdout, /short +│ 短表 +│ 1 /);
      assert.equal((onlyJson((await here('import remove stations --json')).stderr) as { status: number }).status, 409, 'a resource stands on it');
      assert.match((await here('import remove short')).stdout, /short/);
      assert.deepEqual(await names(), ['stations']);
    });

    it('load a sheet of an XLSX file by its extension, and tell what is wrong by the addresses of cells', async () => {
      const file = path.join(node.folder, 'levels.xlsx');
      await writeFile(file, await workbookOf({ sheets: { 说明: rowsXml(['a']), 潮位: rowsXml(['站', '高'], ['赤湾', '<c><v>1.5</v></c>'], ['盐田', '<c t="e"><v>#N/A</v></c>']) } }));
      const refused = await here(`import ${file} --sheet 潮位 --json`);
      assert.deepEqual([refused.code, refused.stdout], [1, '']);
      assert.match((onlyJson(refused.stderr) as { detail: string }).detail, /B3 “高”列：错误值 #N\/A/);
      const said = await here(`import ${file} --sheet 2 --skip-bad-rows`);
      assert.equal(said.code, 0, said.stderr);
      assert.match(said.stdout, /1 rows? .*levels.*潮位.*1 skipped|已导入 1 行到表 levels（潮位），跳过 1 行/);
      assert.match(said.stdout, /B3 高/);
    });

    it('refuse a bad file with the row and the column', async () => {
      const file = path.join(node.folder, 'bad.csv');
      await writeFile(file, 'name,level\n甲,1\n乙,二\n');
      const said = await here(`import ${file} --column level:integer --json`);
      assert.deepEqual([said.code, said.stdout], [1, '']);
      assert.match((onlyJson(said.stderr) as { detail: string }).detail, /level/);
    });
  });

  it('export the journal into a file, whole', async () => {
    const file = path.join(node.folder, 'journal.ndjson');
    assert.equal((await here('subject add exported')).code, 0);
    const said = await here(`journal export --format ndjson --stream operation --out ${file} --json`);
    assert.equal(said.code, 0, said.stderr);
    const events = (await readFile(file, 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line).event);
    assert.ok(events.includes('subject.create') && events.includes('journal.export'), events.join(' '));
    const csv = await here('journal export --stream operation');
    assert.match(csv.stdout, /^at,writer,/);
    assert.equal((await here('journal export --json')).code, 2);
  });

  it('query the journal, also where nothing more than `journal` is said', async () => {
    const [short, long] = await Promise.all(['journal', 'journal query'].map((words) => here(`${words} --from 2026-01-01 --stream operation --limit 1 --json`)));
    assert.deepEqual([short?.code, (onlyJson(short?.stdout ?? '') as unknown[]).length], [0, 1], short?.stderr);
    assert.equal(short?.stdout, long?.stdout);
    const mistyped = await here('journal exprot');
    assert.equal(mistyped.code, 2, 'a mistyped command is no query');
  });

  it('issue what signs, and sign a call by it', async () => {
    await here('subject add signing --unit 海洋局');
    const keyFile = path.join(elsewhere, 'signing.key');
    assert.equal((await here(`subject key issue signing --kind signature --key-file ${keyFile}`)).code, 0);
    assert.match(await readFile(keyFile, 'utf8'), /^k[\w-]{16}\n[\w-]{43}\n$/);
    const { stdout } = await here(`sign http://node.example/gov/v1/x?a=1 --key-file ${keyFile}`);
    assert.match(stdout, /^x-lq-key-id: k[\w-]{16}\nx-lq-time: \d{13}\nx-lq-nonce: [0-9a-f]{32}\nx-lq-signature: [\w+/]{43}=\nx-lq-alg: HMAC-SHA256\n$/);
    assert.equal((await here('sign http://node.example/gov/v1/x')).code, 2);
    assert.equal((await here('subject key issue signing --kind gateway')).code, 2);
    const gateway = onlyJson((await here('subject key issue signing --kind gateway --cipher cbc --json')).stdout) as { credential: { cipher: string } };
    assert.equal(gateway.credential.cipher, 'cbc');
  });

  it('issue, rotate and revoke appkeys', async () => {
    await here('subject add keyed --unit 海洋局');
    const first = onlyJson((await here('subject key issue keyed --json')).stdout) as { secret: string };
    assert.match(first.secret, /^[\w-]{32}$/);
    assert.match((await here('subject key rotate keyed --overlap 60')).stdout, /^[\w-]{32}\n$/);
    const keys = onlyJson((await here('subject key list keyed --json')).stdout) as { id: string; expiresAt: string | null }[];
    assert.deepEqual(keys.map(({ expiresAt }) => expiresAt === null), [true, false]);
    const revoked = onlyJson((await here(`subject key revoke keyed ${keys[0]?.id} --json`)).stdout) as { revokedAt: string | null };
    assert.notEqual(revoked.revokedAt, null);
    const changed = onlyJson((await here('subject update keyed --disable --json')).stdout) as { disabled: boolean };
    assert.equal(changed.disabled, true);
    assert.equal((await here('subject remove keyed')).code, 0);
  });
});
