export { TemplateLibrary } from './template-library.ts';
export { isTemplateId, type NewTemplate, type TemplateId, type TemplateRecord } from './template-record.ts';
