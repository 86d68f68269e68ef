import { ServiceError } from '@instgenie/domain';
import type { BlockFile } from './block-io.ts';

/** Fills all of `into` from the file. Throws `invalid` where the file ends before that. */
export async function readWhole(file: BlockFile, into: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < into.length; ) {
    const count = await file.read(into.subarray(done), position + done);
    if (count === 0) throw new ServiceError('invalid', 'the file ends too early');
    done += count;
  }
}

export async function writeWhole(file: BlockFile, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += await file.write(bytes.subarray(done), position + done);
  }
}
