import type { Random } from "../random.ts";
import type { Scenario } from "../scenario.ts";
import { announce, book, mail, type Outside, PATIENT, post, result } from "../steps.ts";

/** Workflows that nobody outside has to help along. */
export function flows(outside: Outside): readonly Scenario[] {
  return [order(outside), rounds(outside), pauses(outside), signals(outside), triage(outside)];
}

/** Effects of every service side by side, then one that needs them all. */
function order(outside: Outside): Scenario {
  const branches = [
    { id: "stock", steps: [post(outside, "reserve", "reserve"), post(outside, "label", "label")] },
    { id: "letter", steps: [mail("confirm", "confirm")] },
    { id: "books", steps: [book("book", "book")] },
    { id: "room", steps: [announce("tell", "tell")] },
  ];
  return {
    weight: 3,
    definition: {
      id: "chaos-order",
      name: "Order",
      steps: [
        { id: "prepare", type: "parallel", config: { branches }, next: "pay" },
        post(outside, "pay", "pay", { next: "sum" }),
        result("sum", {
          total: "variables.amount * 2",
          done: "stepResults.pay.output.data.done",
        }),
      ],
    },
    plan: (chance) => {
      const amount = chance.between(1, 1000);
      return {
        variables: { amount },
        expected: {
          status: "completed",
          output: { total: amount * 2, done: "http pay" },
          effects: [
            "http reserve",
            "http label",
            "mail confirm",
            "row book",
            "slack tell",
            "http pay",
          ],
        },
      };
    },
  };
}

/** A cycle: the same step is entered several times, and each time is an effect of its own. */
function rounds(outside: Outside): Scenario {
  return {
    definition: {
      id: "chaos-rounds",
      name: "Rounds",
      steps: [
        {
          id: "count",
          type: "transform",
          config: {
            expression: "has(variables.round) ? variables.round + 1 : 1",
            outputVariable: "round",
          },
          next: "strike",
        },
        post(outside, "strike", "strike {{variables.round}}", { next: "more" }),
        {
          id: "more",
          type: "transform",
          config: { expression: "variables.round < variables.rounds ? 'again' : 'enough'" },
          next: { again: "count", enough: "sum" },
        },
        result("sum", { rounds: "variables.round" }),
      ],
    },
    plan: (chance) => {
      const rounds = chance.between(2, 5);
      return {
        variables: { rounds },
        expected: {
          status: "completed",
          output: { rounds },
          effects: Array.from({ length: rounds }, (_, index) => `http strike ${index + 1}`),
        },
      };
    },
  };
}

/** Timers that become due while nobody is there. */
function pauses(outside: Outside): Scenario {
  return {
    weight: 2,
    definition: {
      id: "chaos-pauses",
      name: "Pauses",
      steps: [
        { id: "nap", type: "wait", config: { duration: "400ms" }, next: "wake" },
        post(outside, "wake", "wake", { next: "sleep" }),
        { id: "sleep", type: "wait", config: { until: "{{variables.until}}" }, next: "rise" },
        book("rise", "rise", { next: "sum" }),
        result("sum", { woken: "stepResults.sleep.output.wokenBy" }),
      ],
    },
    plan: (chance) => ({
      variables: { until: soon(chance) },
      expected: {
        status: "completed",
        output: { woken: "timer" },
        effects: ["http wake", "row rise"],
      },
    }),
  };
}

/** An event that comes before the step waits for it, or after, or while nobody is there. */
function signals(outside: Outside): Scenario {
  return {
    weight: 2,
    definition: {
      id: "chaos-signals",
      name: "Signals",
      steps: [
        post(outside, "order", "order", { next: "await" }),
        {
          id: "await",
          type: "wait",
          config: { event: "chaos.go", match: "event.payload.run == variables.run" },
          next: { event: "deliver" },
        },
        post(outside, "deliver", "deliver", { next: "sum" }),
        result("sum", { told: "stepResults.await.output.event.payload.run" }),
      ],
    },
    plan: (chance) => ({
      variables: {},
      eventAfterMs: chance.between(0, 2500),
      expected: { status: "completed", effects: ["http order", "http deliver"] },
    }),
  };
}

function soon(chance: Random): string {
  return new Date(Date.now() + chance.between(500, 6000)).toISOString();
}

const TICKETS = {
  billing: "My card was charged twice and I want a refund of the invoice.",
  technical: "The app crashes with an error when I open it.",
} as const;

/** Decisions of a model: one that routes, one whose text goes on. */
function triage(outside: Outside): Scenario {
  return {
    weight: 2,
    definition: {
      id: "chaos-triage",
      name: "Triage",
      steps: [
        {
          id: "classify",
          type: "ai-decision",
          config: {
            prompt:
              "Classify this ticket: {{variables.ticket}}. Respond with: billing, technical, or general.",
            outputFormat: "enum",
            allowedValues: ["billing", "technical", "general"],
          },
          retryPolicy: PATIENT,
          next: { billing: "refund", default: "repair" },
        },
        post(outside, "refund", "refund", { next: "answer" }),
        post(outside, "repair", "repair", { next: "answer" }),
        {
          id: "answer",
          type: "ai-decision",
          config: { prompt: "Write one friendly sentence to the customer: {{variables.ticket}}" },
          retryPolicy: PATIENT,
          next: "send",
        },
        announce("send", "send", { next: "sum" }),
        result("sum", { category: "stepResults.classify.output" }),
      ],
    },
    plan: (chance) => {
      const category = chance.pick(["billing", "technical"] as const);
      return {
        variables: { ticket: TICKETS[category] },
        expected: {
          status: "completed",
          output: { category },
          effects: [category === "billing" ? "http refund" : "http repair", "slack send"],
        },
      };
    },
  };
}
