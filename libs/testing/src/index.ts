export { type DeviceCosts, type DeviceWork, deviceStepMs } from './device-costs.ts';
export { type SimulatedEdit, SimulatedEngine, type StepCost } from './simulated-engine.ts';
export { SimulatedStore, type SimulatedStoreLimits } from './simulated-store.ts';
export { VirtualClock } from './virtual-clock.ts';
