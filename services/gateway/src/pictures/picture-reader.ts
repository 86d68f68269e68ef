import { ServiceError, systemClock } from '@instgenie/domain';
import type { PictureHeader } from '@instgenie/pictures';
import { ThreadClient } from '@instgenie/threads';
import { KnownMasks } from './known-masks.ts';
import type { MaskCall, MaskFacts, PictureSetup } from './picture-protocol.ts';
import { SeatLine } from './seat-line.ts';

export interface PictureReaderSettings extends PictureSetup {
  readonly threads: number;
  /** Pictures and masks that wait for a thread. */
  readonly waitingMax?: number;
}

/** Facts of masks that are kept: some hundred bytes each. */
const masksMax = 4096;

/** What is looked at, and who asks: `field` is what errors name. */
export interface PictureOptions {
  readonly signal: AbortSignal;
  readonly field?: string;
}

export interface MaskOptions {
  readonly signal: AbortSignal;
  readonly fields?: MaskCall['fields'];
}

/** `Omit` of each of the kinds. */
type Without<Kinds, Key extends string> = Kinds extends unknown ? Omit<Kinds, Key> : never;

/** Looks at pictures and masks in threads of their own, one at a time in each, in a bounded line. */
export class PictureReader implements AsyncDisposable {
  readonly #seats: readonly Seat[];
  readonly #line: SeatLine<Seat>;
  readonly #masks = new KnownMasks(masksMax);

  constructor({ threads, waitingMax = 256, bytesMax, maskBytesMax }: PictureReaderSettings) {
    this.#seats = Array.from({ length: threads }, () => new Seat({ bytesMax, maskBytesMax }));
    this.#line = new SeatLine(this.#seats, { name: 'pictures', waitingMax, now: () => systemClock.now() });
  }

  /** Format and size, from the file's header. Throws `invalid` for what is no picture or above a limit. */
  inspectPicture(bytes: Uint8Array, { field = 'edit.image', signal }: PictureOptions): Promise<PictureHeader> {
    return this.#run('inspectPicture', { bytes: alone(bytes), field }, signal);
  }

  /** The same after decoding it, so that a file that is damaged somewhere is refused too. */
  checkPicture(bytes: Uint8Array, { field = 'edit.image', signal }: PictureOptions): Promise<PictureHeader> {
    return this.#run('checkPicture', { bytes: alone(bytes), field }, signal);
  }

  /** What a mask lets change. Throws `invalid`: of another size, of no pixel, no picture. */
  async inspectMask(call: Without<MaskCall, 'fields'>, { signal, fields }: MaskOptions): Promise<MaskFacts> {
    const { picture, mask, ...settings } = call;
    const key = this.#masks.keyOf(call);
    const known = key === undefined ? undefined : this.#masks.find(key);
    if (known !== undefined) return known;
    const argument = {
      ...settings,
      picture: picture instanceof Uint8Array ? alone(picture) : picture,
      mask: mask === undefined ? undefined : alone(mask),
      fields: fields ?? { picture: 'edit.image', mask: 'edit.mask' },
    };
    const facts = await this.#run<MaskFacts>('inspectMask', argument, signal);
    if (key !== undefined) this.#masks.keep(key, facts);
    return facts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const seat of this.#seats) await seat[Symbol.asyncDispose]();
  }

  #run<Result>(name: string, argument: unknown, signal: AbortSignal): Promise<Result> {
    return this.#line.run((seat) => seat.call<Result>(name, argument), signal);
  }
}

/** Threads are sent the whole memory that bytes lie in, so those of a larger message are taken out of it. */
function alone(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
}

/** A thread, and another one after it if it dies of a picture. */
class Seat implements AsyncDisposable {
  readonly #setup: PictureSetup;
  #thread: ThreadClient | undefined;
  #isClosed = false;

  constructor(setup: PictureSetup) {
    this.#setup = setup;
    this.#thread = this.#start();
  }

  async call<Result>(name: string, argument: unknown): Promise<Result> {
    if (this.#isClosed) throw new ServiceError('unavailable', 'pictures: the reader is closed');
    this.#thread ??= this.#start();
    const thread = this.#thread;
    try {
      return await thread.call<Result>(name, argument);
    } catch (thrown) {
      if (ServiceError.from(thrown).code === 'internal' && this.#thread === thread) {
        this.#thread = undefined;
        await thread[Symbol.asyncDispose]();
      }
      throw thrown;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await this.#thread?.[Symbol.asyncDispose]();
  }

  #start(): ThreadClient {
    return new ThreadClient(new URL('./picture-thread.ts', import.meta.url), this.#setup, { env: {} });
  }
}
