import type { Engine } from "../../engine/api/engine.ts";
import type { PromptRecord, PromptVersionRecord } from "../../engine/ports/prompts.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { promptEndpoints } from "../endpoints/prompts.ts";
import { type Route, route } from "../http/route.ts";

/** Named prompts: reading, adding versions, splitting, promoting, rolling back, comparing. */
export function promptRoutes({ prompts }: Engine): readonly Route[] {
  return [
    route(promptEndpoints.listPrompts)(async () => ({
      body: { prompts: (await prompts.list()).map(toResponse) },
    })),
    route(promptEndpoints.getPrompt)(async ({ params: { name } }) => {
      const { versions, ...record } = await prompts.get(name);
      return { body: { ...toResponse(record), versions: versions.map(toVersion) } };
    }),
    route(promptEndpoints.comparePrompts)(async ({ params: { name } }) => ({
      body: await prompts.compare(name),
    })),
    route(promptEndpoints.addPrompt)(async ({ params: { name }, body }, { by }) => {
      const added = await prompts.add(omitUndefined({ ...body, name, by }));
      return { body: { success: true, ...added } };
    }),
    route(promptEndpoints.splitPrompt)(
      async ({ params: { name }, body: { version, percent } }, { by }) => ({
        body: toResponse(await prompts.split(name, version, percent, by)),
      }),
    ),
    route(promptEndpoints.promotePrompt)(
      async ({ params: { name }, body: { version } }, { by }) => ({
        body: toResponse(await prompts.promote(name, version, by)),
      }),
    ),
    route(promptEndpoints.rollBackPrompt)(async ({ params: { name } }, { by }) => ({
      body: toResponse(await prompts.rollBack(name, by)),
    })),
  ];
}

function toResponse({ name, active, previous, split, updatedBy, updatedAt }: PromptRecord) {
  return { name, active, previous, split, updatedBy, updatedAt: new Date(updatedAt).toISOString() };
}

function toVersion({ version, text, note, createdBy, createdAt }: PromptVersionRecord) {
  return { version, text, note, createdBy, createdAt: new Date(createdAt).toISOString() };
}
