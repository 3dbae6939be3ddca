import { expect } from "vitest";
import { openSimulator } from "../../simulator/simulator.ts";
import type { ServiceAction, ServiceContext } from "../../src/engine/ports/service.ts";
import { createSlackService } from "../../src/services/slack/slack-service.ts";
import type { Json, JsonObject } from "../../src/shared/json.ts";
import { serviceContext } from "./service-context.ts";
import { silentSlack } from "./silent-slack.ts";

/** The actions of the `slack` service, called as steps are, in front of a simulator whose app has every scope. */
export async function openSlackSteps({ grantsOptional = true } = {}) {
  const simulator = await openSimulator({ realistic: false, grantsOptional });
  const { actions } = createSlackService(silentSlack(simulator.apiUrl));
  const actionOf = (name: string): ServiceAction => {
    const action = actions[name];
    if (!action) throw new Error(`There is no action ${name}.`);
    return action;
  };
  const person = async (path: string, body: JsonObject): Promise<JsonObject> => {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${simulator.url}/sim/${path}`, {
      ...{ method: "POST", headers, body: JSON.stringify(body) },
    });
    expect(answer.status).toBe(200);
    return (await answer.json()) as JsonObject;
  };
  return {
    simulator,
    person,
    call: async (
      name: string,
      params: JsonObject,
      context: Partial<ServiceContext> = {},
    ): Promise<JsonObject> =>
      (await actionOf(name).execute(params, serviceContext(context))) as JsonObject,
    look: async (
      name: string,
      params: JsonObject,
      context: Partial<ServiceContext> = {},
    ): Promise<Json | null | undefined> => actionOf(name).look?.(params, serviceContext(context)),
    policy: (name: string, params: JsonObject) => {
      const { onUnknown } = actionOf(name);
      return typeof onUnknown === "function" ? onUnknown(params) : onUnknown;
    },
    problems: (name: string, params: JsonObject): readonly string[] =>
      (actionOf(name).checkTogether?.(params) ?? []).map(
        ({ path, message }) => `${path.join(".")} ${message}`,
      ),
    messages: async (
      channel: string,
      more: Readonly<Record<string, string>> = {},
    ): Promise<readonly JsonObject[]> => {
      const query = new URLSearchParams({ channel, ...more });
      const answer = await fetch(`${simulator.url}/sim/messages?${query.toString()}`);
      return ((await answer.json()) as { messages: JsonObject[] }).messages;
    },
    /** The next call of a method fails so. */
    fault: (method: string, fault: JsonObject) =>
      person("faults", { target: "slack", times: 1, method, ...fault }),
    [Symbol.asyncDispose]: async () => simulator[Symbol.asyncDispose](),
  };
}
