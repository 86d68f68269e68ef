import { createHash } from 'node:crypto';
import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

export interface LogSettings {
  readonly service: string;
  readonly instance: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

/** Lines of JSON. Prompts, pictures and keys are never logged: see `promptFacts`. */
export function openLog({ service, instance, level }: LogSettings, destination?: DestinationStream): Log {
  const options = {
    level,
    base: { service, instance },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** What may be said of a prompt: how long it is, and whether two are the same. */
export function promptFacts(prompt: string): { readonly length: number; readonly digest: string } {
  return { length: prompt.length, digest: createHash('sha256').update(prompt).digest('hex').slice(0, 12) };
}
