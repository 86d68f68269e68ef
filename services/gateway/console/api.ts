/** A template as `/v1/templates` tells of it. */
export interface Template {
  readonly id: string;
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly is_warm: boolean;
}

export interface Timings {
  readonly gateway: number;
  readonly prepare: number;
  readonly queue: number;
  readonly denoise: number;
  readonly decode: number;
  readonly total: number;
}

/** A finished result: what `image_edit.completed` says under `instgenie`. */
export interface Result {
  readonly mask_ratio: number;
  readonly masked_tokens: number;
  readonly tokens: number;
  readonly steps: number;
  readonly warnings: readonly string[];
  readonly seed: number;
  readonly cache: string;
  readonly worker: string;
  readonly moves: number;
  readonly timings_ms: Timings;
  readonly scores?: readonly Score[];
}

export interface Score {
  readonly worker: string;
  readonly predicted_ms: number | null;
  readonly queue_ms: number;
  readonly compute_ms: number;
  readonly load_ms: number;
  readonly tier: string;
  readonly left_out: string;
}

/** What happens to an edit that runs. */
export type EditEvent =
  | {
      readonly type: 'instgenie.progress';
      readonly kind: 'queued';
      readonly position: number;
      readonly predicted_ms: number;
    }
  | { readonly type: 'instgenie.progress'; readonly kind: 'stepped'; readonly done: number; readonly total: number }
  | { readonly type: 'instgenie.progress'; readonly kind: 'moved'; readonly kept_steps: number }
  | { readonly type: 'instgenie.progress'; readonly kind: 'accepted' }
  | { readonly type: 'image_edit.partial_image'; readonly b64_json: string; readonly output_format: string }
  | {
      readonly type: 'image_edit.completed';
      readonly b64_json: string;
      readonly output_format: string;
      readonly instgenie: Result;
    }
  | { readonly type: 'error'; readonly error: { readonly message: string } };

export interface Tier {
  readonly bytes: number;
  readonly bytes_max: number;
}

export interface Fleet {
  readonly is_serving: boolean;
  readonly models: readonly { readonly id: string; readonly default_steps: number }[];
  readonly workers: readonly {
    readonly worker: string;
    readonly is_serving: boolean;
    readonly is_ejected: boolean;
    readonly models: readonly {
      readonly name: string;
      readonly waiting: number;
      readonly running: number;
      readonly masked_token_steps: number;
    }[];
    readonly edits: number;
    readonly edits_max: number;
    readonly variants: number;
    readonly tiers: { readonly memory: Tier; readonly disk: Tier };
  }[];
  /** Results of this gateway by where their activations came from. */
  readonly cache?: Readonly<Record<string, number>>;
}

/** The gateway that serves this page. */
export class Api {
  readonly #key: () => string;

  constructor(key: () => string) {
    this.#key = key;
  }

  async templates(): Promise<readonly Template[]> {
    const { data } = (await (await this.#fetch('/v1/templates?page_size=200')).json()) as {
      readonly data: readonly Template[];
    };
    return data;
  }

  async picture(id: string): Promise<Blob> {
    return await (await this.#fetch(`/v1/templates/${id}/picture`)).blob();
  }

  async addTemplate(file: File): Promise<Template> {
    const form = new FormData();
    form.set('name', file.name.slice(0, 200));
    form.set('image', file);
    return (await (await this.#fetch('/v1/templates', { method: 'POST', body: form })).json()) as Template;
  }

  async fleet(signal: AbortSignal): Promise<Fleet> {
    return (await (await this.#fetch('/v1/fleet', { signal })).json()) as Fleet;
  }

  /** Runs an edit and tells how it goes. */
  async *edit(form: FormData, signal: AbortSignal): AsyncGenerator<EditEvent, void> {
    form.set('stream', 'true');
    const headers = { 'x-instgenie-events': '1' };
    const response = await this.#fetch('/v1/images/edits', { method: 'POST', body: form, headers, signal });
    if (response.body === null) throw new Error('the answer is empty');
    let text = '';
    for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
      text += piece;
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) {
        const data = event
          .split('\n')
          .filter((line) => line.startsWith('data: '))
          .map((line) => line.slice(6))
          .join('\n');
        if (data !== '' && data !== '[DONE]') yield JSON.parse(data) as EditEvent;
      }
    }
  }

  async #fetch(path: string, options: RequestInit = {}): Promise<Response> {
    const key = this.#key();
    const headers = new Headers(options.headers);
    if (key !== '') headers.set('authorization', `Bearer ${key}`);
    const response = await fetch(path, { ...options, headers });
    if (response.ok) return response;
    const body = (await response.json().catch(() => undefined)) as
      | { readonly error?: { readonly message?: string } }
      | undefined;
    throw new Error(body?.error?.message ?? `${response.status} ${response.statusText}`);
  }
}
