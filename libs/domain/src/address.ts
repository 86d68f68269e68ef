import { ServiceError } from './errors.ts';

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** Splits `host:port`; hosts of IPv6 stand in brackets. Throws `invalid` for anything else. */
export function splitAddress(address: string): HostPort {
  const match = /^(?:\[(?<v6>[0-9a-fA-F:.]+)\]|(?<host>[\w.-]{1,253})):(?<port>\d{1,5})$/.exec(address);
  const port = Number(match?.groups?.['port']);
  const host = match?.groups?.['v6'] ?? match?.groups?.['host'];
  if (host === undefined || port > 65_535) {
    throw new ServiceError('invalid', 'an address is host:port, e.g. 0.0.0.0:7070 or [::]:7070');
  }
  return { host, port };
}
