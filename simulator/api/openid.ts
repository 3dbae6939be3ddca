import { CLIENT_ID, CLIENT_SECRET } from "../identity.ts";
import type { MethodRegistry } from "./method.ts";
import { SlackError } from "./slack-error.ts";

/** Sign-in with Slack. */
export function registerOpenId(methods: MethodRegistry): void {
  methods.add("openid.connect.token", {
    tier: "none",
    token: "none",
    scopes: [],
    run: ({ workspace, args }) => {
      if (args.text("client_id") !== CLIENT_ID) throw new SlackError("invalid_client_id");
      if (args.text("client_secret") !== CLIENT_SECRET) throw new SlackError("bad_client_secret");
      if ((args.text("grant_type") ?? "authorization_code") !== "authorization_code")
        throw new SlackError("invalid_grant_type");
      const signIn = workspace.signIns.take(args.text("code") ?? "");
      if (signIn === undefined) throw new SlackError("invalid_code");
      if (args.text("redirect_uri") !== signIn.redirectUri)
        throw new SlackError("bad_redirect_uri");
      const user = workspace.state.directory.user(signIn.user);
      if (user === undefined) throw new SlackError("invalid_code");
      return {
        access_token: "xoxp-simulator-openid",
        token_type: "Bearer",
        id_token: workspace.signIns.tokenFor(user, signIn.nonce, workspace.url),
      };
    },
  });
}
