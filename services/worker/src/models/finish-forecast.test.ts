import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ForecastMargin } from './finish-forecast.ts';

const waits = { aloneMs: 100, expectedMs: 600 };

test('until edits have waited, a quarter of the wait is to spare', () => {
  const margin = new ForecastMargin();
  assert.equal(margin.safeMs(waits), 725);
  assert.equal(margin.safeMs({ aloneMs: 100, expectedMs: 100 }), 100);
});

test('then as much as the latest of fifty needed, in shares of the wait', () => {
  const margin = new ForecastMargin();
  for (let edit = 0; edit < 256; edit++) margin.observe(waits, edit % 25 === 0 ? 900 : 600, { isCut: false });
  assert.equal(margin.safeMs(waits), 900);
  assert.equal(margin.safeMs({ aloneMs: 100, expectedMs: 350 }), 500);
});

test('an edit that was cut off after its time counts as late at least so far; one that was cut off before, not at all', () => {
  const margin = new ForecastMargin();
  for (let edit = 0; edit < 100; edit++) margin.observe(waits, 300, { isCut: true });
  assert.equal(margin.safeMs(waits), 725);
  for (let edit = 0; edit < 100; edit++) margin.observe(waits, 1100, { isCut: true });
  assert.equal(margin.safeMs(waits), 1100);
});

test('edits that end early, or never waited, take nothing away from a forecast; nor does anything more than double a wait', () => {
  const margin = new ForecastMargin();
  for (let edit = 0; edit < 100; edit++) margin.observe({ aloneMs: 100, expectedMs: 150 }, 900, { isCut: false });
  assert.equal(margin.safeMs(waits), 725);
  for (let edit = 0; edit < 100; edit++) margin.observe(waits, 200, { isCut: false });
  assert.equal(margin.safeMs(waits), 600);
  for (let edit = 0; edit < 256; edit++) margin.observe(waits, 60_000, { isCut: false });
  assert.equal(margin.safeMs(waits), 1100);
});
