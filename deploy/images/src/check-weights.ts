// An init container of workers: `check-weights NAME=FOLDER[=SHA256] ...`. Ends with code 1
// where a model's files are not those of its digest; without a digest it says which one they have.
import { parseArgs } from 'node:util';
import { folderDigest } from './folder-digest.ts';

const { positionals } = parseArgs({ allowPositionals: true });
for (const entry of positionals) {
  const [name = '', folder = '', want = ''] = entry.split('=');
  const found = await folderDigest(folder);
  const facts = { model: name, files: found.files, bytes: found.bytes, sha256: found.sha256 };
  if (found.files === 0) fail({ ...facts, msg: `no files in ${folder}` });
  else if (want !== '' && want !== found.sha256)
    fail({ ...facts, want, msg: 'these are not the weights that are named' });
  else console.log(JSON.stringify({ ...facts, msg: want === '' ? 'not checked: no digest is given' : 'as named' }));
}

function fail(facts: object): void {
  console.log(JSON.stringify({ level: 'error', ...facts }));
  process.exitCode = 1;
}
