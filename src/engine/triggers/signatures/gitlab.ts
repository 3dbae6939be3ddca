import { oneOf } from "./one-of.ts";
import { standard } from "./standard.ts";
import { tokenScheme } from "./token-scheme.ts";

/**
 * GitLab's secret token, or its signing token: a signature of Standard Webhooks.
 *
 * https://docs.gitlab.com/user/project/integrations/webhooks/
 * https://gitlab.com/gitlab-org/gitlab/-/merge_requests/230944
 */
export const gitlab = oneOf(
  tokenScheme({
    place: () => "header X-Gitlab-Token",
    shown: ({ headers }) => headers["x-gitlab-token"]?.trim(),
  }),
  standard,
);
