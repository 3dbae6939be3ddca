import type { Random } from "../random.ts";
import type { Click, Scenario } from "../scenario.ts";
import { announce, ask, mail, type Outside, post, result } from "../steps.ts";

const ROOMS = ["#general", "#approvals", "#oncall-alerts"] as const;
const PEOPLE = ["U0BOB", "U0CAROL"] as const;

/** Workflows that wait for people. */
export function decisions(outside: Outside): readonly Scenario[] {
  return [approval(outside), quorum(outside), contested(), expiry()];
}

function room(chance: Random): string {
  return chance.pick(ROOMS);
}

/** Whoever clicks first decides; some click although it is decided. */
function approval(outside: Outside): Scenario {
  return {
    weight: 2,
    definition: {
      id: "chaos-approval",
      name: "Approval",
      steps: [
        ask("ask", {}, { approve: "pay", reject: "regret" }),
        post(outside, "pay", "pay", { next: "paid" }),
        announce("paid", "paid", { next: "sum" }),
        mail("regret", "regret", { next: "sum" }),
        result("sum", { decision: "stepResults.ask.output.decision" }),
      ],
    },
    plan: (chance) => {
      const choice = chance.pick(["approve", "reject"] as const);
      const user = chance.pick(PEOPLE);
      const clicks: Click[] = [{ user, choice }];
      if (chance.chance(0.3)) clicks.push({ user, choice });
      return {
        variables: { room: room(chance) },
        clicks,
        expected: {
          status: "completed",
          output: { decision: choice },
          effects: choice === "approve" ? ["http pay", "slack paid"] : ["mail regret"],
        },
      };
    },
  };
}

/** Two people have to approve; one rejection is enough. */
function quorum(outside: Outside): Scenario {
  return {
    definition: {
      id: "chaos-quorum",
      name: "Quorum",
      steps: [
        ask("ask", { required: 2 }, { approve: "pay", reject: "sum" }),
        post(outside, "pay", "pay", { next: "sum" }),
        result("sum", {
          decision: "stepResults.ask.output.decision",
          votes: "size(stepResults.ask.output.votes)",
        }),
      ],
    },
    plan: (chance) => {
      const approves = chance.chance(0.7);
      const [first, second] = chance.chance(0.5) ? PEOPLE : ([PEOPLE[1], PEOPLE[0]] as const);
      const clicks: readonly Click[] = approves
        ? [
            { user: first, choice: "approve" },
            { user: second, choice: "approve" },
          ]
        : [{ user: first, choice: "reject" }];
      return {
        variables: { room: room(chance) },
        clicks,
        expected: {
          status: "completed",
          output: approves ? { decision: "approve", votes: 2 } : { decision: "reject", votes: 1 },
          effects: approves ? ["http pay"] : [],
        },
      };
    },
  };
}

/** Two people choose differently at the same moment: one of them counts, and its consequence alone follows. */
function contested(): Scenario {
  return {
    definition: {
      id: "chaos-contested",
      name: "Contested",
      steps: [
        ask("ask", {}, { approve: "sum", reject: "sum" }),
        result("sum", { votes: "size(stepResults.ask.output.votes)" }),
      ],
    },
    plan: (chance) => ({
      variables: { room: room(chance) },
      clicks: [
        { user: "U0BOB", choice: "approve" },
        { user: "U0CAROL", choice: "reject" },
      ],
      isContested: true,
      expected: { status: "completed", output: { votes: 1 }, effects: [] },
    }),
  };
}

/** Nobody decides in time. */
function expiry(): Scenario {
  return {
    definition: {
      id: "chaos-expiry",
      name: "Expiry",
      steps: [
        ask("ask", { timeout: "1200ms" }, { approve: "sum", reject: "sum", expired: "remind" }),
        mail("remind", "remind", { next: "sum" }),
        result("sum", { decision: "stepResults.ask.output.decision" }),
      ],
    },
    plan: (chance) => ({
      variables: { room: room(chance) },
      expected: {
        status: "completed",
        output: { decision: "expired" },
        effects: ["mail remind"],
      },
    }),
  };
}
