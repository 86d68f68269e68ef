import { constants, type FileHandle, open } from 'node:fs/promises';

/** An open file. Reads and writes may move fewer bytes than asked for; a read of none is the file's end. */
export interface BlockFile {
  read(into: Uint8Array, position: number): Promise<number>;
  write(bytes: Uint8Array, position: number): Promise<number>;
  /** Flushes bytes and length to the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface OpenMode {
  /** `create` makes a new file and fails where there is one. */
  readonly how: 'read' | 'create';
  /** Promises that all memory, lengths and positions are multiples of a page. */
  readonly aligned: boolean;
}

/** How bytes of files are moved. Tests bring one with faults. */
export interface BlockIo {
  open(path: string, mode: OpenMode): Promise<BlockFile>;
}

/** The real one. With `direct`, aligned files go past the page cache. */
export function fileBlockIo({ direct }: { readonly direct: boolean }): BlockIo {
  return {
    open: async (path, { how, aligned }) => {
      const access = how === 'read' ? constants.O_RDONLY : constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
      return blockFile(await open(path, direct && aligned ? access | constants.O_DIRECT : access));
    },
  };
}

function blockFile(handle: FileHandle): BlockFile {
  return {
    read: async (into, position) => (await handle.read(into, 0, into.length, position)).bytesRead,
    write: async (bytes, position) => (await handle.write(bytes, 0, bytes.length, position)).bytesWritten,
    sync: () => handle.sync(),
    close: () => handle.close(),
  };
}
