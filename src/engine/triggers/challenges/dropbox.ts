import { type ChallengeKind, echo } from "./challenge.ts";

/** https://www.dropbox.com/developers/reference/webhooks#documentation */
export const dropbox: ChallengeKind = {
  byHead: ({ head, query }) => (head.method === "GET" ? echo(query.get("challenge")) : null),
};
