export { countBuffersWithHeap } from './buffer-accounting.ts';
export { nodeFlags } from './node-flags.ts';
export { type ConfigSources, parseConfig, readConfig } from './read-config.ts';
export { type RunningService, runService, type ServiceProgram } from './run-service.ts';
export { addressText, byteCount, modelName } from './values.ts';
