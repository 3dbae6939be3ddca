// @ts-check
/** Troubles that a person can make: what there is to choose, and what was chosen. */

/** @typedef {import("./shape.js").Data} Data */
/** @typedef {{field: string, label: string, initial: string, isNumber: boolean}} Ask a value that an effect needs */
/** @typedef {{label: string, body: Data, ask?: Ask}} Effect */
/** @typedef {{field: string, label: string, every: string, options?: readonly [value: string, label: string][]}} Scope narrows a fault down; without `options` it is typed */
/** @typedef {{target: string, title: string, about: string, scope?: Scope, effects: readonly [Effect, ...Effect[]], canBeApplied?: boolean}} Kind */
/** @typedef {{effect: number, value: string, scope: string, times: string, applied: boolean}} Choice */

const delay = (/** @type {string} */ initial) => ({
  field: "delay_ms",
  label: "Milliseconds",
  initial,
  isNumber: true,
});
const retryAfter = {
  field: "retry_after",
  label: "Retry-After (s)",
  initial: "10",
  isNumber: true,
};

/** @type {readonly Kind[]} */
export const kinds = [
  {
    target: "slack",
    title: "Web API",
    about: "What the app's next calls to Slack are answered.",
    scope: { field: "method", label: "Method", every: "every method" },
    canBeApplied: true,
    effects: [
      { label: "429: too many requests", body: {}, ask: retryAfter },
      { label: "500: server error", body: { status: 500 } },
      {
        label: "Error code",
        body: {},
        ask: { field: "error", label: "Code", initial: "internal_error", isNumber: false },
      },
      { label: "No answer (time-out)", body: { connection: "hang" } },
      { label: "Connection cut", body: { connection: "drop" } },
      { label: "Slow answer", body: {}, ask: delay("5000") },
      { label: "Not JSON", body: { raw: "<html>Bad gateway</html>" } },
    ],
  },
  {
    target: "delivery",
    title: "Delivery",
    about: "What happens to the next payloads on their way to the app.",
    scope: {
      field: "kind",
      label: "Payloads",
      every: "every kind",
      options: [
        ["events_api", "events"],
        ["interactive", "clicks and modals"],
        ["slash_commands", "commands"],
      ],
    },
    effects: [
      { label: "Late", body: { effect: "delay" }, ask: delay("2000") },
      { label: "Twice", body: { effect: "duplicate" }, ask: delay("0") },
      { label: "After the next one", body: { effect: "reorder" }, ask: delay("2000") },
      { label: "Lost", body: { effect: "drop" } },
    ],
  },
  {
    target: "socket",
    title: "Sockets",
    about: "How Slack treats the app's sockets next.",
    effects: [
      { label: "Late answer to a ping", body: { effect: "late_pong" }, ask: delay("6000") },
      { label: "Refused when opened (409)", body: { effect: "refuse_upgrade" } },
    ],
  },
  {
    target: "model",
    title: "AI model",
    about: "What the stand-in model answers next. A model of your own is out of reach.",
    effects: [
      { label: "429: rate limit", body: {}, ask: retryAfter },
      { label: "500: server error", body: { status: 500 } },
      { label: "Slow answer", body: {}, ask: delay("10000") },
      { label: "Nonsense", body: { raw: "I would rather talk about the weather." } },
      { label: "Refusal", body: { error: "refusal" } },
      { label: "Cut in half", body: { error: "length" } },
      { label: "No choices", body: { error: "empty_choices" } },
      { label: "Connection cut", body: { error: "disconnect" } },
    ],
  },
  {
    target: "mail",
    title: "Mail",
    about: "How the mail server takes the next messages.",
    effects: [
      { label: "Refused for good (550)", body: { status: 550 } },
      { label: "Try again later (451)", body: { status: 451 } },
      { label: "Cut before it is kept", body: { error: "disconnect" } },
      { label: "Cut after it is kept", body: { error: "disconnect_after" } },
      { label: "Slow", body: {}, ask: delay("10000") },
    ],
  },
];

/** @type {readonly {kind: string, label: string, about: string}[]} */
export const disconnects = [
  { kind: "drop", label: "Drop", about: "The sockets break, as a network does" },
  { kind: "freeze", label: "Freeze", about: "The sockets stay open and say nothing more" },
  { kind: "ghost", label: "Ghost", about: "The app is cut off, and Slack goes on sending there" },
  { kind: "warning", label: "Warn", about: "Slack says that it will close them soon" },
  { kind: "refresh_requested", label: "Refresh", about: "Slack asks for new sockets" },
  { kind: "link_disabled", label: "Disable", about: "Slack says that Socket Mode was turned off" },
];

export class Faults {
  /** Faults that have not hit yet. @type {Data[]} */
  waiting = [];
  /** Why the last one was refused, by target. @type {Map<string, string>} */
  problems = new Map();
  /** @type {Map<string, Choice>} */
  #choices = new Map();

  /** @param {Kind} kind @returns {Choice} what is chosen for it, the defaults at first */
  choice(kind) {
    const first = kind.effects[0].ask?.initial ?? "";
    return (
      this.#choices.get(kind.target) ?? {
        effect: 0,
        value: first,
        scope: "",
        times: "1",
        applied: false,
      }
    );
  }

  /** @param {Kind} kind @param {Partial<Choice>} change @returns {void} another effect begins with its own value */
  choose(kind, change) {
    const next = { ...this.choice(kind), ...change };
    if (change.effect !== undefined) next.value = kind.effects[change.effect]?.ask?.initial ?? "";
    this.#choices.set(kind.target, next);
    this.problems.delete(kind.target);
  }

  /** @param {Kind} kind @returns {Data} what is chosen, as the simulator takes it */
  body(kind) {
    const { effect, value, scope, times, applied } = this.choice(kind);
    const { body, ask } = kind.effects[effect] ?? kind.effects[0];
    return {
      target: kind.target,
      ...body,
      ...(ask === undefined ? {} : { [ask.field]: ask.isNumber ? Number(value) : value }),
      ...(kind.scope === undefined || scope === "" ? {} : { [kind.scope.field]: scope }),
      ...(kind.canBeApplied === true && applied ? { applied } : {}),
      times: Number(times),
    };
  }
}
