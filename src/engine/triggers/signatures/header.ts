import { headerName } from "./scheme.ts";
import { tokenScheme } from "./token-scheme.ts";

const DEFAULT = "x-api-key";

/** An API key in a header. */
export const header = tokenScheme({
  place: (options) => `header ${headerName(options.header ?? DEFAULT)}`,
  shown: ({ headers }, options) => headers[options.header ?? DEFAULT]?.trim(),
});
