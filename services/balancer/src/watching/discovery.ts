/** Where workers serve; changes over time. */
export interface Discovery {
  /** All addresses, at first and whenever they change, until the signal aborts. */
  addresses(signal: AbortSignal): AsyncIterable<readonly string[]>;
  /** How old what is known may be: since its source was heard last, ms. 0 for what never changes. */
  staleMs(): number;
}

/** A list that never changes. */
export function staticDiscovery(addresses: readonly string[]): Discovery {
  return {
    addresses: async function* () {
      yield addresses;
    },
    staleMs: () => 0,
  };
}
