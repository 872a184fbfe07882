import Type, { type Static } from 'typebox';
import { allow } from '../../modules/identity/index.ts';
import type { Transaction } from '../../storage/database.ts';
import type { Routes } from './app.ts';
import { operate } from './operate.ts';
import { answers, nothing } from './schemas.ts';

const SampleView = Type.Object(
  {
    url: Type.String({ description: '数据监听端口的基础地址' }),
    product: Type.String(),
    appkey: Type.String({ description: '示例应用的授权 Key，只能调用示例产品' }),
    attribution: Type.String({ description: '数据来源与许可（CC BY 4.0），展示数据时须一并展示' }),
  },
  { $id: 'Sample' },
);

/** The sample that a new node shares at its first start; the composition root hands it in. */
export interface SampleControl {
  /** Throws `sample.none`. */
  show(): Promise<Static<typeof SampleView>>;
  /** Takes it away, or throws and leaves it whole; what it answers does the rest, after the commit. */
  remove(tx: Transaction): Promise<() => Promise<void>>;
}

const tags = ['sample'];

export const sampleRoutes =
  (sample: SampleControl): Routes =>
  (parts) =>
  async (app) => {
    app.get('/sample', { schema: { operationId: 'getSample', tags, summary: '示例产品及其密钥', response: answers(SampleView) } }, async (request) => {
      allow(request.actor, 'node.operate');
      return sample.show();
    });
    app.delete('/sample', { schema: { operationId: 'removeSample', tags, summary: '移除示例：授权、产品、主体、资源与数据表；没有示例时也成功', response: nothing } }, async (request, reply) => {
      allow(request.actor, 'node.operate');
      const finish = await operate(parts, request, 'sample.remove', (tx) => sample.remove(tx));
      await finish();
      return reply.code(204).send(null);
    });
  };
