import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startNode, type StartedNode } from '../../server/test/support/node.ts';
import { needs } from '../../server/test/support/services.ts';
import { visits, visitsDatabases, type VisitsDatabase } from '../../server/test/support/visits.ts';
import { lingquWith } from './support/command.ts';

const query = `
sql: |
  SELECT town, count(*) AS n, round(avg(age), 1) AS age
  FROM visits
  WHERE day >= :since [[ AND day <= :till ]]
  GROUP BY town
parameters:
  - { name: since, type: date, comment: 起始日期, sample: 2026-01-01 }
  - { name: till, type: date, required: false }
minimumGroup: { column: n, k: 5 }
`;

for (const { name, service, open, type } of visitsDatabases) {
  describe(`a query on ${name}, published by commands alone`, needs(service), () => {
    let node: StartedNode;
    let database: VisitsDatabase;
    let run: ReturnType<typeof lingquWith>;
    before(async () => {
      [node, database] = await Promise.all([startNode({ engine: 'pglite' }), open()]);
      run = lingquWith({ LINGQU_DATA: node.folder, XDG_CONFIG_HOME: path.join(node.folder, 'config') });
    });
    after(async () => {
      await node.stop();
      await database[Symbol.asyncDispose]();
    });

    async function said(args: string, input = ''): Promise<string> {
      const { code, stdout, stderr } = await run(args, input);
      assert.equal(code, 0, stderr);
      return stdout;
    }

    it('[AGR-7.2b] from the log-in to the first answer, without code', async () => {
      const setting = (key: string): string => {
        const value = database.settings[key];
        return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
      };
      const file = path.join(node.folder, 'groups.yaml');
      const secret = path.join(node.folder, 'query.password');
      const keyFile = path.join(node.folder, 'app.key');
      await writeFile(file, query);
      await writeFile(secret, setting('queryPassword') || 'unused');
      const reached = ['host', 'port', 'database', 'user'].map((key) => `--${key} ${setting(key)}`).join(' ');
      const password = setting('password') === '' ? '' : ' --password-stdin';
      await said(`source add clinic --type ${type} ${reached}${password} --query-user ${database.queryUser} --query-password-file ${secret}`, `${setting('password')}\n`);
      const explained = await said(`resource explain --source clinic --query ${file} --value till=2026-01-20`);
      assert.match(explained, /:since/);
      assert.match(explained, /visits/);
      await said(`resource add town-visits --source clinic --query ${file} --key town`);
      assert.match(await said('resource show town-visits'), /GROUP BY town/);
      assert.match(await said('resource explain town-visits'), /visits/);
      await said('product create townvisits --resource town-visits --provider 深圳市卫健委 --provider-code 440300 --field town:town:varchar --field n:n:bigint');
      await said('product publish townvisits');
      await said('subject add app');
      await said(`subject key issue app --key-file ${keyFile}`);
      await said('grant add --subject app --product townvisits --columns town,n');
      const { data } = JSON.parse(await said(`call townvisits --param since=2026-01-01 --key-file ${keyFile}`));
      const counts = new Map<string, number>();
      for (const { town } of visits) counts.set(town, (counts.get(town) ?? 0) + 1);
      const large = [...counts].filter(([, count]) => count >= 5);
      assert.ok(large.length < counts.size);
      assert.deepEqual(new Map(data.map((row: { town: string; n: unknown }) => [row.town, Number(row.n)])), new Map(large));
    });

    it('a sample may be written as a number or a truth', async () => {
      const file = path.join(node.folder, 'samples.yaml');
      await writeFile(file, 'sql: SELECT town, age FROM visits WHERE age >= :least\nparameters: [{ name: least, type: integer, sample: 0 }]');
      assert.match(await said(`resource explain --source clinic --query ${file}`), /visits/);
    });

    it('a query that is refused says why', async () => {
      const file = path.join(node.folder, 'bad.yaml');
      await writeFile(file, 'sql: SELECT town, pg_sleep(1) AS x FROM visits -- x');
      const { code, stderr } = await run(`resource add bad --source clinic --query ${file} --key town`);
      assert.ok(code !== 0);
      assert.match(stderr, /注释|comments/);
      await writeFile(file, 'parameters: []');
      assert.match((await run(`resource add bad --source clinic --query ${file} --key town`)).stderr, /sql/);
      assert.match((await run('resource explain')).stderr, /--source/);
    });
  });
}
