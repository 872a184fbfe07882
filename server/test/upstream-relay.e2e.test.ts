import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { endsOf, startRelayStage, startUpstream, type RelayStage, type TestUpstream } from './support/upstream.ts';

describe('[SEA-8.1c] an HTTP service is put under governance and relayed', () => {
  let stage: RelayStage;
  let upstream: TestUpstream;
  before(async () => {
    upstream = await startUpstream((request, response) => {
      response.setHeader('set-cookie', 'upstream=1');
      response.setHeader('server', 'secret-server/1.0');
      response.setHeader('via', '1.1 inner');
      response.setHeader('content-type', 'application/json; charset=utf-8');
      response.end(JSON.stringify({ url: request.url }));
    });
    stage = await startRelayStage();
    await stage.addSource('weather', upstream, {
      auth: { kind: 'header', name: 'X-Api-Key' },
      secret: 'upstream-secret',
      operations: [{ name: 'forecast', path: '/v1/{district}/forecast', query: { units: 'metric' }, headers: { 'X-From': 'lingqu' }, parameters: [{ name: 'district', in: 'path', required: true }, { name: '日期', as: 'day', in: 'query', type: 'date' }] }],
    });
    await stage.relay('forecast', 'weather', 'forecast', { parameters: [{ name: 'district', column: 'district', operator: 'eq', required: true }, { name: 'day', column: '日期', operator: 'eq' }] });
  });
  after(async () => {
    await stage[Symbol.asyncDispose]();
    await upstream[Symbol.asyncDispose]();
  });

  it('hands over what it answers, in one record', async () => {
    const answer = await stage.call('forecast', { district: '福田/1', day: '20220901' }, { authorization: '', cookie: 'caller=1', 'x-forwarded-for': '1.2.3.4' });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'application/json; charset=utf-8');
    assert.deepEqual(await answer.json(), { url: '/v1/%E7%A6%8F%E7%94%B0%2F1/forecast?units=metric&day=2022-09-01' });
    assert.deepEqual(await endsOf(stage.node, 'forecast'), ['whole allowed']);
  });
});
