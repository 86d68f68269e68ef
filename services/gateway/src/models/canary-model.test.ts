import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TemplateRecord } from '@instgenie/templates';
import { routeKey } from '../edits/route-key.ts';
import type { FleetModel } from '../fleet/fleet.ts';
import { canaryModel, isPrimedFor } from './canary-model.ts';

const model = (name: string, fields: Partial<FleetModel> = {}): FleetModel => ({
  name,
  side: 64,
  defaultSteps: 8,
  defaultGuidance: 0,
  workers: 2,
  ...fields,
});
const fill = model('fill');
const version = model('fill-v2');
const bare = { id: '0a'.repeat(12), source: { width: 64, height: 48 }, variants: [] } as unknown as TemplateRecord;
const whole = { box: { left: 0, top: 0, width: 64, height: 48 }, level: 0 };
const routeOf = (name: string | undefined, steps = 8) =>
  routeKey({ record: bare, steps, guidance: undefined, version: name, window: whole });
const withRoutes = (...routes: readonly string[]): TemplateRecord => ({
  ...bare,
  variants: routes.map((route) => ({ key: 'ab'.repeat(32), bytes: 1, route })),
});
const edited = withRoutes(routeOf(undefined));
const primed = withRoutes(routeOf(undefined), routeOf('fill-v2'));

const rows: readonly {
  readonly name: string;
  readonly record: TemplateRecord;
  readonly share?: number;
  readonly models?: readonly FleetModel[];
  readonly want: string | undefined;
}[] = [
  { name: 'a new template of the share begins with the version', record: bare, want: 'fill-v2' },
  { name: 'one that was edited stays until it is primed', record: edited, want: undefined },
  { name: 'and moves when it is', record: primed, want: 'fill-v2' },
  { name: 'one outside the share stays', record: primed, share: 0, want: undefined },
  { name: 'all stay while nobody serves the version', record: primed, models: [fill], want: undefined },
  {
    name: 'also where its workers are known and do not serve',
    record: primed,
    models: [fill, model('fill-v2', { workers: 0 })],
    want: undefined,
  },
];

for (const { name, record, share = 1, models = [fill, version], want } of rows) {
  test(name, () => {
    const canaries = [{ model: 'fill', to: 'fill-v2', share }];
    assert.equal(canaryModel(record, fill, { canaries, models })?.name, want);
    assert.equal(canaryModel(record, version, { canaries, models }), undefined, 'a version is no canary of itself');
  });
}

test('primed is what edits of the whole picture use, as the version does them', () => {
  assert.ok(isPrimedFor(primed, version));
  assert.ok(!isPrimedFor(primed, model('fill-v3')));
  assert.ok(!isPrimedFor(primed, model('fill-v2', { defaultSteps: 4 })));
  assert.ok(isPrimedFor({ ...primed, steps: 8 }, model('fill-v2', { defaultSteps: 4 })));
});
