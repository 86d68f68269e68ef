import { ServiceError } from '@instgenie/domain';
import { CommanderError } from 'commander';
import { CheckFailed, exitCodeOf, exitCodes } from './exit-codes.ts';

/** How a command line ended that did not end well. */
export interface Failure {
  readonly exitCode: number;
  /** For stderr; undefined where the text is out already. */
  readonly line: string | undefined;
  /** For stdout, if the command was asked for JSON; undefined for --help and --version, which are no failures. */
  readonly json: unknown;
}

/** `interruptedBy` is the exit code of the signal that has come, if one has: it explains whatever was thrown. */
export function describeFailure(thrown: unknown, interruptedBy: number | undefined): Failure {
  if (interruptedBy !== undefined) return failure({ exitCode: interruptedBy, code: 'cancelled', text: 'interrupted' });
  if (thrown instanceof CheckFailed) {
    return failure({ exitCode: exitCodes.checkFailed, code: 'check-failed', text: thrown.message });
  }
  if (thrown instanceof CommanderError) return usageFailure(thrown);
  const { code, field } = ServiceError.from(thrown);
  return failure({ exitCode: exitCodeOf[code], code, field, text: failureText(thrown) });
}

/** Commander has printed its own text. */
function usageFailure({ exitCode, message }: CommanderError): Failure {
  if (exitCode === 0) return { exitCode: exitCodes.ok, line: undefined, json: undefined };
  const text = message.replace(/^error: /, '');
  return { ...failure({ exitCode: exitCodes.badInput, code: 'invalid', text }), line: undefined };
}

function failureText(thrown: unknown): string {
  if (!(thrown instanceof ServiceError)) {
    const [reason] = (thrown instanceof Error ? thrown.message : String(thrown)).split('\n');
    return `internal error: ${reason} (INSTGENIE_DEBUG=1 shows where)`;
  }
  const { field, message } = thrown;
  return field === undefined || message.includes(field) ? message : `${field}: ${message}`;
}

interface FailureFields {
  readonly exitCode: number;
  readonly code: string;
  readonly field?: string | undefined;
  readonly text: string;
}

function failure({ exitCode, code, field, text }: FailureFields): Failure {
  return { exitCode, line: `instgenie: ${text}`, json: { error: { code, field: field ?? null, message: text } } };
}
