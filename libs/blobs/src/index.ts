export { type Blob, type BlobStore, checkBlobName, type PutCondition, type PutOutcome } from './blob-store.ts';
export { getContent, putContent } from './content.ts';
export { DirectoryBlobs } from './directory-blobs.ts';
