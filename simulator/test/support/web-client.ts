import { LogLevel, WebClient } from "@slack/web-api";
import { openSimulator, type Simulator, type SimulatorOptions } from "../../simulator.ts";
import { sampleManifest } from "./sample-manifest.ts";

/** A simulator that allows what the sample manifest allows. */
export function openSample(options: SimulatorOptions = {}): Promise<Simulator> {
  return openSimulator({ manifest: sampleManifest, ...options });
}

/** Slack's own client, without retries. */
export function clientOf(simulator: Simulator, token = "xoxb-simulator"): WebClient {
  return new WebClient(token, {
    slackApiUrl: simulator.apiUrl,
    logLevel: LogLevel.ERROR,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  });
}

/** The `data` that Slack's client gives with a refusal: `error`, `response_metadata` and so on. */
export async function refusal(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error && "data" in error) return error.data;
    throw error;
  }
  throw new Error("The call was not refused.");
}
