import { ServiceError } from '@instgenie/domain';

/** Name and status of a failed S3 request, as far as there are any. */
export function s3Failure(thrown: unknown): { readonly name: string; readonly status: number } {
  if (!(thrown instanceof Error)) return { name: 'unknown', status: 0 };
  const metadata: unknown = Reflect.get(thrown, '$metadata');
  const status: unknown =
    typeof metadata === 'object' && metadata !== null ? Reflect.get(metadata, 'httpStatusCode') : 0;
  return { name: thrown.name, status: typeof status === 'number' ? status : 0 };
}

/**
 * What a failed S3 request is to callers. Neither the text nor the cause holds what the service said: its answers
 * repeat access keys, addresses and names.
 */
export function fromS3(thrown: unknown): ServiceError {
  if (thrown instanceof ServiceError) return thrown;
  const { name, status } = s3Failure(thrown);
  const code: unknown = thrown instanceof Error ? Reflect.get(thrown, 'code') : undefined;
  const cause = new Error(`S3: ${name}, status ${status}, ${typeof code === 'string' ? code : 'no code'}`);
  // The SDK calls lost connections timeouts too.
  const isLost = code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNREFUSED';
  if (name === 'TimeoutError' && !isLost)
    return new ServiceError('deadline', 'blob: the store did not answer in time', { cause });
  if (name === 'NoSuchBucket') return new ServiceError('internal', 'blob: the bucket does not exist', { cause });
  if (name === 'CredentialsProviderError') return new ServiceError('internal', 'blob: no credentials found', { cause });
  if (status === 401 || status === 403)
    return new ServiceError('internal', 'blob: the store refuses access', { cause });
  if (status >= 500 || status === 429 || (status === 0 && typeof code === 'string')) {
    return new ServiceError('unavailable', 'blob: the store cannot be reached now; try again', { cause });
  }
  return new ServiceError('internal', 'blob: the store failed', { cause });
}
