/** Something that was looked at. `skip`: nobody said where it is. */
export interface Check {
  readonly name: string;
  readonly state: 'ok' | 'warn' | 'fail' | 'skip';
  /** What was found. */
  readonly text: string;
  /** What would be right, where it is not. */
  readonly fix?: string;
}

type Found = Omit<Check, 'name' | 'state'>;

/** The state that the first true condition says, with what to do about it; `ok` where none is. */
export function judged(
  name: string,
  text: string,
  conditions: readonly (readonly [state: 'warn' | 'fail', isSo: boolean, fix: string])[],
): Check {
  const hit = conditions.find(([, isSo]) => isSo);
  return hit === undefined ? { name, state: 'ok', text } : { name, state: hit[0], text, fix: hit[2] };
}

export function failed(name: string, found: Required<Found>): Check {
  return { name, state: 'fail', ...found };
}

export function skipped(name: string, flag: string): Check {
  return { name, state: 'skip', text: `not looked at: pass ${flag}` };
}
