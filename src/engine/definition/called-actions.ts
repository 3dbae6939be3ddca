import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import type { ServiceRegistry } from "../ports/service.ts";
import type { StepDefinition } from "./schema.ts";
import type { StepType } from "./step-type.ts";

/**
 * Which action each service step of a definition calls, those of inner bodies included: `slack.createChannel` by the step's id. An
 * id that stands for steps that do different things is left out.
 */
export function calledActions(
  steps: readonly StepDefinition[],
  stepTypes: ReadonlyMap<string, StepType>,
  services: ServiceRegistry,
): ReadonlyMap<string, string> {
  const called = new Map<string, string | null>();
  const visit = ({ id, type, config }: Step): void => {
    const action = type === "service" ? actionOf(config, services) : null;
    called.set(id, called.has(id) && called.get(id) !== action ? null : action);
    for (const { steps: inner } of stepTypes.get(type)?.bodiesIn?.(config) ?? [])
      if (Array.isArray(inner)) inner.filter(isStep).forEach(visit);
  };
  steps.forEach(visit);
  return new Map([...called].flatMap(([id, action]) => (action === null ? [] : [[id, action]])));
}

type Step = Pick<StepDefinition, "id" | "type" | "config">;

function isStep(value: Json): value is Step & JsonObject {
  return (
    isJsonObject(value) &&
    typeof value["id"] === "string" &&
    typeof value["type"] === "string" &&
    isJsonObject(value["config"] ?? null)
  );
}

function actionOf({ service, action }: JsonObject, services: ServiceRegistry): string | null {
  if (typeof service !== "string") return null;
  const chosen = typeof action === "string" ? action : services.get(service)?.defaultAction;
  return chosen === undefined ? null : `${service}.${chosen}`;
}
