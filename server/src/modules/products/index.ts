export * from './model.ts';
export { agrSettingsOf, isSensitive, type AgrSettings } from './agr.ts';
export { checkMasksCapable } from './capable.ts';
export { shapeOf } from './shape.ts';
export { assertPublishable, changeProduct, createProduct, getProduct, publishProduct, removeProduct, unknownProduct, withdrawProduct } from './products.ts';
export { findLiveProduct, findProduct, codesOf, listProductRows as listProducts, productIdsOf } from './store.ts';
export { suggestDefinition } from './suggestion.ts';
