// Checks and tests of the whole repository. `--static` leaves the tests out.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

interface Stage {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

const stages: readonly Stage[] = [
  { name: 'types', command: ['tsc', '-p', '.'] },
  { name: 'types of the console', command: ['tsc', '-p', 'services/gateway/console'] },
  { name: 'format', command: ['biome', 'check', '--error-on-warnings', '.'] },
  { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings'] },
  { name: 'unused code', command: ['knip'] },
  { name: 'proto', command: ['buf', 'lint', 'proto'] },
  { name: 'proto of released clients', command: ['buf', 'breaking', 'proto', '--against', 'proto/released/v1.txtpb'] },
  { name: 'chart', command: ['node', '--disable-warning=ExperimentalWarning', 'charts/check/main.ts'] },
];

function main(): number {
  for (const { name, command } of stages) {
    const began = performance.now();
    const [tool, ...args] = command;
    const program = tool === 'node' ? process.execPath : join(root, 'node_modules', '.bin', tool);
    const { status, stdout, stderr } = run(program, args, 'pipe');
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    if (status === 0) {
      console.log(`ok    ${name} (${seconds} s)`);
      continue;
    }
    console.log(`${stdout}${stderr}\nFAIL  ${name} (${seconds} s)`);
    return 1;
  }
  if (process.argv.includes('--static')) return 0;
  const reporters = ['spec', join(root, 'scripts/summary-reporter.ts')].flatMap((reporter) => [
    `--test-reporter=${reporter}`,
    '--test-reporter-destination=stdout',
  ]);
  const tests = [
    'libs/*/src/**/*.test.ts',
    'services/*/src/**/*.test.ts',
    'e2e/**/*.test.ts',
    '{charts,deploy}/**/*.test.ts',
  ];
  const flags = ['--disable-warning=ExperimentalWarning', '--test', '--test-concurrency=2', ...reporters];
  return run(process.execPath, [...flags, ...tests], 'inherit').status;
}

function run(program: string, args: readonly string[], output: 'pipe' | 'inherit') {
  // The tools' own launchers start `node`: it must be the one that runs this script.
  const path = `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`;
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: root,
    stdio: ['ignore', output, output],
    encoding: 'utf8',
    maxBuffer: 64 * 1024 ** 2,
    env: { ...process.env, PATH: path },
  });
  return { status: status ?? 1, stdout: stdout ?? '', stderr: stderr ?? '' };
}

process.exitCode = main();
