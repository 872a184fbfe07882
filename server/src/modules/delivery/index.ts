export * from './model.ts';
export { Access } from './access.ts';
export { Delivery, Refusal, type FailureLog } from './delivery.ts';
