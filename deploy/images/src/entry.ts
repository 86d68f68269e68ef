// What the image runs: `gateway`, `balancer`, `worker`, `check-weights`, `check-release`, or else a command of the
// `instgenie` command line.
const programs: Readonly<Record<string, string>> = {
  gateway: '../../../services/gateway/src/main.ts',
  balancer: '../../../services/balancer/src/main.ts',
  worker: '../../../services/worker/src/main.ts',
  'check-weights': './check-weights.ts',
  'check-release': './check-release.ts',
};

const program = programs[process.argv[2] ?? ''];
// Programs read their arguments from the third on, as if they had been started by themselves.
if (program !== undefined) process.argv.splice(2, 1);
await import(program ?? '../../../libs/cli/src/main.ts');
