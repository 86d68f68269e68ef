import { homedir } from 'node:os';
import { join } from 'node:path';
import { type BlobStore, DirectoryBlobs } from '@instgenie/blobs';
import { TemplateLibrary } from '@instgenie/templates';
import { Option } from 'commander';
import { type CommandContext, callerPath } from '../command-context.ts';

export interface DataFlags {
  readonly data: string;
}

/** The command line has one tenant: whoever runs it. */
export const tenant = '';

/** The flag of every command that knows templates. */
export function dataFlag(): Option {
  const share = process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share');
  const chosen = process.env['INSTGENIE_DATA'] ?? join(share, 'instgenie');
  const text = 'where templates are kept (default: $INSTGENIE_DATA, or instgenie in ~/.local/share)';
  return new Option('--data <dir>', text).default(chosen, '');
}

export interface OpenLibrary {
  readonly blobs: BlobStore;
  readonly library: TemplateLibrary;
}

export function openLibrary(context: CommandContext, { data }: DataFlags): OpenLibrary {
  const blobs = new DirectoryBlobs(callerPath(context, join(data, 'blobs')));
  return { blobs, library: new TemplateLibrary(blobs, () => new Date()) };
}
