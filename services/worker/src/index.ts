export { EngineExecutor } from './batching/engine-executor.ts';
export { type WorkerConfig, workerConfig } from './config.ts';
