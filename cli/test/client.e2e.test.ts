import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { all, createClient, got, gotVersion, LingquProblem, type Client } from '@lingqu/client';
import { startNode, type StartedNode } from '../../server/test/support/node.ts';

describe('the typed client', () => {
  let node: StartedNode;
  let client: Client;
  before(async () => {
    node = await startNode({ engine: 'pglite' });
    client = createClient({ url: `${node.managementUrl}/`, token: node.operatorToken });
  });
  after(() => node.stop());

  const problemOf = async (call: Promise<unknown>): Promise<LingquProblem> => {
    const thrown: unknown = await call.then(() => undefined, (error: unknown) => error);
    assert.ok(thrown instanceof LingquProblem);
    return thrown;
  };

  it('reads lists page by page to their end', async () => {
    const names = Array.from({ length: 203 }, (_, index) => `app-${String(index).padStart(3, '0')}`);
    for (const name of names) await got(client.POST('/api/v1/subjects', { body: { name, kind: 'application' } }));
    let pages = 0;
    const subjects = await Array.fromAsync(
      all((query) => {
        pages += 1;
        return got(client.GET('/api/v1/subjects', { params: { query } }));
      }),
    );
    assert.deepEqual(subjects.flatMap(({ name, kind }) => (kind === 'public' ? [] : [name])), names);
    assert.equal(pages, 2);
  });

  it('throws what the node refuses, with its code and trail', async () => {
    const problem = await problemOf(got(client.GET('/api/v1/subjects/{subject}', { params: { path: { subject: 'nobody' } } })));
    assert.deepEqual([problem.code, problem.status], ['identity.subject.unknown', 404]);
    assert.notEqual(problem.requestId, '');
    await node.logged(problem.errorId);
    assert.equal(problem.message, problem.detail);
  });

  it('carries versions: a change of what someone else changed meanwhile is refused', async () => {
    const path = { subject: 'app-000' };
    const { etag } = await gotVersion(client.GET('/api/v1/subjects/{subject}', { params: { path } }));
    const change = (unit: string): Promise<unknown> => got(client.PATCH('/api/v1/subjects/{subject}', { params: { path }, headers: { 'if-match': etag }, body: { unit } }));
    await change('海洋局');
    assert.equal((await problemOf(change('气象局'))).status, 412);
  });

  it('tells a node that does not answer, and an answer that is not the node’s', async () => {
    const silent = createClient({ url: 'http://127.0.0.1:9', token: 'x'.repeat(20) });
    assert.deepEqual([(await problemOf(got(silent.GET('/api/v1/node')))).code], ['client.unreachable']);
    const strange = createClient({ url: `${node.dataUrl}/szsea`, token: 'x'.repeat(20) });
    assert.equal((await problemOf(got(strange.GET('/api/v1/node')))).status, 404);
  });
});
