export * from './model.ts';
export { changeGrant, createGrant, getGrant, moveGrant } from './grants.ts';
export { findRight, listGrants, type GrantFilter } from './store.ts';
