/** How the index is kept, and how long anybody waits for it. */
export interface IndexSettings {
  /** A command that takes longer has failed: the index is a hint, and nobody waits for a hint. */
  readonly commandMs: number;
  readonly connectMs: number;
  /** After so many failures in a row nothing is asked for `breakMs`; then one command tries. */
  readonly failuresMax: number;
  readonly breakMs: number;
  /** How long a deleted variant cannot come back. */
  readonly tombstoneMs: number;
  /** How long holders are remembered that nobody announces anew. */
  readonly holdersMs: number;
  /** After so long a use counts half. */
  readonly halfLifeMs: number;
  readonly popularMax: number;
  readonly pinsMax: number;
}

const dayMs = 86_400_000;

export const indexSettings: IndexSettings = {
  commandMs: 50,
  connectMs: 500,
  failuresMax: 5,
  breakMs: 1000,
  tombstoneMs: dayMs,
  holdersMs: dayMs,
  halfLifeMs: 3_600_000,
  popularMax: 100_000,
  pinsMax: 10_000,
};
