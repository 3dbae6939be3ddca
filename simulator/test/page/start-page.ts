import type { WebClient } from "@slack/web-api";
import type { Simulator } from "../../simulator.ts";
import { startSample } from "../support/sample-app.ts";
import { clientOf } from "../support/web-client.ts";
import { type Audience, openAudience } from "./browser.ts";
import { keepActions } from "./every-action.ts";
import { addPageListeners, type Submitted } from "./page-bot.ts";

export interface PageSetup extends AsyncDisposable {
  readonly simulator: Simulator;
  readonly audience: Audience;
  /** Slack's own client, with which tests post as the bot. */
  readonly client: WebClient;
  /** What people submitted in modals. */
  readonly submitted: readonly Submitted[];
  /** What people clicked in `everyAction`, by action id. */
  readonly actions: Map<string, object>;
}

/** A simulator with a real Bolt app, and a browser in front of it. By HTTP: a busy machine makes sockets with short pings drop. */
export async function startPage(): Promise<PageSetup> {
  const submitted: Submitted[] = [];
  const actions = new Map<string, object>();
  const sample = await startSample("http", { realistic: false, tour: true }, (app) => {
    addPageListeners(app, submitted);
    keepActions(app, actions);
  });
  const audience = await openAudience(sample.simulator);
  return {
    simulator: sample.simulator,
    audience,
    client: clientOf(sample.simulator),
    submitted,
    actions,
    async [Symbol.asyncDispose]() {
      await audience[Symbol.asyncDispose]();
      await sample[Symbol.asyncDispose]();
    },
  };
}
