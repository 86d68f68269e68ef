import { readFile } from 'node:fs/promises';

/** Paths to PEM files. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  /** Who signs the other side's certificates. A server that has it asks every client for one. */
  readonly caFile?: string | undefined;
  /** Of a client: the name in servers' certificates, where that is not the host of their address. */
  readonly serverName?: string | undefined;
}

/** Their contents. */
export interface TlsKeys {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca: Buffer | undefined;
  readonly serverName?: string;
}

export async function readTls({ certFile, keyFile, caFile, serverName }: TlsFiles): Promise<TlsKeys> {
  const [cert, key, ca] = await Promise.all([
    readFile(certFile),
    readFile(keyFile),
    caFile === undefined ? undefined : readFile(caFile),
  ]);
  return { cert, key, ca, ...(serverName === undefined ? {} : { serverName }) };
}

/** What a server of Node takes of them: with an authority, clients must show a certificate that it signed. */
export function serverTls({ cert, key, ca }: TlsKeys) {
  const mutual = ca === undefined ? {} : { ca, requestCert: true, rejectUnauthorized: true };
  return { cert, key, ...mutual, minVersion: 'TLSv1.2' } as const;
}
