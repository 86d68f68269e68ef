import { setTimeout as pause } from 'node:timers/promises';

const triesMax = 5;
const pauseMs = 200;

/** Asks again a few times where there is no answer: a moment's silence is no reason to start cold. */
export async function patiently<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (thrown) {
      if (tries === triesMax) throw thrown;
      await pause(pauseMs);
    }
  }
}
