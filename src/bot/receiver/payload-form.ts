import { z } from "zod";
import { readOwn } from "../../shared/json.ts";

/*
 * What Bolt and the listeners take for granted of what Slack sends, by Slack's documentation of events, commands and interactions
 * (https://docs.slack.dev/reference/events, …/reference/interaction-payloads,
 * https://docs.slack.dev/interactivity/implementing-slash-commands). Members that only some payloads have may be missing or null.
 */

const text = z.string();
const maybeText = text.nullish();
const object = z.looseObject({});
/** Of a person, a channel, a group. Slack calls them opaque; they have no spaces and signs. */
const id = z.string().regex(/^[\w-]{1,255}$/);
/** Of a workspace or an organization; Bolt keeps clients by it. */
const place = z.string().regex(/^[A-Z0-9]{0,255}$/);
const ofPlace = { team_id: place.nullish(), enterprise_id: place.nullish() };
/** Some events name people and channels by objects. */
const named = z.looseObject({ id });
const address = z.url({ protocol: /^https?$/ });

const Message = z.looseObject({
  ts: text.optional(),
  thread_ts: text.optional(),
  text: maybeText,
  user: id.nullish(),
  blocks: z.array(object).nullish(),
});

const View = z.looseObject({
  id: text,
  type: text,
  callback_id: maybeText,
  private_metadata: maybeText,
  hash: text.optional(),
  app_installed_team_id: place.nullish(),
});
const FilledView = View.extend({
  private_metadata: text,
  state: z.looseObject({ values: z.record(text, z.record(text, object)) }),
});

const Command = z.looseObject({
  command: text,
  text: maybeText,
  user_id: id,
  channel_id: id,
  ...ofPlace,
  trigger_id: text,
  response_url: address,
});

const Interaction = z.looseObject({
  type: text,
  user: named.extend(ofPlace),
  team: z.looseObject({ ...ofPlace, id: place }).nullish(),
  enterprise: z.looseObject({ id: place }).nullish(),
  callback_id: maybeText,
  trigger_id: text.optional(),
  response_url: address.optional(),
  channel: named.optional(),
  container: z.looseObject({ type: maybeText, thread_ts: text.optional() }).optional(),
  message: Message.optional(),
  view: View.optional(),
});

const Action = z.looseObject({
  action_id: text,
  block_id: maybeText,
  value: text.optional(),
  text: z.looseObject({ text }).optional(),
  selected_option: z.looseObject({ value: text }).nullish(),
});

/** What interactions of a type have besides. */
const INTERACTIONS: ReadonlyMap<unknown, z.ZodType> = new Map<unknown, z.ZodType>([
  ["block_actions", Interaction.extend({ actions: z.array(Action).min(1) })],
  ["shortcut", Interaction.extend({ callback_id: text, trigger_id: text })],
  [
    "message_action",
    Interaction.extend({
      callback_id: text,
      trigger_id: text,
      channel: named,
      message: Message,
      message_ts: text,
    }),
  ],
  ["view_submission", Interaction.extend({ view: FilledView })],
  ["view_closed", Interaction.extend({ view: View })],
]);

const InnerEvent = z.looseObject({
  type: text,
  subtype: maybeText,
  user: z.union([id, named]).nullish(),
  bot_id: maybeText,
  channel: z.union([id, named]).nullish(),
  text: maybeText,
  ts: maybeText,
  event_ts: maybeText,
  thread_ts: maybeText,
});

const OfChannel = InnerEvent.extend({ channel: id });
const OfNamedChannel = InnerEvent.extend({ channel: z.looseObject({ id, name: text }) });
const OfMember = InnerEvent.extend({ user: id, channel: id });
const OnMessage = z.object({ channel: id, ts: text });
const OfNewChannel = InnerEvent.extend({
  channel: z.looseObject({ id, name: text, creator: id }),
});
const OfReaction = InnerEvent.extend({
  user: id,
  reaction: text,
  item: z
    .looseObject({ type: text, channel: id.nullish(), ts: maybeText })
    .refine(
      ({ type, channel, ts }) => type !== "message" || OnMessage.safeParse({ channel, ts }).success,
    ),
});
const OfPerson = InnerEvent.extend({ user: named });

/** What events of a type have besides. */
const EVENTS: ReadonlyMap<unknown, z.ZodType> = new Map<unknown, z.ZodType>([
  ["app_home_opened", InnerEvent.extend({ user: id })],
  ...["archive", "unarchive", "deleted", "left", "shared", "unshared"].flatMap(
    (what): [string, z.ZodType][] => [
      [`channel_${what}`, OfChannel],
      [`group_${what}`, OfChannel],
    ],
  ),
  ["channel_rename", OfNamedChannel],
  ["group_rename", OfNamedChannel],
  ["member_joined_channel", OfMember],
  ["member_left_channel", OfMember],
  ["channel_created", OfNewChannel],
  ["reaction_added", OfReaction],
  ["reaction_removed", OfReaction],
  ["subteam_updated", InnerEvent.extend({ subteam: named })],
  ["subteam_members_changed", InnerEvent.extend({ subteam_id: id })],
  ["team_join", OfPerson],
  ["user_change", OfPerson],
]);

const Event = z.looseObject({
  type: text,
  event_id: text,
  ...ofPlace,
  authorizations: z.array(z.looseObject(ofPlace)).nullish(),
  event: InnerEvent,
});

/**
 * What of a payload is not as Slack documents it: the path of the first such member, never its value; `null`: all is that
 * Bolt and the listeners read.
 *
 * Payloads are signed, so this is no defense against strangers: it keeps a payload of an unknown kind, or one that something between
 * Slack and the bot has altered, from failing in the middle of a listener.
 */
export function faultOfPayload(body: unknown): string | null {
  const event = readOwn(body, "event");
  if (event !== undefined) {
    const schema = EVENTS.get(readOwn(event, "type")) ?? InnerEvent;
    const outer = readOwn(body, "type") === "event_callback" ? firstFault(Event, body) : null;
    return outer ?? firstFault(schema, event);
  }
  if (readOwn(body, "command") !== undefined) return firstFault(Command, body);
  return firstFault(INTERACTIONS.get(readOwn(body, "type")) ?? Interaction, body);
}

function firstFault(schema: z.ZodType, value: unknown): string | null {
  const [issue] = schema.safeParse(value).error?.issues ?? [];
  if (issue === undefined) return null;
  return issue.path.map(String).join(".") || "the payload";
}
