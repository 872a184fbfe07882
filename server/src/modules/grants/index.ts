export * from './model.ts';
export { UNFIT_LISTED, unfitGrants, warningsOfGrant, type UnfitGrants } from './fit.ts';
export { changeGrant, createGrant, getGrant, moveGrant, noRight, unknownGrant } from './grants.ts';
export { removeGrantsOf } from './removal.ts';
export { findRight, listGrants } from './store.ts';
