import type { MaskMode } from '@instgenie/pictures';
import type { ModelFlags } from '../open-engine.ts';
import type { StoreFlags, VariantFlags } from '../open-store.ts';
import type { DataFlags } from '../template/open-library.ts';

/** What the command line of `edit` parses to. */
export interface EditFlags extends ModelFlags, StoreFlags, VariantFlags, DataFlags {
  /** Either a picture, or a template that is kept. */
  readonly image?: string;
  readonly template?: string;
  readonly mask?: string;
  readonly prompt: string;
  readonly output: string;
  readonly seed: number | 'template';
  readonly steps?: number;
  readonly guidance?: number;
  readonly strength: number;
  readonly mode: 'masked' | 'dense' | 'compare';
  readonly maskMode: MaskMode;
  readonly maskSize: 'refuse' | 'resize';
  readonly grow: number;
  readonly feather: number;
  readonly previews?: string;
  readonly warm: boolean;
  readonly json: boolean;
}
