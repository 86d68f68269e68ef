import { readFile } from 'node:fs/promises';
import { createRequire, stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';

interface PageFile {
  readonly path: string;
  readonly type: string;
  readonly text: string;
}

const folder = join(import.meta.dirname, '../../console');
const modules = [
  'api',
  'elements',
  'fleet-view',
  'main',
  'mask-painter',
  'result-view',
  'snippets',
  'template-list',
] as const;

/** Serves the console: one page, whose sources are sent as they are but for their types. */
export async function registerConsole(app: FastifyInstance): Promise<void> {
  for (const { path, type, text } of await pageFiles()) {
    app.get(path, async (_, reply) => await reply.type(type).send(text));
  }
}

async function pageFiles(): Promise<readonly PageFile[]> {
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  const uplot = dirname(createRequire(import.meta.url).resolve('uplot/package.json'));
  const script = 'text/javascript; charset=utf-8';
  const style = 'text/css; charset=utf-8';
  return await Promise.all([
    file('/', 'text/html; charset=utf-8', read('index.html')),
    file('/console/style.css', style, read('style.css')),
    file('/console/icon.svg', 'image/svg+xml', read('icon.svg')),
    file('/console/uplot.css', style, readFile(join(uplot, 'dist/uPlot.min.css'), 'utf8')),
    file('/console/uplot.js', script, readFile(join(uplot, 'dist/uPlot.esm.js'), 'utf8')),
    ...modules.map((name) =>
      file(
        `/console/${name}.ts`,
        script,
        read(`${name}.ts`).then((text) => stripTypeScriptTypes(text)),
      ),
    ),
  ]);
}

async function file(path: string, type: string, text: Promise<string>): Promise<PageFile> {
  return { path, type, text: await text };
}
