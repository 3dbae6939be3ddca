/** Remembers the last `capacity` keys: Slack delivers an event again when it did not hear the acknowledgement. */
export interface RecentKeys {
  /** @returns `true` the first time, `false` for a key that is still remembered. */
  add(key: string): boolean;
}

export function createRecentKeys(capacity: number): RecentKeys {
  const keys = new Set<string>();
  return {
    add: (key) => {
      if (keys.has(key)) return false;
      keys.add(key);
      if (keys.size > capacity) {
        const [oldest] = keys;
        if (oldest !== undefined) keys.delete(oldest);
      }
      return true;
    },
  };
}
