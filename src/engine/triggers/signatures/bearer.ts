import { tokenScheme } from "./token-scheme.ts";

/** https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
export const bearer = tokenScheme({
  place: () => "header Authorization (Bearer …)",
  shown: ({ headers }) => /^Bearer +(\S+) *$/i.exec(headers["authorization"] ?? "")?.[1],
});
