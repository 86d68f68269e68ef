/** Where workers serve; changes over time. */
export interface Discovery {
  /** All addresses, at first and whenever they change, until the signal aborts. */
  addresses(signal: AbortSignal): AsyncIterable<readonly string[]>;
}

/** A list that never changes. */
export function staticDiscovery(addresses: readonly string[]): Discovery {
  return {
    addresses: async function* () {
      yield addresses;
    },
  };
}
