import { ServiceError } from '@instgenie/domain';
import type { CommandContext } from '../command-context.ts';
import { callGateway } from '../deployment/gateway-fleet.ts';
import { type Check, failed, judged } from './check.ts';
import { checkClock } from './clock-check.ts';

/** Whether a gateway lives and serves, and what time it has. */
export async function checkGateway(
  context: CommandContext,
  url: string,
  nowMs: () => number,
): Promise<readonly Check[]> {
  const name = 'gateway';
  try {
    const askedMs = nowMs();
    const alive = await callGateway(context, { url, apiKey: '' }, '/healthz');
    const answeredMs = nowMs();
    const ready = await callGateway(context, { url, apiKey: '' }, '/readyz');
    const health = judged(
      name,
      `${url}: ${alive.ok ? 'lives' : `answers with ${alive.status}`}, ${ready.ok ? 'ready' : 'not ready'}`,
      [
        ['fail', !alive.ok, 'that is no gateway: name its HTTP address'],
        ['fail', !ready.ok, 'it is leaving, or no worker serves: see the workers below'],
      ],
    );
    const timeMs = Date.parse(alive.headers.get('date') ?? '');
    if (Number.isNaN(timeMs)) return [health];
    return [health, checkClock('the gateway', { askedMs, answeredMs, timeMs, resolutionMs: 1000 })];
  } catch (thrown) {
    context.signal.throwIfAborted();
    const { message } = ServiceError.from(thrown);
    return [failed(name, { text: message, fix: 'start it, or name where it serves HTTP' })];
  }
}
