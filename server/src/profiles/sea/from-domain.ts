import { wireTable } from '../../codecs/forms.ts';
import { jsonArrayEncoder } from '../../codecs/json.ts';
import type { Refusal, Rendering } from '../../modules/delivery/index.ts';
import { statuses } from './errors.ts';
import { successMessage } from './schema.ts';

const opening = `{"success":true,"msg":${JSON.stringify(successMessage)},"data":[`;

/** `success/msg/data`, with `total` beside it where it is known (decisions 2, 14). */
export const rendering: Rendering = {
  forms: wireTable.sea.types,
  encoder: () => jsonArrayEncoder(opening, ({ total }) => (total === undefined ? ']}' : `],"total":${total}}`)),
  status: (kind) => statuses[kind],
};

/** An error in SEA's envelope; its ID is how the operator finds the cause. */
export const errorBody = ({ error, errorId }: Refusal): { success: false; msg: string; data: [] } => ({
  success: false,
  msg: `${error.message}（错误编号 ${errorId}）`,
  data: [],
});
