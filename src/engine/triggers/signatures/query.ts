import { tokenScheme } from "./token-scheme.ts";

const DEFAULT = "key";

/** An API key in the query, for senders that can be given an address alone. Proxies may keep it in their logs. */
export const query = tokenScheme({
  place: ({ parameter = DEFAULT }) => `parameter "${parameter}" of the query`,
  shown: (head, { parameter = DEFAULT }) => {
    const values = new URLSearchParams(head.query).getAll(parameter);
    return values.length === 1 ? values[0] : undefined;
  },
});
