/** A hash of a text, 32 bits (FNV-1a). */
export function textHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/**
 * How much a worker is meant for a key, 32 bits (rendezvous hashing): the worker with most of it is the same for everybody
 * who asks, and another one only where that one leaves.
 */
export function rendezvous(workerHash: number, keyHash: number): number {
  let hash = workerHash ^ Math.imul(keyHash, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
