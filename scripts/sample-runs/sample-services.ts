import { WebClient } from "@slack/web-api";
import type { Service, ServiceAction, ServiceRegistry } from "../../src/engine/ports/service.ts";
import { createServiceRegistry } from "../../src/services/registry.ts";
import { createSlackService } from "../../src/services/slack/slack-service.ts";
import { AppError } from "../../src/shared/errors.ts";
import { createChannelFinder } from "../../src/slack/channels.ts";
import type { SampleWorld } from "./sample-world.ts";

const LEAST_CALL_MS = 90;
const MOST_CALL_MS = 420;

/** The real actions with their parameters, except that nothing leaves the process: a call only takes its time. */
export function createSampleServices(world: SampleWorld): ServiceRegistry {
  const client = new WebClient();
  return createServiceRegistry([
    silent(createSlackService({ client, channels: createChannelFinder(client) }), world),
  ]);
}

function silent(service: Service, world: SampleWorld): Service {
  const actions = Object.entries(service.actions).map(([name, real]): [string, ServiceAction] => [
    name,
    { ...real, execute: async () => pretend(world) },
  ]);
  return { ...service, actions: Object.fromEntries(actions) };
}

function pretend(world: SampleWorld): { messageTs: string; channel: string } {
  world.clock.spend(world.chance.between(LEAST_CALL_MS, MOST_CALL_MS));
  if (world.trouble === "slack") {
    throw new AppError({
      code: "service_rejected",
      message: "Sample data: Slack refused the message (channel_not_found).",
    });
  }
  return { messageTs: `${Math.floor(world.clock.now() / 1_000)}.000100`, channel: "sample" };
}
