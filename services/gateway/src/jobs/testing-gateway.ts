import { once } from 'node:events';
import { DirectoryBlobs } from '@instgenie/blobs';
import { JobDesk } from './job-desk.ts';
import { FakeEditing, log, quick } from './testing.ts';

// A gateway in a process of its own, for tests. It begins edits and never ends them; with `ends` it waits for SIGTERM.
const [redis = '', folder = '', how] = process.argv.slice(2);
const editing = new FakeEditing();
editing.hold();
const settings = { ...quick, concurrency: 1, closeMs: 200 };
{
  await using desk = new JobDesk({ redis, blobs: new DirectoryBlobs(folder), editing, settings, log });
  void desk;
  const stopped = once(process, 'SIGTERM');
  if (how !== 'ends') await editing.hasBegun(1);
  process.stdout.write(`${editing.begun[0] ?? 'ready'}\n`);
  await stopped;
}
