import { Random } from "../chaos/random.ts";

/** Something that a person does, so many milliseconds after the start. */
export interface Errand {
  readonly atMs: number;
  /** `r0017`: the run that it starts carries this name, as all that the run does. */
  readonly name: string;
  readonly user: string;
  readonly kind: "command" | "ticket" | "dm" | "home";
  /** For a command: where it is typed. */
  readonly channel: string;
  /** For a command: the workflow. */
  readonly workflowId: string;
  /** What is chosen when the run asks. */
  readonly choice: "approve" | "reject";
}

/** The people who are at work. */
export const PEOPLE = ["U0ALICE", "U0BOB", "U0CAROL"] as const;
/** Those of them who decide, but never about what they started. */
export const APPROVERS: readonly string[] = ["U0BOB", "U0CAROL"];

/** Each asks in another room; those of #engineering and #leads close. */
const WORKFLOWS = ["buy-approvals", "buy-approvals", "buy-engineering", "buy-leads"] as const;
const PLACES = ["C0FINANCE", "C0SUPPORT", "C0ONCALL"] as const;
const KINDS = ["command", "command", "command", "ticket", "dm", "home"] as const;

/** What people do, spread evenly: the same seed, the same errands. */
export function planErrands(seed: number, durationMs: number, count: number): readonly Errand[] {
  const chance = new Random(seed, "errands");
  return Array.from({ length: count }, (_, index) => ({
    atMs: Math.floor((durationMs * index) / count),
    name: `r${String(index).padStart(4, "0")}`,
    user: chance.pick(PEOPLE),
    kind: chance.pick(KINDS),
    channel: chance.pick(PLACES),
    workflowId: chance.pick(WORKFLOWS),
    choice: chance.chance(0.7) ? "approve" : "reject",
  }));
}
