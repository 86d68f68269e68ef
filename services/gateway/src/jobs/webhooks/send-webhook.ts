import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { ServiceError } from '@instgenie/domain';
import { type Resolve, targetAddress } from './webhook-target.ts';

export interface WebhookPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface WebhookRules {
  readonly resolve: Resolve;
  /** Whether it may be http and on private addresses. */
  readonly webhookHttp: boolean;
  readonly webhookTimeoutMs: number;
}

/** Whether it is worth sending again. */
export type WebhookAnswer = 'taken' | 'again' | 'refused';

/**
 * Sends a message, to an address that was checked. Redirects are not followed, and of the answer nothing but the status is
 * read. Rejects where there is no answer.
 */
export async function sendWebhook(
  { url: text, headers, body }: WebhookPost,
  { resolve, webhookHttp, webhookTimeoutMs }: WebhookRules,
): Promise<WebhookAnswer> {
  const url = new URL(text);
  const signal = AbortSignal.timeout(webhookTimeoutMs);
  const address = await orAborted(targetAddress(url, { resolve, webhookHttp }), signal);
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const bytes = Buffer.from(body);
  const { promise, resolve: answered, reject } = Promise.withResolvers<IncomingMessage>();
  const call = send(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'content-length': bytes.length,
      'user-agent': 'instgenie',
      ...headers,
    },
    lookup: always(address),
    // A connection of its own: one that is kept could have been made before its address was checked.
    agent: false,
    signal,
  });
  call.once('response', answered).once('error', reject);
  call.end(bytes);
  try {
    return answerOf((await promise).statusCode ?? 0);
  } finally {
    call.destroy();
  }
}

/** 410 says that nobody listens any more. */
function answerOf(status: number): WebhookAnswer {
  if (status >= 200 && status < 300) return 'taken';
  return status === 410 ? 'refused' : 'again';
}

function always(address: string): LookupFunction {
  const family = isIP(address);
  return (_host, { all }, callback) => {
    if (all === true) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
}

async function orAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const late = () => reject(new ServiceError('deadline', 'webhook: the name of its host was not found in time'));
  signal.addEventListener('abort', late, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', late);
  }
}
