import { createHmac } from "node:crypto";
import fc from "fast-check";
import { actionsOf } from "../../../simulator/block-kit/find-elements.ts";
import type { DeliveryEntry } from "../../../simulator/inspector/traffic.ts";
import { isJsonObject, type JsonObject, toObjects, toText } from "../../../simulator/json.ts";
import type { Json } from "../../../src/shared/json.ts";
import { pause } from "../pause.ts";
import { until } from "../until.ts";
import {
  type Mutation,
  mutate,
  mutateText,
  mutations,
  type TextMutation,
  textMutations,
} from "./mutate.ts";
import { SIGNING_SECRET, type Stage } from "./stage.ts";

const COMMANDS = [
  "",
  "help",
  "help run",
  "list",
  "run ask amount=12 item=Lamp",
  "run every-input text=plain number=1.5 flag=yes several=a person=@bob",
  "run echo hello",
  "run fail",
  "run judge text=charged",
  "run patience",
  "status",
  "runs",
  "approvals",
  "approvals receipts on",
  "approvals figures",
  "show every-input",
  "versions ask",
  "templates",
  "costs",
  "budget judge 5",
  "access ask",
  "prompts",
  "draft ask @finance before we pay",
  "why",
  "cancel",
  "retry",
  "label",
  "pause patience",
  "resume patience",
  "sharing",
];

const MESSAGES = [
  ["C0GENERAL", "There is an outage in Berlin"],
  ["C0GENERAL", "error: the gateway had a timeout"],
  ["C0GENERAL", "<@U0BOT> run echo note=hi"],
  ["D0ALICE", "help"],
  ["D0ALICE", "run ask item=Desk"],
  [
    "D0ALICE",
    "build me a workflow that asks @finance to approve purchases over $500 in #approvals",
  ],
  ["D0BOB", "approved"],
] as const;

async function act(stage: Stage, action: string, body: JsonObject): Promise<JsonObject> {
  const response = await fetch(`${stage.simulator.url}/sim/${action}`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  const answer: unknown = await response.json();
  return isJsonObject(answer) ? answer : {};
}

async function read(stage: Stage, path: string): Promise<JsonObject> {
  const answer: unknown = await (await fetch(`${stage.simulator.url}/sim/${path}`)).json();
  return isJsonObject(answer) ? answer : {};
}

/** What Slack sends while people do everything that they can: each command, every button once, every dialog. */
export async function recordSlack(stage: Stage): Promise<readonly DeliveryEntry[]> {
  const place = { user: "U0ALICE", channel: "C0GENERAL" };
  await Promise.all([
    ...COMMANDS.map((text) => act(stage, "slash", { ...place, command: "/workflow", text })),
    ...MESSAGES.map((message) => writeMessage(stage, message)),
    act(stage, "shortcut", { ...place, callback_id: "run_workflow" }),
  ]);
  await Promise.all(
    ["U0ALICE", "U0BOB"].map(async (user) => {
      await act(stage, "home-open", { user, tab: "home" });
      await until(async () =>
        (await read(stage, `home?user=${user}`))["id"] === null ? undefined : true,
      );
      await clickAll(stage, user);
      await submitAll(stage, user);
    }),
  );
  return stage.simulator.workspace.traffic.deliveries();
}

async function writeMessage(
  stage: Stage,
  [channel, text]: (typeof MESSAGES)[number],
): Promise<void> {
  const user = channel === "D0BOB" ? "U0BOB" : "U0ALICE";
  const { ts = "" } = await act(stage, "message", { user, channel, text });
  await act(stage, "reaction", { user, channel, ts, name: "ticket" });
  await act(stage, "shortcut", { user, channel, ts, callback_id: "run_workflow_on_message" });
  await act(stage, "message-edit", { user, channel, ts, text: `${text}!` });
}

/** Clicks each kind of button that this person sees. */
async function clickAll(stage: Stage, user: string): Promise<void> {
  const clicked = new Set<string>();
  const click = async (blocks: unknown, where: JsonObject): Promise<void> => {
    for (const element of toObjects(blocks).flatMap((block) => actionsOf(block))) {
      const id = toText(element["action_id"]) ?? "";
      if (id === "" || clicked.has(id)) continue;
      clicked.add(id);
      await act(stage, "action", { user, action_id: id, value: element["value"] ?? "", ...where });
    }
  };
  for (const channel of ["C0GENERAL", "C0APPROVALS", user === "U0BOB" ? "D0BOB" : "D0ALICE"]) {
    const { messages } = await read(stage, `messages?channel=${channel}&user=${user}`);
    for (const { ts, blocks } of toObjects(messages))
      await click(blocks, { channel, ts: ts ?? "" });
  }
  const home = await read(stage, `home?user=${user}`);
  await click(home["blocks"], { view_id: home["id"] ?? "" });
}

/** Submits, or closes, each dialog that this person has open. */
async function submitAll(stage: Stage, user: string): Promise<void> {
  const { views } = await read(stage, `views?user=${user}`);
  for (const [index, view] of toObjects(views).toReversed().entries()) {
    const isSubmitted = index % 2 === 0 && isJsonObject(view["submit"]);
    const action = isSubmitted ? "view-submit" : "view-close";
    await act(stage, action, { user, view_id: view["id"] ?? "", values: {} });
  }
}

/** One thing that Slack, or who pretends to be Slack, sends. */
export interface OddDelivery {
  readonly which: number;
  readonly changes: readonly Mutation[];
  /** Changes within a value that is JSON in a text, as buttons and dialogs carry it. */
  readonly within: readonly Mutation[];
  readonly noise: readonly TextMutation[];
  readonly retry: number | null;
  readonly isNew: boolean;
}

export const oddDelivery: fc.Arbitrary<OddDelivery> = fc.record({
  which: fc.nat(10_000),
  changes: fc.oneof(mutations, fc.constant([])),
  within: fc.oneof(mutations, fc.constant([])),
  noise: fc.oneof(
    { weight: 1, arbitrary: textMutations },
    { weight: 9, arbitrary: fc.constant([]) },
  ),
  retry: fc.option(fc.nat(3), { freq: 4 }),
  isNew: fc.boolean(),
});

let serial = 0;

/** The payload of a delivery, changed. */
export function payloadOf(original: JsonObject, { changes, within, isNew }: OddDelivery): Json {
  serial += 1;
  const texts = JSON.stringify(original, (_key, value: unknown) => {
    const inner = typeof value === "string" && value.startsWith("{") ? parse(value) : undefined;
    return inner === undefined || within.length === 0
      ? value
      : JSON.stringify(mutate(inner, within));
  });
  const payload: Json = JSON.parse(texts);
  if (isNew && isJsonObject(payload)) {
    const fresh = JSON.stringify(payload)
      .replaceAll(/"event_id":"Ev[^"]*"/g, `"event_id":"EvFUZZ${serial}"`)
      .replaceAll(/"(ts|event_ts|client_msg_id)":"([\d.]+)"/g, `"$1":"17000${serial}.000100"`);
    return mutate(JSON.parse(fresh), changes);
  }
  return mutate(payload, changes);
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** So long is waited for an acknowledgement; what no listener takes gets none. */
const ACK_MS = 300;

/** Sends a delivery over HTTP, signed. @param onStatus - called when it was answered. */
export async function sendSigned(
  url: string,
  { kind }: DeliveryEntry,
  payload: Json,
  { noise, retry }: OddDelivery,
  onStatus: (status: number, text: string) => void,
): Promise<void> {
  const body = mutateText(bodyOf(kind, payload), noise);
  const timestamp = Math.floor(Date.now() / 1000);
  const signature = createHmac("sha256", SIGNING_SECRET)
    .update(`v0:${timestamp}:${body}`)
    .digest("hex");
  const answered = fetch(`${url}/slack/events`, {
    method: "POST",
    body,
    headers: {
      "content-type":
        kind === "events_api" ? "application/json" : "application/x-www-form-urlencoded",
      "x-slack-request-timestamp": String(timestamp),
      "x-slack-signature": `v0=${signature}`,
      ...(retry !== null && { "x-slack-retry-num": String(retry), "x-slack-retry-reason": "x" }),
    },
  }).then(async (response) => onStatus(response.status, await response.text()));
  await Promise.race([answered, pause(ACK_MS)]);
}

function bodyOf(kind: DeliveryEntry["kind"], payload: Json): string {
  if (kind === "events_api") return JSON.stringify(payload);
  if (kind === "interactive")
    return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const fields = isJsonObject(payload) ? Object.entries(payload) : [];
  return new URLSearchParams(
    fields.map(([name, value]): [string, string] => [
      name.toWellFormed(),
      typeof value === "string" ? value.toWellFormed() : JSON.stringify(value),
    ]),
  ).toString();
}

/** Sends a delivery over a web socket. */
export async function sendFrame(
  stage: Stage,
  { kind }: DeliveryEntry,
  payload: Json,
  { retry }: OddDelivery,
): Promise<void> {
  const sent = stage.simulator.workspace.sockets.send({
    kind,
    payload: payload as JsonObject,
    acceptsResponse: kind !== "events_api",
    ...(retry !== null && { retry: { attempt: retry, reason: "timeout" } }),
  });
  await Promise.race([sent, pause(ACK_MS)]);
}
