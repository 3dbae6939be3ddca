import { APP_ID, BOT_ID, BOT_USER_ID, ENTERPRISE, TEAM } from "../identity.ts";
import type { MethodRegistry } from "./method.ts";
import { SlackError } from "./slack-error.ts";

/** Identity of the app, and a test of the API. */
export function registerAuth(methods: MethodRegistry): void {
  methods.add("auth.test", {
    tier: "none",
    token: "bot",
    scopes: [],
    run: ({ workspace }) => ({
      url: `${workspace.url}/`,
      team: TEAM.name,
      user: workspace.state.directory.user(BOT_USER_ID)?.name ?? "",
      team_id: TEAM.id,
      user_id: BOT_USER_ID,
      bot_id: BOT_ID,
      ...(workspace.state.directory.grid ? { enterprise_id: ENTERPRISE.id } : {}),
      is_enterprise_install: false,
    }),
  });
  methods.add("api.test", {
    tier: "none",
    token: "none",
    scopes: [],
    run: ({ args }) => {
      const error = args.text("error");
      if (error !== undefined) throw new SlackError(error, { args: args.toLog() });
      return { args: args.toLog() };
    },
  });
  methods.add("apps.connections.open", {
    tier: 3,
    token: "app",
    scopes: [],
    run: ({ workspace }) => ({
      url: `${workspace.url.replace(/^http/, "ws")}${workspace.sockets.createAddress()}`,
    }),
  });
  registerIdentity(methods);
}

function registerIdentity(methods: MethodRegistry): void {
  methods.add("team.info", {
    tier: 3,
    token: "bot",
    scopes: ["team:read"],
    run: ({ workspace }) => ({
      team: {
        ...TEAM,
        email_domain: "heddle.example",
        icon: { image_default: true },
        url: `${workspace.url}/`,
        ...(workspace.state.directory.grid
          ? {
              enterprise_id: ENTERPRISE.id,
              enterprise_name: ENTERPRISE.name,
              enterprise_domain: ENTERPRISE.domain,
            }
          : {}),
      },
    }),
  });
  methods.add("bots.info", {
    tier: 3,
    token: "bot",
    scopes: ["users:read"],
    run: ({ workspace, args }) => {
      if ((args.text("bot") ?? BOT_ID) !== BOT_ID) throw new SlackError("bot_not_found");
      const name = workspace.manifest.botName;
      return {
        bot: {
          id: BOT_ID,
          deleted: false,
          name,
          updated: 0,
          app_id: APP_ID,
          user_id: BOT_USER_ID,
          icons: {},
        },
      };
    },
  });
}
