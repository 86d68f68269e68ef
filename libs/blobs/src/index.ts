export { type Blob, type BlobStore, checkBlobName, type PutCondition, type PutOutcome } from './blob-store.ts';
export { deleteContent, getContent, keepContent, putContent, replaceContent } from './content.ts';
export { DirectoryBlobs } from './directory-blobs.ts';
export { openBlobs } from './open-blobs.ts';
export { S3Blobs, type S3Settings } from './s3-blobs.ts';
