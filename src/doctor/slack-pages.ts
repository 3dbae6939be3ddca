/** Pages of an app's settings at Slack, by what is set there. */
const PAGES = {
  manifest: "app-manifest",
  oauth: "oauth",
  general: "general",
  events: "event-subscriptions",
  commands: "slash-commands",
} as const;

/**
 * Address of a page of the app's settings.
 *
 * @param appId - `null`: the list of all apps, where one chooses.
 */
export function appPage(appId: string | null, page: keyof typeof PAGES): string {
  const apps = "https://api.slack.com/apps";
  return appId === null ? apps : `${apps}/${appId}/${PAGES[page]}`;
}
