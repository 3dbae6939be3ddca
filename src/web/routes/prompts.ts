import { z } from "zod";
import type { Engine } from "../../engine/api/engine.ts";
import type { PromptRecord, PromptVersionRecord } from "../../engine/ports/prompts.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import type { Route } from "../http/route.ts";
import { parseInput } from "../http/web-request.ts";

const VERSION = "must be a whole number from 1";
const Version = z.int(VERSION).min(1, VERSION);
const AddBody = z.strictObject({
  text: z.string("must be the text of the prompt"),
  note: z.string().max(500).optional(),
  activate: z.boolean().optional(),
});
const SplitBody = z.strictObject({
  version: Version,
  percent: z.number("must be a whole number from 0 to 99"),
});
const PromoteBody = z.strictObject({ version: Version });

/** Recorded author of changes that come through the API. */
const BY = "api";

/** Named prompts: reading, adding versions, splitting, promoting, rolling back, comparing. */
export function promptRoutes({ prompts }: Engine): readonly Route[] {
  const path = "/api/prompts/:name";
  return [
    {
      method: "GET",
      path: "/api/prompts",
      handle: async () => ({ body: { prompts: (await prompts.list()).map(toResponse) } }),
    },
    {
      method: "GET",
      path,
      handle: async (request) => {
        const { versions, ...record } = await prompts.get(request.param("name"));
        return { body: { ...toResponse(record), versions: versions.map(toVersion) } };
      },
    },
    {
      method: "GET",
      path: `${path}/comparison`,
      handle: async (request) => ({ body: await prompts.compare(request.param("name")) }),
    },
    {
      method: "POST",
      path,
      handle: async (request) => {
        const { text, note, activate } = parseInput(AddBody, await request.readJson(), "body");
        const added = await prompts.add(
          omitUndefined({ name: request.param("name"), text, by: BY, note, activate }),
        );
        return { body: { success: true, ...added } };
      },
    },
    ...changes({ prompts }),
  ];
}

function changes({ prompts }: Pick<Engine, "prompts">): readonly Route[] {
  const path = "/api/prompts/:name";
  return [
    {
      method: "POST",
      path: `${path}/split`,
      handle: async (request) => {
        const { version, percent } = parseInput(SplitBody, await request.readJson(), "body");
        return {
          body: toResponse(await prompts.split(request.param("name"), version, percent, BY)),
        };
      },
    },
    {
      method: "POST",
      path: `${path}/promote`,
      handle: async (request) => {
        const { version } = parseInput(PromoteBody, await request.readJson(), "body");
        return { body: toResponse(await prompts.promote(request.param("name"), version, BY)) };
      },
    },
    {
      method: "POST",
      path: `${path}/rollback`,
      handle: async (request) => {
        await request.readJson();
        return { body: toResponse(await prompts.rollBack(request.param("name"), BY)) };
      },
    },
  ];
}

function toResponse({ name, active, previous, split, updatedBy, updatedAt }: PromptRecord): object {
  return { name, active, previous, split, updatedBy, updatedAt: new Date(updatedAt).toISOString() };
}

function toVersion({ version, text, note, createdBy, createdAt }: PromptVersionRecord): object {
  return { version, text, note, createdBy, createdAt: new Date(createdAt).toISOString() };
}
