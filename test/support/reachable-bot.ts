import type { Simulator } from "../../simulator/simulator.ts";
import { BotProcess } from "./bot-process.ts";
import type { Target } from "./hostile-load.ts";

const API_TOKEN = "token-of-the-operator";
const HOOK = { path: "/webhooks/orders", secret: "secret-of-the-sender" };

/** The real bot in HTTP mode, with a token and a webhook that checks GitHub's signature. */
export async function startReachableBot(
  simulator: Simulator,
  env: NodeJS.ProcessEnv = {},
): Promise<{ readonly bot: BotProcess; readonly target: Target } & AsyncDisposable> {
  const bot = await BotProcess.start(simulator, {
    SLACK_APP_TOKEN: "",
    SLACK_SIGNING_SECRET: "simulator",
    API_TOKEN,
    SECRET_HOOK: HOOK.secret,
    LOG_LEVEL: "info",
    ...env,
  });
  const response = await fetch(`${bot.url}/api/workflows`, {
    method: "POST",
    headers: { authorization: `Bearer ${API_TOKEN}` },
    body: JSON.stringify({
      id: "orders",
      name: "Orders",
      trigger: { type: "webhook", path: HOOK.path, secret: "HOOK", signature: "github" },
      steps: [{ id: "note", type: "transform", config: { expression: "variables" } }],
    }),
  });
  if (!response.ok) throw new Error(await response.text());
  return {
    bot,
    target: { url: bot.url, signingSecret: "simulator", apiToken: API_TOKEN, hook: HOOK },
    [Symbol.asyncDispose]: () => bot[Symbol.asyncDispose](),
  };
}
