/** The one workspace, the one app and its credentials. They are fixed, so that any bot can be pointed at the simulator. */
export const TEAM = { id: "T0HEDDLE", domain: "heddle", name: "Heddle" } as const;
/** The other organization, whose people are strangers here. */
export const PARTNER_TEAM_ID = "T0PARTNER";
/** Another workspace of the same organization, on Enterprise Grid. */
export const SISTER_TEAM_ID = "T0SISTER";
/** The organization of the workspace, on Enterprise Grid. */
export const ENTERPRISE = { id: "E0HEDDLE", name: "Heddle Group", domain: "heddle-group" } as const;
export const APP_ID = "A0HEDDLE";
export const BOT_USER_ID = "U0BOT";
export const BOT_ID = "B0HEDDLE";
/** Slack's own account: it says what went wrong with a command. */
export const SLACKBOT_ID = "USLACKBOT";

export const BOT_TOKEN = "xoxb-simulator";
export const APP_TOKEN = "xapp-simulator";
export const SIGNING_SECRET = "simulator";
/** For sign-in with Slack. */
export const CLIENT_ID = "1000000000.2000000000";
export const CLIENT_SECRET = "simulator";
/** The legacy token that Slack repeats in each payload; apps no longer check it. */
export const VERIFICATION_TOKEN = "simulator-verification-token";
