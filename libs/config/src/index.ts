export { type ConfigSources, parseConfig, readConfig } from './read-config.ts';
export { addressText, byteCount, modelName } from './values.ts';
