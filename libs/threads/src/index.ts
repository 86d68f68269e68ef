export { computeInBackground } from './background.ts';
export { serveCalls, serveCallsTogether, ThreadClient, type ThreadHandlers } from './thread-call.ts';
