// Generates the types of proto/, formatted, and its descriptors into libs/rpc/src/generated. With a folder as argument, into that one.
import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const protoRoot = join(root, 'proto');
const rpc = createRequire(join(root, 'libs/rpc/package.json'));

/** The same as `protoOptions` of libs/rpc/src/proto.ts, as the generator spells them. */
const shape = ['--longs=Number', '--enums=String', '--defaults', '--oneofs'];

const outDir = resolve(process.argv[2] ?? join(root, 'libs/rpc/src/generated'));
generate(outDir);
tidy(outDir);
format(outDir);
describe(outDir);

function generate(folder: string): void {
  const generator = join(dirname(rpc.resolve('@grpc/proto-loader')), '../bin/proto-loader-gen-types.js');
  const files = globSync('**/*.proto', { cwd: protoRoot }).toSorted();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  execFileSync(
    process.execPath,
    [
      generator,
      ...shape,
      '--includeComments',
      '--grpcLib=@grpc/grpc-js',
      '--importFileExtension=.ts',
      `--includeDirs=${protoRoot}`,
      `--outDir=${folder}`,
      ...files,
    ],
    { stdio: 'pipe' },
  );
}

/** Takes out what is not used, the summaries of whole files, and what is not the same everywhere, the paths. */
function tidy(folder: string): void {
  for (const summary of globSync('*.ts', { cwd: folder })) rmSync(join(folder, summary));
  for (const file of globSync('**/*.ts', { cwd: folder })) {
    const path = join(folder, file);
    writeFileSync(path, readFileSync(path, 'utf8').replace(/^\/\/ Original file: .*\n+/, ''));
  }
}

function format(folder: string): void {
  // The formatter reads standard input as if it were a file of the repository, wherever the folder is.
  run('biome', ['check', '--write', '--vcs-enabled=false', `--config-path=${root}`, relative(root, folder)]);
}

/** What reflection tells callers: the files as a compiler sees them, with their comments. */
function describe(folder: string): void {
  run('buf', ['build', protoRoot, '--as-file-descriptor-set', '-o', join(folder, 'descriptors.binpb')]);
}

function run(tool: string, args: readonly string[]): void {
  const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` };
  execFileSync(join(root, 'node_modules/.bin', tool), args, { cwd: root, env, stdio: 'pipe' });
}
