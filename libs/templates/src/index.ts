export {
  type Admission,
  admitPriming,
  type PrimingChoice,
  type PrimingRequest,
  smallerChoices,
} from './admit-priming.ts';
export { TemplateLibrary } from './template-library.ts';
export { isTemplateId, type NewTemplate, type TemplateId, type TemplateRecord } from './template-record.ts';
export { tenantSalt } from './tenant-salt.ts';
