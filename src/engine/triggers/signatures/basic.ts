import { decodeStrictly } from "./scheme.ts";
import { tokenScheme } from "./token-scheme.ts";

/** https://www.rfc-editor.org/rfc/rfc7617: the secret is `user:password`. */
export const basic = tokenScheme({
  place: () => "header Authorization (Basic …)",
  shown: ({ headers }) => {
    const encoded = /^Basic +(\S+) *$/i.exec(headers["authorization"] ?? "")?.[1] ?? "";
    return decodeStrictly(encoded, "base64")?.toString("utf8");
  },
});
