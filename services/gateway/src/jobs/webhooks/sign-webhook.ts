import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ServiceError } from '@instgenie/domain';

const secretBytesMin = 24;
const prefix = 'whsec_';

export interface WebhookMessage {
  /** The same at each attempt. */
  readonly id: string;
  readonly atMs: number;
  readonly body: string;
}

/** Headers by which a receiver knows who sent a message and when (Standard Webhooks, symmetric). */
export function webhookHeaders(
  { id, atMs, body }: WebhookMessage,
  secret: Uint8Array,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(atMs / 1000));
  const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}

/** The secret in a file: `whsec_` and base64, or any text. Throws `invalid` where there are less than 24 bytes of it. */
export async function readWebhookSecret(file: string): Promise<Uint8Array> {
  const text = (await readFile(file, 'utf8').catch(() => '')).trim();
  const secret = text.startsWith(prefix) ? Buffer.from(text.slice(prefix.length), 'base64') : Buffer.from(text);
  if (secret.length >= secretBytesMin) return secret;
  const field = 'jobs.webhookSecretFile';
  throw new ServiceError('invalid', `${field}: expected a file with ${secretBytesMin} bytes or more`, { field });
}
