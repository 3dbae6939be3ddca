/** What a person has that examples can be made of. */
export interface Examples {
  /** A workflow that they may start; `null`: there is none. */
  readonly workflow: { readonly id: string; readonly name: string } | null;
  /** Their last run. */
  readonly run: string | null;
}

/** A part of the help. */
export interface Topic {
  /** What is asked for: `help runs`. */
  readonly name: string;
  /** Other words for it. */
  readonly also: readonly string[];
  readonly title: string;
  /** One or two sentences, as mrkdwn. */
  readonly about: string;
  /** Names of its commands. */
  readonly commands: readonly string[];
  /** What stands in their place where there are none. */
  readonly words: readonly string[];
  /** What a person could write now, behind the command; the first stands in the overview. */
  readonly examples: (examples: Examples) => readonly string[];
}

/** All topics, in the order of the help. */
export const TOPICS: readonly Topic[] = [
  {
    name: "runs",
    also: ["start", "starting"],
    title: "Run workflows",
    about:
      "a form asks for what a workflow needs. Where a run stands is on its card; in its thread `why`, `status`, `cancel` and `retry` mean that run.",
    commands: ["list", "show", "run", "status", "runs", "cancel", "retry", "why", "label"],
    words: [],
    examples: ({ workflow, run }) => [
      ...(workflow === null ? [] : [`run ${workflow.id}`]),
      ...(run === null ? [] : [`status ${run}`, `why ${run}`]),
    ],
  },
  {
    name: "approvals",
    also: ["approval", "decisions", "decide"],
    title: "Decide",
    about:
      "you decide with the buttons of a card, never with words. `approvals` lists what waits for you; so does my Home tab.",
    commands: ["approvals"],
    words: [],
    examples: () => ["approvals"],
  },
  {
    name: "drafts",
    also: ["draft", "build", "building", "ai"],
    title: "Have a workflow written",
    about:
      "say what it should do. You see a draft and what each step does; in its thread you say what should change, `undo` takes a change back, and an admin deploys it.",
    commands: ["new", "draft", "templates", "services", "test"],
    words: [],
    examples: () => ["new asks @finance to approve purchases over $500 in #approvals"],
  },
  {
    name: "triggers",
    also: ["trigger", "schedules", "schedule", "webhooks", "forms", "shortcuts"],
    title: "What starts them",
    about:
      "a command, the form on my Home tab, the shortcut *Run a workflow* (also on a message, which it then is about), messages with certain words, reactions, schedules, webhooks, other runs and rows of a database. `show` says what starts a workflow and when next.",
    commands: [],
    words: ["commands, forms, shortcuts, messages, schedules, webhooks"],
    examples: ({ workflow }) => (workflow === null ? [] : [`show ${workflow.id}`]),
  },
  {
    name: "costs",
    also: ["budgets", "money"],
    title: "Costs",
    about: "every call of a model has its price; a run ends or asks at its cap.",
    commands: ["costs", "budget"],
    words: [],
    examples: ({ workflow }) => (workflow === null ? ["costs"] : [`costs ${workflow.id}`]),
  },
  {
    name: "access",
    also: ["rights", "permissions", "roles"],
    title: "Who may do what",
    about:
      "members run workflows and have drafts written, admins deploy them, unless a workflow's permissions say otherwise; guests may do nothing.",
    commands: ["access", "sharing", "token", "credential"],
    words: [],
    examples: ({ workflow }) => (workflow === null ? [] : [`access ${workflow.id}`]),
  },
  {
    name: "versions",
    also: ["deploy", "deployment", "rollbacks", "operate"],
    title: "Versions and operation",
    about:
      "each deployment is a version that stays; runs under way keep theirs. A pause holds runs where they are.",
    commands: [
      "versions",
      "diff",
      "export",
      "rollback",
      "activate",
      "migrate",
      "pause",
      "resume",
      "archive",
      "unarchive",
      "remove",
      "prompts",
    ],
    words: [],
    examples: ({ workflow }) => (workflow === null ? [] : [`versions ${workflow.id}`]),
  },
];
