import { createHash } from 'node:crypto';
import { type Clock, EitherSignal, ServiceError } from '@instgenie/domain';
import { z } from 'zod';

export interface ModerationSettings {
  readonly url: string;
  /** Whether edits go on while it does not answer. */
  readonly onFailure: 'open' | 'closed';
  readonly timeoutMs: number;
  /** Results themselves are sent, and not only their digest. */
  readonly sendPictures: boolean;
  readonly clock: Clock;
  /** Hears of each question that was not answered. */
  readonly onUnanswered: (cause: unknown) => void;
}

/** An edit as it is asked about. */
export interface ModeratedEdit {
  readonly requestId: string;
  readonly tenant: string;
  readonly template: string;
  readonly prompt: string;
  readonly maskRatio: number;
}

const verdict = z.object({ allowed: z.boolean(), reason: z.string().optional() });
type Verdict = z.infer<typeof verdict>;

const answerBytesMax = 64 * 1024;
const reasonCharactersMax = 200;

/** Asks a service of the operator's whether an edit may be made, and whether its result may be handed out. */
export class Moderation {
  readonly #settings: ModerationSettings;

  constructor(settings: ModerationSettings) {
    this.#settings = settings;
  }

  /** Throws `forbidden`; `unavailable` where nobody answers and edits do not go on then. */
  async before(edit: ModeratedEdit, signal: AbortSignal): Promise<void> {
    refuseUnless(await this.#ask({ stage: 'before', ...edit }, signal), 'prompt');
  }

  /** The same for a result. */
  async after(edit: ModeratedEdit, image: Uint8Array, signal: AbortSignal): Promise<void> {
    const resultSha256 = createHash('sha256').update(image).digest('hex');
    const picture = this.#settings.sendPictures ? { imageBase64: Buffer.from(image).toString('base64') } : {};
    refuseUnless(await this.#ask({ stage: 'after', ...edit, resultSha256, ...picture }, signal), 'image');
  }

  async #ask(question: object, signal: AbortSignal): Promise<Verdict> {
    const { clock, timeoutMs, onFailure, onUnanswered } = this.#settings;
    const late = new AbortController();
    using either = new EitherSignal(signal, late.signal);
    const takeBack = clock.after(timeoutMs, () => late.abort(new Error('no answer in time')));
    try {
      return await this.#post(question, either.signal);
    } catch (cause) {
      if (signal.aborted) throw ServiceError.from(signal.reason);
      onUnanswered(cause);
      if (onFailure === 'open') return { allowed: true };
      throw new ServiceError('unavailable', 'edits cannot be checked now; try again later', { cause });
    } finally {
      takeBack();
    }
  }

  async #post(question: object, signal: AbortSignal): Promise<Verdict> {
    const response = await fetch(this.#settings.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(question),
      // Pictures and prompts go where the operator said, and nowhere else.
      redirect: 'manual',
      signal,
    });
    try {
      if (!response.ok) throw new Error(`status ${response.status}`);
      return verdict.parse(JSON.parse(await textOf(response.body)));
    } finally {
      if (response.body?.locked === false) await response.body.cancel();
    }
  }
}

async function textOf(body: ReadableStream<Uint8Array> | null): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body ?? []) {
    bytes += piece.length;
    if (bytes > answerBytesMax) throw new RangeError('the answer is too long');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function refuseUnless({ allowed, reason = '' }: Verdict, field: 'prompt' | 'image'): void {
  if (allowed) return;
  const why = reason
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, reasonCharactersMax)
    .toWellFormed();
  const text = why === '' ? 'it is not allowed' : why;
  throw new ServiceError('forbidden', `${field}: ${text}`, { field });
}
