import type { Scenario } from '../scenario.ts';
import { kwokApiOutage } from './kwok-api-outage.ts';
import { kwokDiscovery } from './kwok-discovery.ts';
import { kwokScaling } from './kwok-scaling.ts';
import { nodeChart } from './node-chart.ts';
import { nodeLoss } from './node-loss.ts';

/** All, in the order in which they are run. */
export const scenarios: readonly Scenario[] = [kwokDiscovery, kwokScaling, kwokApiOutage, nodeChart, nodeLoss];
