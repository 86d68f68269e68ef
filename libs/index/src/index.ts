export { type AnnouncedStore, Announcer, type AnnouncerSettings, announcerSettings } from './announcer.ts';
export type { HeldRecord, Holder, WorkerIdentity } from './holder.ts';
export { type IndexSettings, indexSettings } from './index-settings.ts';
export { inspectRedis, type RedisFacts } from './inspect-redis.ts';
export { LocalRedis, type LocalRedisOptions } from './local/local-redis.ts';
export { provideRedis } from './local/provide-redis.ts';
export { type Deletions, type HeldLead, type Lead, RedisIndex } from './redis-index.ts';
