import { type JsonObject, toObjects } from "../../../simulator/json.ts";
import type { Simulator } from "../../../simulator/simulator.ts";
import { Person } from "../../../simulator/test/support/person.ts";
import { readOwn } from "../../../src/shared/json.ts";
import { pause } from "../pause.ts";
import type { Click, PlannedRun } from "./scenario.ts";

const ROOMS = ["C0GENERAL", "C0APPROVALS", "C0ONCALL"] as const;
const LOOK_MS = 150;
/** A card that still asks so long after a click was acknowledged is clicked again, as people do. */
const AGAIN_MS = 4000;

interface Button {
  readonly channel: string;
  readonly ts: string;
  readonly actionId: string;
  readonly value: string;
}

interface Request {
  next: number;
  busy: boolean;
  /** When the last click was acknowledged. */
  ackedAt: number;
}

/** The people in the workspace: they see cards and click as their plans say, again when nothing comes of it. */
export class Clicker {
  readonly #simulator: Simulator;
  readonly #runs: ReadonlyMap<string, PlannedRun>;
  readonly #requests = new Map<string, Request>();
  /** Clicks, and those of them that the bot acknowledged. */
  clicks = 0;
  acknowledged = 0;

  constructor(simulator: Simulator, runs: readonly PlannedRun[]) {
    this.#simulator = simulator;
    this.#runs = new Map(runs.map((run) => [run.name, run]));
  }

  /** Looks and clicks until it is stopped. */
  async work(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const [run, buttons] of this.openCards()) void this.#serve(run, buttons);
      await pause(LOOK_MS);
    }
  }

  /** The cards that still ask, each with the run that it is about. */
  openCards(): readonly (readonly [PlannedRun, readonly Button[]])[] {
    const { messages } = this.#simulator.workspace.state;
    return ROOMS.flatMap((channel) =>
      messages.topLevel(channel).flatMap((message) => {
        const buttons = buttonsIn(message.blocks ?? [], channel, message.ts);
        const name = /r\d{4}/.exec(JSON.stringify(message.blocks))?.[0] ?? "";
        const run = this.#runs.get(name);
        return buttons.length > 0 && run !== undefined ? [[run, buttons] as const] : [];
      }),
    );
  }

  async #serve({ plan }: PlannedRun, buttons: readonly Button[]): Promise<void> {
    const clicks = plan.clicks ?? [];
    const id = requestOf(buttons);
    const request = this.#requests.get(id) ?? { next: 0, busy: false, ackedAt: 0 };
    this.#requests.set(id, request);
    if (request.busy || clicks.length === 0) return;
    if (request.next >= clicks.length) {
      if (performance.now() - request.ackedAt < AGAIN_MS) return;
      request.next = 0;
    }
    request.busy = true;
    const now = plan.isContested ? clicks : clicks.slice(request.next, request.next + 1);
    const acked = await Promise.all(now.map((click) => this.#click(click, buttons)));
    if (acked.some(Boolean)) {
      request.next += now.length;
      request.ackedAt = performance.now();
    }
    request.busy = false;
  }

  /** @returns whether the bot acknowledged. */
  async #click({ user, choice }: Click, buttons: readonly Button[]): Promise<boolean> {
    const button = buttons.find(({ actionId }) => actionId === `decide_${choice}`);
    if (button === undefined) throw new Error(`No card offers ${choice}.`);
    this.clicks += 1;
    const { channel, ts, actionId, value } = button;
    const answer = await new Person(this.#simulator.url, user).act("action", {
      channel,
      ts,
      action_id: actionId,
      value,
    });
    const acked = answer["acked"] === true;
    if (acked) this.acknowledged += 1;
    return acked;
  }
}

function buttonsIn(blocks: readonly JsonObject[], channel: string, ts: string): readonly Button[] {
  return blocks
    .flatMap((block) => toObjects(block["elements"]))
    .flatMap(({ action_id: actionId, value }) =>
      typeof actionId === "string" && typeof value === "string" && actionId.startsWith("decide_")
        ? [{ channel, ts, actionId, value }]
        : [],
    );
}

function requestOf([button]: readonly Button[]): string {
  const value: unknown = JSON.parse(button?.value ?? "{}");
  return String(readOwn(value, "r"));
}
