import { readFile } from 'node:fs/promises';

/** Paths to PEM files. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  /** Who signs the other side's certificates. A server that has it asks every client for one. */
  readonly caFile?: string | undefined;
}

/** Their contents. */
export interface TlsKeys {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca: Buffer | undefined;
}

export async function readTls({ certFile, keyFile, caFile }: TlsFiles): Promise<TlsKeys> {
  const [cert, key, ca] = await Promise.all([
    readFile(certFile),
    readFile(keyFile),
    caFile === undefined ? undefined : readFile(caFile),
  ]);
  return { cert, key, ca };
}
