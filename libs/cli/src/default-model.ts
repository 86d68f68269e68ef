import { join } from 'node:path';
import { type CommandContext, callerPath } from './command-context.ts';

/** The model that comes with the project. */
const bundledModel = join(import.meta.dirname, '../../../deploy/models/portrait-fill');

/** The model's folder: the one asked for, else `INSTGENIE_MODEL`, else the bundled demo model. */
export function modelFolder(context: Pick<CommandContext, 'folder'>, asked: string | undefined): string {
  const chosen = asked ?? process.env['INSTGENIE_MODEL'];
  return chosen === undefined || chosen === '' ? bundledModel : callerPath(context, chosen);
}
