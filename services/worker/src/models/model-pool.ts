import { mappedBytes, openModel } from '@instgenie/diffusion';
import { ServiceError } from '@instgenie/domain';
import { RetryError } from '@instgenie/rpc';
import { type HostParts, ModelHost, type ModelSettings } from './model-host.ts';

/** A model that stays loaded until it is given back. */
export interface ModelLease extends Disposable {
  readonly host: ModelHost;
}

interface Entry {
  readonly settings: ModelSettings;
  /** What its weights take in memory. */
  readonly bytes: number;
  host: Promise<ModelHost> | undefined;
  loaded: ModelHost | undefined;
  /** Settles when the host of before is gone. */
  leaving: Promise<void>;
  users: number;
  lastUse: number;
}

const retryMs = 1000;
const none = { host: undefined, loaded: undefined, leaving: Promise.resolve(), users: 0, lastUse: 0 };

/** The models of a worker: loaded when somebody needs them, and unloaded when others need their memory. */
export class ModelPool implements AsyncDisposable {
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #parts: HostParts;
  readonly #bytesMax: number;
  #uses = 0;

  private constructor(entries: ReadonlyMap<string, Entry>, parts: HostParts, bytesMax: number) {
    this.#entries = entries;
    this.#parts = parts;
    this.#bytesMax = bytesMax;
  }

  /** Looks at every model's files, and loads those that fit together, in their order. Throws where one cannot be. */
  static async open(
    models: readonly ModelSettings[],
    parts: HostParts,
    { bytesMax }: { readonly bytesMax: number },
  ): Promise<ModelPool> {
    const entries = new Map<string, Entry>();
    for (const settings of models) {
      const model = await openModel(settings.folder, { storage: settings.storage, signal: undefined });
      const bytes = mappedBytes(model);
      if (bytes > bytesMax) {
        const text = `models.${settings.name}: its weights take ${bytes} bytes, and memory.models allows ${bytesMax}`;
        throw new ServiceError('invalid', text, { field: 'models' });
      }
      entries.set(settings.name, { ...none, settings, bytes });
    }
    const pool = new ModelPool(entries, parts, bytesMax);
    let bytes = 0;
    for (const entry of entries.values()) {
      bytes += entry.bytes;
      if (bytes <= bytesMax) await pool.#load(entry);
    }
    return pool;
  }

  /** Every configured model, and what is loaded of it. */
  get models(): readonly { readonly settings: ModelSettings; readonly host: ModelHost | undefined }[] {
    return [...this.#entries.values()].map(({ settings, loaded }) => ({ settings, host: loaded }));
  }

  /** Takes a model, loading it if need be. Throws `not-found` for one that is not configured, `overloaded` without room. */
  async take(name: string | undefined): Promise<ModelLease> {
    const entry = this.#entry(name);
    entry.users++;
    entry.lastUse = this.#uses++;
    try {
      const host = await (entry.host ?? this.#load(entry));
      return { host, [Symbol.dispose]: () => void entry.users-- };
    } catch (thrown) {
      entry.users--;
      throw thrown;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const entry of this.#entries.values()) await this.#unload(entry);
  }

  #entry(name: string | undefined): Entry {
    const [only] = this.#entries.values();
    if (name === undefined && this.#entries.size === 1 && only !== undefined) return only;
    const entry = name === undefined ? undefined : this.#entries.get(name);
    if (entry !== undefined) return entry;
    const known = [...this.#entries.keys()].join(', ');
    const text = name === undefined ? 'several are here: name one' : 'there is none of this name';
    throw new ServiceError('not-found', `model: ${text}; there are ${known}`, { field: 'template.model' });
  }

  #load(entry: Entry): Promise<ModelHost> {
    const load = async () => {
      await entry.leaving;
      await this.#makeRoom(entry);
      return await ModelHost.open(entry.settings, this.#parts);
    };
    entry.host = load();
    return entry.host.then(
      (host) => (entry.loaded = host),
      (thrown: unknown) => {
        entry.host = undefined;
        throw thrown;
      },
    );
  }

  async #makeRoom(wanted: Entry): Promise<void> {
    const others = [...this.#entries.values()].filter((entry) => entry !== wanted && entry.host !== undefined);
    let bytes = others.reduce((sum, entry) => sum + entry.bytes, wanted.bytes);
    const idle = others.filter(({ users }) => users === 0).toSorted((a, b) => a.lastUse - b.lastUse);
    const leaving: Entry[] = [];
    for (const entry of idle) {
      if (bytes <= this.#bytesMax) break;
      leaving.push(entry);
      bytes -= entry.bytes;
    }
    if (bytes > this.#bytesMax) {
      const text = 'model: others that are in use leave it no memory; try again later';
      throw new RetryError('overloaded', text, { field: 'template.model', retryAfterMs: retryMs });
    }
    await Promise.all(leaving.map((entry) => this.#unload(entry)));
  }

  /** From now on it has to be loaded anew, and that waits until it is gone. */
  #unload(entry: Entry): Promise<void> {
    const { host } = entry;
    if (host === undefined) return entry.leaving;
    entry.host = undefined;
    entry.loaded = undefined;
    const leave = async () => {
      const opened = await host.catch(() => undefined);
      await opened?.[Symbol.asyncDispose]();
    };
    entry.leaving = leave();
    return entry.leaving;
  }
}
