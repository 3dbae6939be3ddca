// @ts-check
/**
 * The checklist that shows a newcomer around.
 *
 * A step is done when something really happened: each one looks at the facts that the page meets
 * (stream events with what they replaced, threads and views that were opened). To add a step, add an
 * entry to `steps`. What is done is shared by all tabs, so that Bob's tab ticks off Alice's list too.
 */

import { data, dataList, number, text } from "./shape.js";
import { recall, remember } from "./storage.js";

/** @typedef {import("./shape.js").Data} Data */
/** @typedef {import("./workspace.js").Workspace} Workspace */
/**
 * @typedef {{type: "event", event: Data, before: Data | undefined}
 *   | {type: "thread", messages: readonly Data[]}
 *   | {type: "home", view: Data}} Fact
 */
/**
 * @typedef {object} Step
 * @property {string} id
 * @property {string} title
 * @property {string} hint
 * @property {(fact: Fact, workspace: Workspace) => boolean} isDone
 * @property {string} [command] offered as something to put into the message box
 * @property {boolean} [toApp] the command is for the conversation with the app, not for #general
 * @property {string} [address] offered as a place to open: a fragment
 * @property {string} [person] offered as the person to switch to, where `lookAt` is
 * @property {(message: Data) => boolean} [lookAt] finds the message that the step is about
 * @property {boolean} [opensThread] the step is about that message's thread
 */

export const firstRun = "/workflow run expense-approval";

export const firstDescription =
  "Build me a workflow that asks @finance to approve purchases over $500 in #approvals";

/** @type {readonly Step[]} */
export const steps = [
  {
    id: "run",
    title: "Run a workflow",
    hint: "Send this in #general as Alice: a form asks for the values, such as 640 for a laptop stand. The AI screens the expense first.",
    command: firstRun,
    isDone: (fact, workspace) =>
      fact.type === "event" &&
      fact.event["type"] === "message" &&
      isFromBot(fact.event, workspace) &&
      hasBlocks(fact.event) &&
      !hasDeployButton(data(fact.event["message"])),
  },
  {
    id: "decide",
    title: "Become Bob and approve",
    hint: "Nobody approves their own expense: switch to Bob and click Approve on the card in #approvals.",
    person: "U0BOB",
    lookAt: asksForDecision,
    isDone: (fact) =>
      fact.type === "event" &&
      fact.event["type"] === "message_changed" &&
      asksForDecision(fact.before) &&
      !asksForDecision(data(fact.event["message"])),
  },
  {
    id: "receipt",
    title: "Read the receipt in the thread",
    hint: "Open the thread under the card: the result, and what each step took and cost.",
    lookAt: (message) =>
      message["bot_id"] !== undefined &&
      isOver(message) &&
      (number(message["reply_count"]) ?? 0) > 0,
    opensThread: true,
    isDone: (fact, workspace) => {
      if (fact.type !== "thread" || !isOver(fact.messages[0])) return false;
      return fact.messages.slice(1).some((reply) => isReceipt(reply, workspace));
    },
  },
  {
    id: "home",
    title: "Look at App Home",
    hint: "Costs, your pending decisions and your latest runs are in the app's Home tab.",
    address: "#home",
    isDone: (fact) => fact.type === "home" && /\$\d+\.\d/.test(JSON.stringify(fact.view)),
  },
  {
    id: "build",
    title: "Describe a workflow",
    hint: "Tell the app in a direct message what you want, as Alice. It answers with a draft.",
    person: "U0ALICE",
    command: firstDescription,
    toApp: true,
    isDone: (fact, workspace) =>
      fact.type === "event" &&
      isFromBot(fact.event, workspace) &&
      hasDeployButton(data(fact.event["message"])),
  },
  {
    id: "deploy",
    title: "Deploy the draft",
    hint: "Read what it does and what it changes, then click Deploy. Nothing runs before.",
    lookAt: hasDeployButton,
    isDone: (fact) =>
      fact.type === "event" &&
      fact.event["type"] === "message_changed" &&
      hasDeployButton(fact.before) &&
      /was deployed/.test(JSON.stringify(fact.event["message"])),
  },
];

/** @param {Data} reply @param {Workspace} workspace @returns {boolean} whether the app says in it what something cost */
function isReceipt(reply, workspace) {
  return reply["user"] === workspace.bot.id && /\$\d+\.\d/.test(JSON.stringify(reply));
}

/** @param {Data} event @param {Workspace} workspace @returns {boolean} */
function isFromBot(event, workspace) {
  const message = data(event["message"]);
  return message["user"] === workspace.bot.id || message["bot_id"] !== undefined;
}

/** @param {Data} event @returns {boolean} */
function hasBlocks(event) {
  return dataList(data(event["message"])["blocks"]).length > 0;
}

/** @param {Data | undefined} message @returns {string[]} what its buttons say */
function buttonsOf(message) {
  return dataList(message?.["blocks"])
    .flatMap((block) => [...dataList(block["elements"]), data(block["accessory"])])
    .filter((element) => element["type"] === "button")
    .map((element) => text(data(element["text"])["text"]));
}

/** @param {Data | undefined} message @returns {boolean} whether nothing is left to decide, cancel or deploy at it */
function isOver(message) {
  return !buttonsOf(message).some((label) => /approve|cancel|deploy/i.test(label));
}

/** @param {Data | undefined} message @returns {boolean} whether it has a button that approves */
export function asksForDecision(message) {
  return buttonsOf(message).some((label) => /approve/i.test(label));
}

/** @param {Data | undefined} message @returns {boolean} whether it has a button that deploys */
function hasDeployButton(message) {
  return buttonsOf(message).includes("Deploy");
}

export class Tour {
  #workspace;
  /** @type {Set<string>} */
  #done = new Set();
  isOpen;

  /** @param {Workspace} workspace */
  constructor(workspace) {
    this.#workspace = workspace;
    this.isOpen = recall("local", "tour.open") === true;
    this.reload();
  }

  /** Takes over what other tabs ticked off. @returns {void} */
  reload() {
    const stored = recall("local", "tour.done");
    this.#done = new Set(Array.isArray(stored) ? stored.map(String) : []);
  }

  /** @param {Fact} fact @returns {void} */
  meet(fact) {
    const before = this.#done.size;
    for (const step of steps) {
      if (this.#done.has(step.id)) continue;
      // In their order: a cost in a thread is no receipt before the decision.
      if (!step.isDone(fact, this.#workspace)) break;
      this.#done.add(step.id);
    }
    if (this.#done.size > before) remember("local", "tour.done", [...this.#done]);
  }

  /** @param {string} id @returns {boolean} */
  isDone(id) {
    return this.#done.has(id);
  }

  /** @returns {boolean} */
  get isOver() {
    return steps.every((step) => this.#done.has(step.id));
  }

  /** @param {boolean} open @returns {void} */
  setOpen(open) {
    this.isOpen = open;
    remember("local", "tour.open", open);
  }

  /** @returns {void} */
  restart() {
    this.#done.clear();
    remember("local", "tour.done", undefined);
  }
}
