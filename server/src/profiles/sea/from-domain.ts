import { wireTable } from '../../codecs/forms.ts';
import { jsonArrayEncoder } from '../../codecs/json.ts';
import type { Refusal, Rendering } from '../../modules/delivery/index.ts';
import { httpStatuses } from '../../http/statuses.ts';

/** The words of success that tables 1 to 3 print. */
const opening = `{"success":true,"msg":${JSON.stringify('信息操作成功!')},"data":[`;

/** `success/msg/data`, with `total` beside it where it is known (decisions 2, 14). */
export const rendering: Rendering = {
  forms: wireTable.sea.types,
  encoder: () => jsonArrayEncoder(opening, ({ total }) => (total === undefined ? ']}' : `],"total":${total}}`)),
  relays: true,
  status: (kind) => httpStatuses[kind],
};

/** An error in SEA's envelope; its ID is how the operator finds the cause. */
export const errorBody = ({ error, errorId }: Refusal): { success: false; msg: string; data: [] } => ({
  success: false,
  msg: `${error.message}（错误编号 ${errorId}）`,
  data: [],
});
