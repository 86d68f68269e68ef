import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { type BlobStore, openBlobs } from '@instgenie/blobs';
import { ServiceError, systemClock } from '@instgenie/domain';
import { type AuditEvent, AuditLog, TenantDirectory } from '@instgenie/tenants';
import { type Command, Option } from 'commander';
import { type CommandContext, callerPath } from '../command-context.ts';

export interface RecordFlags {
  readonly blobs?: string;
  readonly json: boolean;
}

/** Adds the flags of every command that reads or writes what a gateway keeps. */
export function withRecordFlags(command: Command): Command {
  return command.addOption(blobsOption()).option('--json', 'print one JSON object', false);
}

export function blobsOption(): Option {
  const text = "the gateway's `blobs`: a folder, file:// or s3:// (default: $INSTGENIE_BLOBS)";
  return new Option('--blobs <place>', text);
}

/** The place where a gateway keeps its records. Throws `invalid` where nobody said which. */
export function openRecords(context: CommandContext, { blobs }: Pick<RecordFlags, 'blobs'>): BlobStore {
  const place = blobs ?? process.env['INSTGENIE_BLOBS'];
  if (place === undefined || place === '') {
    throw new ServiceError('invalid', 'blobs: pass --blobs PLACE, as in the settings of the gateway', {
      field: 'blobs',
    });
  }
  return openBlobs(/^[a-z][a-z0-9+.-]*:\/\//i.test(place) ? place : callerPath(context, place));
}

export function openDirectory(context: CommandContext, flags: RecordFlags) {
  const blobs = openRecords(context, flags);
  return { blobs, directory: new TenantDirectory(blobs, Date.now) };
}

/** Writes down what was done, and who runs this. */
export async function writeAudit(blobs: BlobStore, event: Omit<AuditEvent, 'by'>): Promise<void> {
  let failure: ServiceError | undefined;
  const onFailure = (thrown: ServiceError) => {
    failure = thrown;
  };
  const run = { writer: 'cli', boot: randomUUID(), intervalMs: 1000, onFailure };
  const log = new AuditLog({ blobs, clock: systemClock, nowMs: Date.now, ...run });
  log.record({ ...event, by: `operator:${operatorName()}`.slice(0, 200) });
  await log[Symbol.asyncDispose]();
  if (failure === undefined) return;
  throw new ServiceError(failure.code, `it is done, but not in the audit log: ${failure.message}`, { cause: failure });
}

/** Who runs the command. In a container a user may have a number only. */
function operatorName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}
