import { z } from "zod";
import { anyJsonObject } from "../../shared/any-json.ts";
import type { Json, JsonObject } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { plain } from "../../shared/places/place.ts";
import "../../shared/schema-words.ts";
import { wording } from "../../shared/wording.ts";
import { inPlace, paramTraits } from "../definition/param-traits.ts";
import { EventName, isBuiltInEvent } from "../definition/schema.ts";
import type { Service, ServiceContext, ServiceRegistry } from "../ports/service.ts";

/** Characters of a payload as JSON: it becomes the variables of every run that the event starts. */
const MAX_PAYLOAD = 1_000_000;

const PublishParams = z.strictObject({
  /** Written in full, so that reviewers and the deployment see which workflows it may start. */
  name: EventName.refine(
    (name) => !isBuiltInEvent(name),
    "a name that the bot does not publish itself",
  )
    .describe("its name, written in full")
    .register(paramTraits, {
      insteadOfTemplates: "Write the name in full, and what differs into the payload.",
    }),
  payload: inPlace(
    anyJsonObject().refine(
      (payload) => JSON.stringify(payload).length <= MAX_PAYLOAD,
      `at most ${MAX_PAYLOAD.toLocaleString("en")} characters as JSON`,
    ),
    plain,
  )
    .optional()
    .describe("what it brings"),
  id: inPlace(z.string().min(1).max(200), plain)
    .optional()
    .describe(
      "distinguishes a repeat from another event of the same name; without it only repeats of the step itself are one",
    ),
});

/** What a step publishes. */
export interface StepEvent {
  readonly name: string;
  readonly payload: JsonObject;
  /** Given by the definition; absent: `key` distinguishes it. */
  readonly id?: string;
  /** Equal in every automatic attempt of the step. */
  readonly key: string;
  readonly stepId: string;
  readonly executionId: string;
}

export interface EventServiceOptions {
  /** Stores the event, to be delivered soon after; a repeat changes nothing. @returns its id. */
  readonly publish: (event: StepEvent) => Promise<string>;
}

/** Publishes events of a workflow's own, by which other workflows are started and waiting runs woken. */
function createEventService({ publish }: EventServiceOptions): Service {
  return {
    name: "event",
    defaultAction: "publish",
    actions: {
      publish: {
        summary:
          "Publishes an event that starts workflows with a fitting event trigger and wakes runs that wait for it; gives {eventId}.",
        describe: ({ name, payload }) => {
          const brought = payload === undefined ? "" : ` with ${JSON.stringify(payload)}`;
          return `Publishes the event ${shown(name)}${brought}`;
        },
        outline: ({ name }) =>
          wording`Publishes the event ${shown(name)}, by which other workflows may be started`,
        example: { name: "order.shipped", payload: { number: "{{variables.number}}" } },
        params: PublishParams,
        sideEffect: true,
        onUnknown: "repeat",
        execute: async (params, context) => ({
          eventId: await publish(toStepEvent(params, context)),
        }),
      },
    },
  };
}

function shown(name: Json | undefined): string {
  return typeof name === "string" ? name : "…";
}

function toStepEvent(
  params: JsonObject,
  { idempotencyKey: key, stepId, executionId }: ServiceContext,
): StepEvent {
  const { name, payload = {}, id } = PublishParams.parse(params);
  return { name, payload, key, stepId, executionId, ...omitUndefined({ id }) };
}

/** The services of the operator, with the one that publishes events. */
export function withEventService(
  services: ServiceRegistry,
  options: EventServiceOptions,
): ServiceRegistry {
  const event = createEventService(options);
  return {
    ...services,
    get: (name) => services.get(name) ?? (name === event.name ? event : undefined),
    names: () => [...new Set([...services.names(), event.name])],
  };
}
