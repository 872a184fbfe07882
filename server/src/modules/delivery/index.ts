export * from './model.ts';
export { Access } from './access.ts';
export { refreshSecret } from './daily-secret.ts';
export { Delivery, Refusal } from './delivery.ts';
export { callerGone } from './errors.ts';
export { explainCall, type Explanation } from './explain.ts';
export { previewRows, PREVIEW_ROWS } from './preview.ts';
export type { FailureLog } from './record.ts';
