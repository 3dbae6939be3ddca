import { App, type AppOptions, type ReceiverEvent } from "@slack/bolt";
import { isJsonObject, readOwn } from "../../shared/json.ts";
import { LruMap } from "../../shared/lru-map.ts";
import { withInnerEvent } from "../../slack/socket/frames.ts";
import { faultOfPayload } from "./payload-form.ts";

/** Events that are remembered so that a second delivery is recognized; Slack repeats within minutes. */
const REMEMBERED_EVENTS = 5000;

/** Events that start something, and the opening of Home, which a person waits for. The others may be missed: what they are about is read again some time later. */
const STARTING: ReadonlySet<unknown> = new Set([
  "app_home_opened",
  "app_mention",
  "channel_created",
  "member_joined_channel",
  "message",
  "reaction_added",
  "reaction_removed",
]);

export interface EventGateOptions {
  /** Called for everything that comes from Slack. */
  readonly onReceived: () => void;
  /** Called when Slack says that it leaves out events. */
  readonly onEventsLimited: () => void;
  /** Called for what is left out because it does not have the form that Slack documents. @param fault - the member that is wrong. */
  readonly onMalformed: (fault: string) => void;
}

type Process = (event: ReceiverEvent) => Promise<void>;

/**
 * Acknowledges an event when its listeners are done: when what it starts is stored. Bolt does it before they begin, and what a crash
 * interrupts then is lost. Slack repeats what was not acknowledged within three seconds, at once, after a minute and after five
 * (https://docs.slack.dev/apis/events-api#retries); a repeat waits for the first delivery if that is still under way, is acknowledged at
 * once if that has succeeded, and is handled anew if it has failed.
 *
 * So an acknowledgement is never sent before there is something to lose, however long that takes: a late one costs a repeat, an early
 * one the event. Commands and clicks pass as they are: their listeners acknowledge them.
 */
export class EventGate {
  readonly #handled = new LruMap<string, true>(REMEMBERED_EVENTS);
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #options: EventGateOptions;

  constructor(options: EventGateOptions) {
    this.#options = options;
  }

  /** @throws what a listener throws; the event is not acknowledged then. */
  async pass(event: ReceiverEvent, process: Process): Promise<void> {
    this.#options.onReceived();
    const body = toEventBody(event.body);
    if (body?.["type"] === "app_rate_limited") {
      this.#options.onEventsLimited();
      return event.ack();
    }
    const fault = faultOfPayload(body ?? event.body);
    if (fault !== null) {
      this.#options.onMalformed(fault);
      // Slack would send it again, in the same form.
      return event.ack();
    }
    if (body === null) return process(event);
    const { event_id: id, event: inner } = body;
    const mustBeStored = STARTING.has(readOwn(inner, "type"));
    if (!mustBeStored) await event.ack();
    const work = () => process({ ...event, body, ack: async () => undefined });
    await (typeof id === "string" ? this.#once(id, work) : work());
    if (mustBeStored) await event.ack();
  }

  async #once(id: string, work: () => Promise<void>): Promise<void> {
    if (this.#handled.get(id)) return;
    const earlier = this.#underWay.get(id);
    if (earlier !== undefined) return earlier;
    const own = work();
    this.#underWay.set(id, own);
    try {
      await own;
      this.#handled.set(id, true);
    } finally {
      this.#underWay.delete(id);
    }
  }
}

/** The body of an event, with an inner event; `null`: it is a command or an interaction. */
function toEventBody(body: ReceiverEvent["body"]): ReceiverEvent["body"] | null {
  if (!isJsonObject(body)) return null;
  const { type, event } = body;
  const isEvent = event !== undefined || type === "event_callback" || type === "app_rate_limited";
  return isEvent ? withInnerEvent(body) : null;
}

/** A Bolt app whose events pass a gate. */
export class GatedApp extends App {
  readonly #gate: EventGate;

  constructor(options: AppOptions, gate: EventGate) {
    super(options);
    this.#gate = gate;
  }

  override processEvent(event: ReceiverEvent): Promise<void> {
    return this.#gate.pass(event, (passed) => super.processEvent(passed));
  }
}
