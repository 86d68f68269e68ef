import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { ServiceError } from '@instgenie/domain';

const attemptMs = 5;
const attemptsMax = 2000;
const sqliteBusy = 5;

/**
 * Lets one writer at a time into a folder, among all processes of the machine. It is the write lock of an empty SQLite
 * file, so the system takes it back from a process that dies, at whatever point.
 */
export class FolderLock {
  readonly #path: string;
  #last: Promise<unknown> = Promise.resolve();

  constructor(folder: string) {
    this.#path = join(folder, '.lock');
  }

  /** Runs `work` while nobody else holds the lock; in this process in the order of the calls. Throws `overloaded` after 10 s. */
  hold<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(() => this.#locked(work));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #locked<Result>(work: () => Promise<Result>): Promise<Result> {
    // Closing ends the transaction, and so gives the lock back.
    using database = new DatabaseSync(this.#path, { timeout: 0 });
    for (let attempt = 0; !begin(database); attempt++) {
      if (attempt === attemptsMax)
        throw new ServiceError('overloaded', 'blob: other writers hold the folder; try again');
      await delay(attemptMs);
    }
    return await work();
  }
}

function begin(database: DatabaseSync): boolean {
  try {
    database.exec('BEGIN IMMEDIATE');
    return true;
  } catch (thrown) {
    if (thrown instanceof Error && 'errcode' in thrown && thrown.errcode === sqliteBusy) return false;
    throw thrown;
  }
}
