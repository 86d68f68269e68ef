import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ServiceError } from '@instgenie/domain';
import type { BlobStore } from './blob-store.ts';
import { DirectoryBlobs } from './directory-blobs.ts';
import { S3Blobs, type S3Settings } from './s3-blobs.ts';

/** Opens `file:///folder`, a plain path, or `s3://bucket/prefix?region=...&endpoint=...`. Throws `invalid` or `unsupported`. */
export function openBlobs(text: string): BlobStore {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (text === '' || text.includes('\0')) throw invalid('is empty or no text');
  if (scheme === undefined) return new DirectoryBlobs(resolve(text));
  if (scheme !== 's3' && scheme !== 'file') {
    throw new ServiceError('unsupported', 'blobs: expected a path, file:// or s3://', { field: 'blobs' });
  }
  if (!URL.canParse(text)) throw invalid('is not a URL');
  const url = new URL(text);
  return scheme === 's3' ? new S3Blobs(s3Settings(url)) : new DirectoryBlobs(folderOf(url));
}

function folderOf(url: URL): string {
  if (url.host !== '' || url.search !== '' || url.hash !== '') throw invalid('of a folder looks like file:///folder');
  try {
    return fileURLToPath(url);
  } catch (thrown) {
    throw new ServiceError('invalid', 'blobs: not a path', { field: 'blobs', cause: thrown });
  }
}

export function s3Settings(url: URL): S3Settings {
  if (url.username !== '' || url.password !== '') throw invalid("must not hold keys; they come from the SDK's places");
  const bucket = url.host;
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) || url.hash !== '') {
    throw invalid('of a bucket looks like s3://bucket/prefix?region=...');
  }
  const known = new Set(['region', 'endpoint']);
  const unknown = [...url.searchParams.keys()].find((key) => !known.has(key));
  if (unknown !== undefined) throw invalid('takes region and endpoint, and nothing else');
  const prefix = url.pathname.replaceAll(/^\/|\/$/g, '');
  const endpoint = url.searchParams.get('endpoint');
  if (endpoint !== null && !(URL.canParse(endpoint) && /^https?:$/.test(new URL(endpoint).protocol))) {
    throw invalid('needs an endpoint of http:// or https://');
  }
  return {
    bucket,
    region: url.searchParams.get('region') ?? 'us-east-1',
    ...(prefix === '' ? {} : { prefix }),
    ...(endpoint === null ? {} : { endpoint }),
  };
}

function invalid(what: string): ServiceError {
  return new ServiceError('invalid', `blobs: the URL ${what}`, { field: 'blobs' });
}
