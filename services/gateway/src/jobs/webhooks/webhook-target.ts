import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { ServiceError } from '@instgenie/domain';
import { isPublicAddress } from './public-address.ts';

/** All addresses of a host. */
export type Resolve = (host: string) => Promise<readonly string[]>;

const urlCharsMax = 2048;

export const resolveHost: Resolve = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);

/** Throws `invalid` for a URL that no webhook is sent to, before anything is looked up. */
export function checkWebhookUrl(text: string, { webhookHttp }: { readonly webhookHttp: boolean }): void {
  if (text.length > urlCharsMax) throw refused(`longer than ${urlCharsMax} characters`);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isScheme = url?.protocol === 'https:' || (webhookHttp && url?.protocol === 'http:');
  if (url === undefined || !isScheme)
    throw refused(webhookHttp ? 'expected an http or https URL' : 'expected an https URL');
  if (url.username !== '' || url.password !== '') throw refused('must not hold a name or password');
  const host = hostOf(url);
  if (!webhookHttp && isIP(host) !== 0 && !isPublicAddress(host)) throw refused('is no public address');
}

/**
 * The address to connect to, which is then used as it is: a name that means something else a moment later changes nothing.
 * Throws `invalid` where any of the host's addresses is not public.
 */
export async function targetAddress(
  url: URL,
  { resolve, webhookHttp }: { readonly resolve: Resolve; readonly webhookHttp: boolean },
): Promise<string> {
  const host = hostOf(url);
  const addresses = isIP(host) === 0 ? await resolve(host) : [host];
  const [first] = addresses;
  if (first === undefined) throw refused('has no address');
  if (!webhookHttp && !addresses.every(isPublicAddress)) throw refused('is no public address');
  return first;
}

/** IPv6 stands in brackets in URLs. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function refused(why: string): ServiceError {
  return new ServiceError('invalid', `webhook_url: ${why}`, { field: 'webhook_url' });
}
