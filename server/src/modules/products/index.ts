export * from './model.ts';
export { checkCode, checkName, classWords } from './rules.ts';
export { shapeOf } from './shape.ts';
export { changeProduct, checkDefinition, createProduct, getProduct, publishProduct, removeProduct, withdrawProduct } from './products.ts';
export { findLiveProduct, findProduct, listProductRows as listProducts } from './store.ts';
