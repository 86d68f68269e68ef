import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { ServiceError } from '@instgenie/domain';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { HttpParts } from './http-parts.ts';
import { openAiError, type ParamNames } from './openai-error.ts';

const comment = ':\n\n';

/** Says nothing but that there will be events. */
export const opened = Symbol('opened');

/** A server-sent event. */
export interface ServerEvent {
  readonly name: string;
  readonly data: unknown;
}

export interface SendEventsOptions {
  readonly heartbeatMs: number;
  /** Whoever reads nothing for so long is cut off. */
  readonly stallMs: number;
  /** Aborts when the caller has gone, and when the server is closed for good. */
  readonly signal: AbortSignal;
  readonly names: ParamNames;
  /** Told of a failure in the middle, which the caller sees as an event. */
  readonly onFailure: (thrown: unknown) => void;
}

/**
 * Sends events as they come. What fails before the first one is thrown, so that it can still have a status of its own;
 * what fails later is an `error` event, the last one.
 */
export async function sendEvents(
  reply: FastifyReply,
  events: AsyncIterable<ServerEvent | typeof opened>,
  options: SendEventsOptions,
): Promise<void> {
  const iterator = events[Symbol.asyncIterator]();
  let next = await iterator.next();
  const { raw } = reply.hijack();
  raw.writeHead(200, {
    ...headersOf(reply),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  const beat = setInterval(() => {
    if (!raw.writableNeedDrain) raw.write(comment);
  }, options.heartbeatMs);
  try {
    for (; next.done !== true; next = await iterator.next()) await write(raw, textOf(next.value), options);
  } catch (thrown) {
    options.onFailure(thrown);
    const { body } = openAiError(thrown, options.names);
    if (!raw.destroyed) raw.write(textOf({ name: 'error', data: { type: 'error', ...body } }));
  } finally {
    clearInterval(beat);
    raw.end();
    await iterator.return?.().catch(() => undefined);
  }
}

/** The same for a route: events end with its caller, and failures of ours are logged. */
export async function sendCallEvents(
  route: { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly parts: HttpParts },
  events: AsyncIterable<ServerEvent | typeof opened>,
): Promise<void> {
  const { request, reply, parts } = route;
  const { heartbeatMs, stallMs } = parts.limits;
  assert(request.call !== null, 'events are sent to a call');
  const { signal, names } = request.call;
  const onFailure = (thrown: unknown) => {
    const { code, cause } = ServiceError.from(thrown);
    if (code === 'internal') parts.log.error({ requestId: request.id, err: cause }, 'an HTTP stream failed');
  };
  await sendEvents(reply, events, { heartbeatMs, stallMs, signal, names, onFailure });
}

function textOf(event: ServerEvent | typeof opened): string {
  if (event === opened) return comment;
  const { name, data } = event;
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

async function write(raw: ServerResponse, text: string, { stallMs, signal }: SendEventsOptions): Promise<void> {
  signal.throwIfAborted();
  if (raw.write(text)) return;
  const cut = setTimeout(() => raw.destroy(), stallMs);
  try {
    await once(raw, 'drain', { signal });
  } finally {
    clearTimeout(cut);
  }
}

function headersOf(reply: FastifyReply): Record<string, string | number | readonly string[]> {
  const headers = Object.entries(reply.getHeaders());
  return Object.fromEntries(
    headers.filter((pair): pair is [string, string | number | string[]] => pair[1] !== undefined),
  );
}
