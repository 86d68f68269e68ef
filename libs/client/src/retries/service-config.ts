import { retryBudgetSettings } from './retry-budget.ts';
import { retrySettings } from './retry-decision.ts';

const services = ['EditService', 'TemplateService', 'JobService', 'ModelService'];
const seconds = (milliseconds: number) => `${milliseconds / 1000}s`;

/**
 * Each failure takes a token, and gRPC retries nothing while no more than half of them are left: more than twice the 128
 * calls that a connection has at a time, so that all of them survive the end of one gateway.
 */
const maxTokens = 260;

/**
 * What gRPC clients of other languages are given as their service config (`grpc.service_config`). Only safe for edits and
 * jobs that have a request id.
 */
export const serviceConfig = {
  methodConfig: [
    {
      name: services.map((service) => ({ service: `instgenie.v1.${service}` })),
      retryPolicy: {
        maxAttempts: retrySettings.attemptsMax,
        initialBackoff: seconds(retrySettings.backoffMs),
        maxBackoff: seconds(retrySettings.backoffMsMax),
        backoffMultiplier: retrySettings.multiplier,
        retryableStatusCodes: ['UNAVAILABLE'],
      },
    },
  ],
  retryThrottling: { maxTokens, tokenRatio: retryBudgetSettings.share },
} as const;
