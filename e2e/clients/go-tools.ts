import { join } from 'node:path';
import { runTool, type ToolRun, toolCache } from './run-tool.ts';

const goPrograms = ['go', '/usr/local/go/bin/go'];
const buildMs = 300_000;
const runMs = 60_000;

const packages = {
  grpcurl: 'github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.3',
  ghz: 'github.com/bojand/ghz/cmd/ghz@v0.121.0',
} as const;

const env = {
  GOCACHE: join(toolCache, 'go/build'),
  GOMODCACHE: join(toolCache, 'go/modules'),
  // What lies in node_modules must be removable.
  GOFLAGS: '-modcacherw',
};

export type GoTool =
  | { readonly kind: 'ready'; readonly run: (args: readonly string[]) => Promise<ToolRun> }
  | { readonly kind: 'missing'; readonly reason: string };

/** A program written in Go, fetched and built by the first call, and kept. */
export async function openGoTool(name: keyof typeof packages): Promise<GoTool> {
  const go = await findGo();
  if (go === undefined) return { kind: 'missing', reason: 'there is no Go here' };
  const run = (args: readonly string[], timeoutMs: number) =>
    runTool(go, ['run', packages[name], ...args], { env, timeoutMs });
  const built = await run(['--version'], buildMs);
  if (built.code === 0) return { kind: 'ready', run: (args) => run(args, runMs) };
  return { kind: 'missing', reason: `Go cannot build ${name}: ${built.stderr.trim().split('\n').at(-1)}` };
}

async function findGo(): Promise<string | undefined> {
  for (const program of goPrograms) {
    const { code } = await runTool(program, ['version'], { timeoutMs: 10_000 });
    if (code === 0) return program;
  }
  return undefined;
}
