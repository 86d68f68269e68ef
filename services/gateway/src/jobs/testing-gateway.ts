import { DirectoryBlobs } from '@instgenie/blobs';
import { JobDesk } from './job-desk.ts';
import { FakeEditing, log, quick } from './testing.ts';

// A gateway of its own process, for tests that kill it: it begins edits and never ends them.
const [redis = '', folder = ''] = process.argv.slice(2);
const editing = new FakeEditing();
editing.hold();
const blobs = new DirectoryBlobs(folder);
await using desk = new JobDesk({ redis, blobs, editing, settings: { ...quick, concurrency: 1 }, log });
await editing.hasBegun(1);
process.stdout.write(`${editing.begun[0]}\n`);
void desk;
await new Promise(() => setInterval(() => undefined, 1000));
