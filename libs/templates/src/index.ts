export {
  type Admission,
  admitPriming,
  type PrimingChoice,
  type PrimingRequest,
  smallerChoices,
} from './admit-priming.ts';
export { type DeletionNote, DeletionNotes } from './deletion-notes.ts';
export { type ExpirySettings, expiresAtMs, isExpired, needsTouch } from './expiry.ts';
export { templateId } from './record-file.ts';
export { TemplateLibrary } from './template-library.ts';
export {
  activationBytes,
  grantsMax,
  isTemplateId,
  type NewTemplate,
  type TemplateChange,
  type TemplateId,
  type TemplateRecord,
  variantsMax,
} from './template-record.ts';
export { tenantSalt } from './tenant-salt.ts';
