// A process that serves one variant on loopback until it is killed. Says its port, and when it has stopped in the middle.
import { type HostSetup, MemorySource, serveSource } from './testing.ts';

const { shape, holdAt } = JSON.parse(process.argv[2] ?? '') as HostSetup;
const source = new MemorySource(shape, holdAt === undefined ? {} : { holdAt });
const server = await serveSource(source);
process.send?.(server.port);
await source.held.promise;
process.send?.('held');
