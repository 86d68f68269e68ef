import { resolve } from 'node:path';
import type { Progress } from './progress.ts';

/** What a command gets of the process it runs in. */
export interface CommandContext {
  /** The folder that relative paths start from. */
  readonly folder: string;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Writes a line of the command's result. */
  readonly print: (text: string) => void;
  /** What happens meanwhile; never part of the result. */
  readonly progress: Progress;
}

/** An absolute path from one that a person typed. */
export function callerPath({ folder }: Pick<CommandContext, 'folder'>, path: string): string {
  return resolve(folder, path);
}
