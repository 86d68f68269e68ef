import type { ConnectOptions } from '@instgenie/rpc';

/** Keys that were sent to this thread: what was a Buffer arrives as plain bytes, which TLS does not take. */
export function sentKeys(tls: ConnectOptions['tls']): ConnectOptions['tls'] {
  if (tls === undefined) return undefined;
  const { cert, key, ca, ...rest } = tls;
  return {
    ...rest,
    ...(cert === undefined ? {} : { cert: Buffer.from(cert) }),
    ...(key === undefined ? {} : { key: Buffer.from(key) }),
    ...(ca === undefined ? {} : { ca: Buffer.from(ca) }),
  };
}
