export type { Authenticator, Caller, Quota, Scope } from './caller.ts';
export { scopes } from './caller.ts';
