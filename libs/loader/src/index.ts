export { chunksRead } from './chunks-read.ts';
export { type KeptVariant, StoreKeeper } from './store-keeper.ts';
export { type PeerLookup, type StoredTemplate, storedTemplate, variantOf } from './stored-template.ts';
export { type VariantParts, variantKeyOf } from './variant-key.ts';
