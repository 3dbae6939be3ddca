import type { JsonObject } from "../../../simulator/json.ts";
import { blockOf } from "../../../src/bot/views/blocks/inputs.ts";
import { type Bomb, list, nested, times, transform, workflow } from "./bomb.ts";
import type { BombSite } from "./site.ts";

const TEXTS: readonly (readonly [name: string, text: string])[] = [
  ["words", times("incident ", 40_000)],
  ["open marks", times("<@U1|", 40_000)],
  ["groups, dates and channels", times("<!subteam^S1|a> <!date^1^{date}|x> <#C1|> ", 40_000)],
  ["links", times("<https://a.example/?q=<|b> ", 40_000)],
  ["emoji and marks", times(":a: *_~`> \u200be\u0301", 40_000)],
  ["assignments", times('a="b c" ', 40_000)],
];

const messages: readonly Bomb[] = TEXTS.flatMap(([name, text]) => [
  {
    name: `a message in a channel: ${name}`,
    drop: async (site: BombSite, id: string) => {
      const triggers = [
        { type: "message", pattern: "(?i)error.{0,100}timeout" },
        { type: "message", keywords: list(50, (n) => `incident ${n}`) },
      ];
      await site.deploy(workflow(id, [transform("1")], { triggers }));
      await site.slack(event({ type: "message", channel: "C0GENERAL", text }, id));
      await site.slack(
        event({ type: "message", channel: "D0ALICE", channel_type: "im", text }, `${id}d`),
      );
      await site.slack(event({ type: "app_mention", channel: "C0GENERAL", text }, `${id}m`));
    },
  },
  {
    name: `a command: ${name}`,
    drop: (site: BombSite) => {
      const fields = {
        command: "/workflow",
        team_id: "T0HEDDLE",
        user_id: "U0ALICE",
        channel_id: "C0GENERAL",
        trigger_id: "1.2.a",
        response_url: "http://127.0.0.1:9/",
      };
      const body = new URLSearchParams({ ...fields, text: `run expense-approval ${text}` });
      return site.slack(body.toString(), "application/x-www-form-urlencoded");
    },
  },
]);

const payload = (view: JsonObject): string =>
  `payload=${encodeURIComponent(JSON.stringify({ type: "view_submission", team: { id: "T0HEDDLE" }, user: { id: "U0ALICE", team_id: "T0HEDDLE" }, view }))}`;

const payloads: readonly Bomb[] = [
  {
    name: "a form of Slack's with 9,000 fields",
    drop: async (site, id) => {
      const inputs = Object.fromEntries(list(900, (n) => [`i${n}`, { type: "text" }]));
      await site.deploy(workflow(id, [transform("1")], { inputs }));
      const values = Object.fromEntries(
        list(9000, (n) => [blockOf(`i${n}`), { value: { type: "plain_text_input", value: "x" } }]),
      );
      const carried = { workflowId: id, via: "home", channel: null, message: null };
      const view = {
        ...{ id: `V${id}`, type: "modal", callback_id: "run_form", state: { values } },
        private_metadata: JSON.stringify({ ...carried, given: {}, page: 0, refilled: 0 }),
      };
      await site.slack(payload(view), "application/x-www-form-urlencoded");
    },
  },
  {
    name: "a payload of Slack's with 100,000 levels",
    drop: (site) =>
      site.slack(`payload=${nested("[", "", "]", 100_000)}`, "application/x-www-form-urlencoded"),
  },
  {
    name: "an event of Slack's with 9,000 blocks",
    drop: (site, id) => {
      const blocks = list(9000, () => ({
        type: "section",
        text: { type: "mrkdwn", text: "<!here>" },
      }));
      return site.slack(event({ type: "message", channel: "C0GENERAL", text: "", blocks }, id));
    },
  },
];

/** What Slack sends of an event. @param id - of its own. */
export function event(inner: JsonObject, id: string): string {
  return JSON.stringify({
    type: "event_callback",
    team_id: "T0HEDDLE",
    api_app_id: "A0HEDDLE",
    event_id: `Ev${id}`,
    event_time: Math.floor(Date.now() / 1000),
    event: { user: "U0ALICE", ts: `${Math.floor(Date.now() / 1000)}.000100`, ...inner },
  });
}

export const SLACK_BOMBS: readonly Bomb[] = [...messages, ...payloads];
