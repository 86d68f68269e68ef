import type { MaskMode } from '@instgenie/pictures';
import type { TemplateRecord } from '@instgenie/templates';
import type { Caller } from '@instgenie/tenants';

/** How a template is to be made and kept; undefined: as its model does. */
export interface TemplateSettings {
  readonly name: string;
  readonly model: string | undefined;
  readonly steps: number | undefined;
  readonly guidance: number | undefined;
  readonly prompt: string;
  readonly noiseSeed: number;
  readonly keepEvery: number;
  /** Without an edit for so long it is deleted. */
  readonly ttlMs: number | undefined;
}

/** A template as its tenant sees it. */
export interface TemplateView {
  /** Only its owner sees to whom it was granted. */
  readonly record: TemplateRecord;
  /** When it is deleted if nobody edits it, ms of the epoch. */
  readonly expiresAtMs: number;
  /** Whether a worker holds a variant of it now. */
  readonly isWarm: boolean;
}

/** Templates as every edge asks for them. A tenant sees its own and those that it was granted; others are `not-found`. */
export interface Templates {
  create(settings: TemplateSettings, file: Uint8Array, caller: Caller): Promise<TemplateView>;
  get(id: string, caller: Caller): Promise<TemplateView>;
  list(page: { readonly size: number; readonly token: string }, caller: Caller): Promise<TemplatePage>;
  /** The file of its picture. */
  picture(id: string, caller: Caller): Promise<Uint8Array>;
  delete(id: string, caller: Caller): Promise<void>;
  prime(request: PrimeOrder, call: { readonly caller: Caller; readonly signal: AbortSignal }): AsyncIterable<PrimeNews>;
  pin(id: string, isPinned: boolean, caller: Caller): Promise<TemplateView>;
  grant(
    request: { readonly id: string; readonly tenant: string; readonly isGranted: boolean },
    caller: Caller,
  ): Promise<TemplateView>;
  /** The template of an edit, for who may edit it: by id, or of a picture, which becomes one. */
  resolve(
    source:
      | { readonly kind: 'template'; readonly id: string }
      | { readonly kind: 'inline'; readonly bytes: Uint8Array; readonly model: string },
    caller: Caller,
  ): Promise<TemplateRecord>;
  /** An edit of it has ended, and used this variant: it is remembered, so that the next one is sent where that is kept. */
  used(record: TemplateRecord, variant: { readonly key: string; readonly bytes: number; readonly route: string }): void;
}

export interface TemplatePage {
  readonly templates: readonly TemplateView[];
  readonly nextToken: string;
}

export interface PrimeOrder {
  readonly id: string;
  readonly mask: Uint8Array | undefined;
  readonly maskMode: MaskMode;
}

export interface PrimeNews {
  readonly done: number;
  readonly total: number;
  readonly bytes: number;
}
