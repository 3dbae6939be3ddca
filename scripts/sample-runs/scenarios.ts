import type { JsonObject } from "../../src/shared/json.ts";

/** What happens in one kind of sample run. */
export interface Scenario {
  /** The shipped workflow it belongs to: a file of the workflows folder, without `.json`. */
  readonly workflow: string;
  readonly variables: JsonObject;
  /** Slack user id of the person who starts it; absent: a webhook does. */
  readonly startedBy?: string;
  /** Decisions in order; absent: the requests expire. */
  readonly decisions?: readonly { readonly by: string; readonly choice: string }[];
  /** What is broken while it runs. */
  readonly trouble?: "model" | "slack";
}

const ALICE = "U0ALICE";
const BOB = "U0BOB";
const CAROL = "U0CAROL";

function expense(
  amount: number,
  item: string,
  category: string,
  startedBy: string,
  more: Partial<Scenario> = {},
): Scenario {
  const variables = { amount, item, category };
  return { workflow: "expense-approval", variables, startedBy, ...more };
}

function ticket(ticketText: string, customerTier: string, more: Partial<Scenario> = {}): Scenario {
  return { workflow: "ticket-triage", variables: { ticketText, customerTier }, ...more };
}

function submission(content: string, author: string, more: Partial<Scenario> = {}): Scenario {
  return { workflow: "content-moderation", variables: { content, author }, ...more };
}

function alert(alertMessage: string, source: string, more: Partial<Scenario> = {}): Scenario {
  return { workflow: "incident-response", variables: { alertMessage, source }, ...more };
}

/** The kinds of runs, the usual ones several times. */
export const SCENARIOS: readonly [Scenario, ...Scenario[]] = [
  expense(42.5, "Team lunch", "meals", ALICE),
  expense(129, "USB-C dock", "equipment", CAROL),
  expense(18.9, "Notebooks", "office", ALICE),
  expense(240, "Train to Berlin", "travel", BOB),
  expense(640, "Standing desk", "equipment", ALICE, {
    decisions: [{ by: BOB, choice: "approve" }],
  }),
  expense(1_250, "Conference ticket", "training", ALICE, {
    decisions: [{ by: CAROL, choice: "approve" }],
  }),
  expense(2_100, "First class flight", "travel first class", CAROL, {
    decisions: [{ by: BOB, choice: "reject" }],
  }),
  expense(7_800, "Offsite venue", "events", ALICE, {
    decisions: [
      { by: BOB, choice: "approve" },
      { by: CAROL, choice: "approve" },
    ],
  }),
  expense(900, "Ergonomic chairs", "equipment", BOB),
  expense(75, "Printer ink", "office", BOB, { trouble: "slack" }),
  ticket("I was charged twice this month, please refund one of them.", "pro"),
  ticket("How do I change the card on file?", "free"),
  ticket("The export button gives an error 500 since this morning.", "enterprise"),
  ticket("The app is slow when I open the dashboard.", "pro"),
  ticket("Please add a dark mode, my eyes hurt.", "free"),
  ticket("It would be great to have an API for reports.", "pro"),
  ticket("Everything is down, nobody can log in!", "enterprise"),
  ticket("The invoice shows the wrong company name.", "pro"),
  ticket("Login fails with an error after the update.", "free", { trouble: "model" }),
  submission(
    "Our release notes for the new version are out, thanks to everybody who helped.",
    CAROL,
  ),
  submission("Looking for a running group on Thursday evenings.", BOB),
  submission("Buy cheap watches now!!! Click here to win money", CAROL, {
    decisions: [{ by: ALICE, choice: "reject" }],
  }),
  submission("This vendor is a scam, somebody should check them.", BOB, {
    decisions: [{ by: ALICE, choice: "approve" }],
  }),
  alert("Disk usage of db-2 is at 81 percent, rising slowly", "monitoring"),
  alert("Checkout is down for all customers", "monitoring", {
    decisions: [{ by: BOB, choice: "take-over" }],
  }),
  alert("Latency of search is above 2 s", "monitoring", {
    decisions: [{ by: ALICE, choice: "take-over" }],
  }),
  alert("A backup took longer than usual", "cron"),
];
