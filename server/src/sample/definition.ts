import type { GrantTerms } from '../modules/grants/index.ts';
import type { SubjectInput } from '../modules/identity/index.ts';
import type { ProductDefinition } from '../modules/products/index.ts';

export const TABLE = 'tides';
export const TITLE = '潮位逐时预报 2026—2027';
/** SEA's own example (table 1). */
export const CODE = 'cwgcsssj';

const provider = { name: '灵渠示例单位', code: 'lingqu' };

const field = (name: string, title: string, type: ProductDefinition['fields'][number]['type'], required: boolean, description = ''): ProductDefinition['fields'][number] => ({
  name, column: name, type, title, description, required, sensitive: false,
});

/** Parameters and fields are those of SEA table 1, letter by letter. */
export const definitionOf = (attribution: string, listeners: readonly string[]): ProductDefinition => ({
  provider,
  name: `${provider.name}海洋潮位预报数据查询`,
  serviceClass: 'query',
  resource: TABLE,
  description: '返回某个站位时间范围内的潮位数据：2026 年与 2027 年中国沿海各站逐时天文潮预报（北京时间）。仅供试用，不得用于航海。(Hourly tide predictions: for trying out, not for navigation.)',
  attribution,
  kind: 'query',
  fields: [
    field('id', '唯一键', 'varchar', true),
    field('timestamp', '潮位监测时间', 'timestamp', true, '预报时刻，北京时间 (Asia/Shanghai)'),
    field('stationname', '潮位站点名称', 'varchar', true),
    field('stationcode', '潮位站点编码', 'varchar', false, 'TICON-4 中的验潮站编号'),
    field('lon', '经度', 'varchar', false),
    field('lat', '纬度', 'varchar', false),
    field('depth_m', '深度数据,单位为m', 'numeric', false, '潮高，自该站海图深度基准面起算：香港、高雄、基隆为最低天文潮面，其余各站为理论最低潮面 (metres above the station’s chart datum)'),
  ],
  parameters: [
    { name: 'input_station', column: 'stationname', operator: 'eq', required: true, title: '站点名称', description: '', example: '香港' },
    { name: 'start_time', column: 'timestamp', operator: 'range-start', required: true, title: '开始时间', description: '', example: '20260901' },
    { name: 'end_time', column: 'timestamp', operator: 'range-end', required: true, title: '结束时间', description: '只给日期时，含当日', example: '20260910' },
  ],
  order: [
    { column: 'stationname', direction: 'asc' },
    { column: 'timestamp', direction: 'asc' },
  ],
  cap: 20_000,
  maxPageSize: 1000,
  maxOffset: 20_000,
  policy: {},
  listeners: [...listeners],
  visibility: 'public',
  authentication: ['appkey'],
});

export const subject: SubjectInput = { name: '示例应用', kind: 'application', unit: provider.name };

/** Enough to try everything out, and bounded as a right should be. */
export const terms: GrantTerms = {
  policy: {
    quotas: [
      { per: 'minute', unit: 'calls', limit: 600 },
      { per: 'day', unit: 'calls', limit: 10_000 },
      { per: 'day', unit: 'rows', limit: 5_000_000 },
    ],
    concurrency: 20,
  },
  validFrom: null,
  validTo: null,
};

/** A call that answers at once: the tides of 香港 in the first ten days of September 2026. */
export function exampleCall(dataUrl: string, appkey: string): string {
  const query = { input_station: '香港', start_time: '20260901', end_time: '20260910', appkey };
  return `${dataUrl}/szsea/api/sharing/${CODE}?${new URLSearchParams(query).toString()}`;
}
