// Writes dashboards as JSON, and the chart's copies of them and of the alerts.
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dashboardFiles } from './dashboards.ts';

const deploy = join(import.meta.dirname, '../..');
const chart = join(deploy, '../charts/instgenie');

for (const folder of [join(deploy, 'dashboards'), join(chart, 'dashboards')]) {
  await mkdir(folder, { recursive: true });
  for (const { name, text } of dashboardFiles()) await writeFile(join(folder, name), text);
}
await mkdir(join(chart, 'rules'), { recursive: true });
for (const name of await readdir(join(deploy, 'alerts'))) {
  if (name.endsWith('.yaml')) await copyFile(join(deploy, 'alerts', name), join(chart, 'rules', name));
}
