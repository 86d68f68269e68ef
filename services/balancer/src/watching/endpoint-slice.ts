import { z } from 'zod';

const condition = z
  .boolean()
  .nullish()
  .transform((value) => value ?? undefined);

const slice = z.object({
  addressType: z.enum(['IPv4', 'IPv6', 'FQDN']),
  endpoints: z
    .array(
      z.object({
        addresses: z.array(z.string()),
        conditions: z.object({ ready: condition, serving: condition, terminating: condition }).prefault({}),
        targetRef: z.object({ kind: z.string(), name: z.string(), uid: z.string() }).partial().optional(),
      }),
    )
    .nullish()
    .transform((endpoints) => endpoints ?? []),
  ports: z
    .array(
      z.object({
        name: z
          .string()
          .nullish()
          .transform((name) => name ?? ''),
        port: z.number().int().nullish(),
      }),
    )
    .nullish()
    .transform((ports) => ports ?? []),
});

/** Of an EndpointSlice (discovery.k8s.io/v1), what matters here. */
export type EndpointSlice = z.output<typeof slice>;

/** Undefined for what is no such slice. */
export function readSlice(object: unknown): EndpointSlice | undefined {
  return slice.safeParse(object).data;
}
