// A process that fills variants one after the other until it is killed, and says whenever it did something.
import { openStore, randomKey, smallShape } from './testing.ts';

const store = await openStore(process.argv[2] ?? '');
for (;;) {
  const filling = store.fill(randomKey(), { shape: smallShape, recomputeMs: 1 });
  if (filling === undefined) throw new RangeError('a random key is held already');
  process.send?.('begun');
  for (const step of filling.missing) {
    const loan = filling.room(step);
    if (loan === undefined) throw new RangeError('no room');
    const writing = filling.write(step, loan);
    process.send?.('writing');
    await writing;
    loan.release();
  }
  const committing = filling.commit();
  process.send?.('committing');
  await committing;
}
