import type { Service, ServiceAction } from "../../src/engine/ports/service.ts";
import { createHttpService } from "../../src/services/http/http-service.ts";
import { createServiceRegistry } from "../../src/services/registry.ts";
import { createSlackService } from "../../src/services/slack/slack-service.ts";
import { AppError } from "../../src/shared/errors.ts";
import type { Json, JsonObject } from "../../src/shared/json.ts";
import { silentSlack } from "./silent-slack.ts";

/** What a service was asked to do. */
export interface RecordedCall {
  /** `slack.sendMessage` */
  readonly name: string;
  readonly params: JsonObject;
  /** The step's idempotency key: execution and path. */
  readonly key: string;
}

/** What a call gives; an error is thrown. */
export type ServiceScript = (name: string, params: JsonObject) => Json | AppError | Promise<Json>;

/** The registry with the real services' actions and parameters; nothing leaves the process, calls are kept. */
export function recordingServices(calls: RecordedCall[], script: ServiceScript) {
  const services = [createSlackService(silentSlack()), createHttpService({ allowHosts: [] })];
  return createServiceRegistry(services.map((service) => recording(service, calls, script)));
}

function recording(service: Service, calls: RecordedCall[], script: ServiceScript): Service {
  const actions = Object.entries(service.actions).map(([action, real]): [string, ServiceAction] => {
    const name = `${service.name}.${action}`;
    const execute: ServiceAction["execute"] = async (params, { idempotencyKey: key }) => {
      calls.push({ name, params, key });
      const result = await script(name, params);
      if (result instanceof AppError) throw result;
      return result;
    };
    return [action, { ...real, execute }];
  });
  return { ...service, actions: Object.fromEntries(actions) };
}

/** A failure that trying again does not mend. */
export function refused(): AppError {
  return new AppError({ code: "service_rejected", message: "The other side said no." });
}

/** The model's failure that sends a step to its fallback at once. */
export function modelDown(): AppError {
  return new AppError({ code: "model_rejected", message: "The model said no." });
}
