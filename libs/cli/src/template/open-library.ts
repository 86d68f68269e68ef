import { homedir } from 'node:os';
import { join } from 'node:path';
import { type BlobStore, openBlobs } from '@instgenie/blobs';
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
  const text =
    'where templates are kept: a folder, or s3://bucket/prefix?region=... (default: $INSTGENIE_DATA, or instgenie in ~/.local/share)';
  return new Option('--data <place>', text).default(chosen, '');
}

export interface OpenLibrary {
  readonly blobs: BlobStore;
  readonly library: TemplateLibrary;
}

export function openLibrary(context: CommandContext, { data }: DataFlags): OpenLibrary {
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(data);
  const blobs = openBlobs(isUrl ? data : callerPath(context, join(data, 'blobs')));
  return { blobs, library: new TemplateLibrary(blobs, () => new Date()) };
}
