import type { Engine } from "../../engine/api/engine.ts";
import type { PromptRecord, PromptVersionRecord } from "../../engine/ports/prompts.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { promptEndpoints } from "../endpoints/prompts.ts";
import { type Route, route } from "../http/route.ts";

/** Recorded author of changes that come through the API. */
const BY = "api";

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
    route(promptEndpoints.addPrompt)(async ({ params: { name }, body }) => {
      const added = await prompts.add(omitUndefined({ ...body, name, by: BY }));
      return { body: { success: true, ...added } };
    }),
    route(promptEndpoints.splitPrompt)(
      async ({ params: { name }, body: { version, percent } }) => ({
        body: toResponse(await prompts.split(name, version, percent, BY)),
      }),
    ),
    route(promptEndpoints.promotePrompt)(async ({ params: { name }, body: { version } }) => ({
      body: toResponse(await prompts.promote(name, version, BY)),
    })),
    route(promptEndpoints.rollBackPrompt)(async ({ params: { name } }) => ({
      body: toResponse(await prompts.rollBack(name, BY)),
    })),
  ];
}

function toResponse({ name, active, previous, split, updatedBy, updatedAt }: PromptRecord) {
  return { name, active, previous, split, updatedBy, updatedAt: new Date(updatedAt).toISOString() };
}

function toVersion({ version, text, note, createdBy, createdAt }: PromptVersionRecord) {
  return { version, text, note, createdBy, createdAt: new Date(createdAt).toISOString() };
}
