import { z } from 'zod';

const labels = z.record(z.string(), z.string());
const metadata = z.strictObject({
  name: z.string().max(253),
  namespace: z.string(),
  labels,
  annotations: labels.optional(),
});
const parentRef = z.strictObject({
  name: z.string(),
  namespace: z.string().optional(),
  sectionName: z.string().optional(),
  port: z.int().optional(),
});
const route = (kind: string) =>
  z.strictObject({
    apiVersion: z.literal('gateway.networking.k8s.io/v1'),
    kind: z.literal(kind),
    metadata,
    spec: z.strictObject({
      parentRefs: z.array(parentRef).min(1),
      hostnames: z.array(z.string()).optional(),
      rules: z.array(z.strictObject({ backendRefs: z.array(z.strictObject({ name: z.string(), port: z.int() })) })),
    }),
  });

const rule = z.strictObject({
  alert: z.string().optional(),
  record: z.string().optional(),
  expr: z.union([z.string(), z.number()]),
  for: z.string().optional(),
  keep_firing_for: z.string().optional(),
  labels: labels.optional(),
  annotations: labels.optional(),
});

/** Objects that are no part of Kubernetes itself: the fields of them that the chart uses, and no others. */
export const customTypes: Readonly<Record<string, z.ZodType>> = {
  'gateway.networking.k8s.io/v1 HTTPRoute': route('HTTPRoute'),
  'gateway.networking.k8s.io/v1 GRPCRoute': route('GRPCRoute'),
  'cert-manager.io/v1 Certificate': z.strictObject({
    apiVersion: z.string(),
    kind: z.string(),
    metadata,
    spec: z.strictObject({
      secretName: z.string(),
      dnsNames: z.array(z.string()).min(1),
      privateKey: z.strictObject({
        algorithm: z.enum(['ECDSA']),
        size: z.literal(256),
        rotationPolicy: z.enum(['Always']),
      }),
      usages: z.array(z.enum(['server auth', 'client auth'])),
      issuerRef: z.strictObject({ name: z.string(), kind: z.string().optional(), group: z.string().optional() }),
    }),
  }),
  'monitoring.coreos.com/v1 ServiceMonitor': z.strictObject({
    apiVersion: z.string(),
    kind: z.string(),
    metadata,
    spec: z.strictObject({
      selector: z.strictObject({ matchLabels: labels }),
      podTargetLabels: z.array(z.string()),
      endpoints: z.array(
        z.strictObject({ port: z.string(), path: z.string(), interval: z.string(), honorLabels: z.boolean() }),
      ),
    }),
  }),
  'monitoring.coreos.com/v1 PrometheusRule': z.strictObject({
    apiVersion: z.string(),
    kind: z.string(),
    metadata,
    spec: z.strictObject({
      groups: z.array(
        z.strictObject({
          name: z.string(),
          interval: z.string().optional(),
          limit: z.int().optional(),
          labels: labels.optional(),
          rules: z.array(rule),
        }),
      ),
    }),
  }),
};
