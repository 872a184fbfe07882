export * from './model.ts';
export * from './ports.ts';
export { SourceConnections } from './connections.ts';
export { addSource, changeSource, checkSource, getSource, listSources, listTables, mergedSettings, removeSource, testSource } from './sources.ts';
export { addResource, describeTable, getResource, listResources, refreshResource, removeResource } from './resources.ts';
export { findResource } from './store.ts';
