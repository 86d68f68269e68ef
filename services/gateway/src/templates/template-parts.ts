import type { BlobStore } from '@instgenie/blobs';
import type { RedisIndex } from '@instgenie/index';
import type { Log } from '@instgenie/telemetry';
import type { ExpirySettings, TemplateLibrary } from '@instgenie/templates';
import type { Fleet } from '../fleet/fleet.ts';
import type { ModelNames } from '../models/model-names.ts';
import type { PictureReader } from '../pictures/picture-reader.ts';
import type { PrimingGuards } from './priming-guards.ts';

/** What a gateway keeps templates with. */
export interface TemplateDeskParts {
  readonly blobs: BlobStore;
  readonly fleet: Pick<Fleet, 'pick' | 'report' | 'worker' | 'models'>;
  /** Without it nobody is told of pins and deletions, and warm is what was warm once. */
  readonly index: Pick<RedisIndex, 'delete' | 'locate' | 'pin' | 'unpin'> | undefined;
  readonly reader: Pick<PictureReader, 'checkPicture' | 'inspectMask'>;
  readonly names: ModelNames;
  readonly guards: PrimingGuards;
  readonly settings: ExpirySettings;
  /** Milliseconds of the epoch. */
  readonly now: () => number;
  readonly log: Pick<Log, 'info' | 'warn'>;
}

export interface TemplateParts extends TemplateDeskParts {
  readonly library: TemplateLibrary;
}
