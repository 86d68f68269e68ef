import type {
  TemplateSettings as _instgenie_v1_TemplateSettings,
  TemplateSettings__Output as _instgenie_v1_TemplateSettings__Output,
} from '../../instgenie/v1/TemplateSettings.ts';

/**
 * A part of a new template.
 */
export interface CreateTemplateRequest {
  /**
   * How it is made and kept.
   */
  settings?: _instgenie_v1_TemplateSettings | null;
  /**
   * The next bytes of a png, jpeg or webp file.
   */
  data?: Buffer | Uint8Array | string;
  /**
   * First the settings, then the data.
   */
  part?: 'settings' | 'data';
}

/**
 * A part of a new template.
 */
export interface CreateTemplateRequest__Output {
  /**
   * How it is made and kept.
   */
  settings?: _instgenie_v1_TemplateSettings__Output | null;
  /**
   * The next bytes of a png, jpeg or webp file.
   */
  data?: Buffer;
  /**
   * First the settings, then the data.
   */
  part?: 'settings' | 'data';
}
