import { done, got } from '@lingqu/client';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { cardOf } from '../output/table.ts';

export function sampleCommands(program: Command, context: Context): void {
  const { say } = context;
  const sample = program.command('sample').description(say('示例产品：潮汐预报', 'the sample: tide predictions'));
  sample.command('show', { isDefault: true }).description(say('查看示例的地址、产品与 appkey', 'show the sample’s URL, product and appkey')).action(() => show(context));
  sample.command('remove').description(say('移除示例', 'take the sample away')).action(() => remove(context));
}

async function show({ client, out, say }: Context): Promise<void> {
  const sample = await got((await client()).GET('/api/v1/sample'));
  const { url, product, appkey } = sample;
  // Under AGR's names too: its interfaceId may be a product's code, and its applyKey is an appkey.
  out.show({ url, product, appkey, interfaceId: product, applyKey: appkey }, () =>
    [
      cardOf([
        [say('数据地址', 'data listener'), sample.url],
        [say('产品', 'product'), sample.product],
        ['appkey', sample.appkey],
        [say('数据来源', 'attribution'), sample.attribution],
      ]),
      say(`各接口地址：npx lingqu product show ${sample.product}`, `its faces: npx lingqu product show ${sample.product}`),
    ].join('\n'),
  );
}

async function remove({ client, out, say }: Context): Promise<void> {
  await done((await client()).DELETE('/api/v1/sample'));
  out.show({ removed: 'sample' }, () => say('示例已移除', 'the sample is gone'));
}
