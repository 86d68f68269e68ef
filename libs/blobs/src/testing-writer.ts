// A process that appends a letter to a blob by conditional writes: testing-writer.ts ROOT LETTER WRITES
import { DirectoryBlobs } from './directory-blobs.ts';

const [root = '', letter = '', writes = '0'] = process.argv.slice(2);
const blobs = new DirectoryBlobs(root);
for (let done = 0; done < Number(writes); ) {
  const before = await blobs.get('counted', { bytesMax: 1024 ** 2 });
  const after = Buffer.concat([before?.bytes ?? new Uint8Array(), Buffer.from(letter)]);
  const { kind } = await blobs.put('counted', after, { ifMatch: before?.etag ?? null });
  if (kind === 'written') process.stdout.write(`${++done}\n`);
}
