/** The policy engine: pure, without clock, network or storage. A policy and a request compile to a plan. */
export * from './model.ts';
export { isAddress } from './addresses.ts';
export { sidesOf } from './area.ts';
export { checkPolicy, problemsOf, warningsOf } from './check.ts';
export { compileGrant, type CompiledGrant } from './compile.ts';
export { decide, type Decision } from './decide.ts';
export { acceptedForms, parseOperand } from './literals.ts';
export { checkShape, fieldTypesOf } from './shape.ts';
