export { type SimulatedEdit, SimulatedEngine, type StepCost } from './simulated-engine.ts';
export { VirtualClock } from './virtual-clock.ts';
