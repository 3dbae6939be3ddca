import { z } from "zod";
import type { Engine } from "../../engine/api/engine.ts";
import type { PromptRecord, PromptVersionRecord } from "../../engine/ports/prompts.ts";
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

/** Who changes prompts by the API, as the records say. */
const BY = "api";

/** Named prompts: reading, adding versions, splitting, promoting, rolling back, comparing. */
export function promptRoutes({ prompts }: Engine): readonly Route[] {
  const path = "/api/prompts/:name";
  return [
    {
      method: "GET",
      path: "/api/prompts",
      handle: async () => ({ body: { prompts: (await prompts.list()).map(toAnswer) } }),
    },
    {
      method: "GET",
      path,
      handle: async (request) => {
        const { versions, ...record } = await prompts.get(request.param("name"));
        return { body: { ...toAnswer(record), versions: versions.map(toVersion) } };
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
        const added = await prompts.add({
          name: request.param("name"),
          text,
          by: BY,
          ...(note !== undefined && { note }),
          ...(activate !== undefined && { activate }),
        });
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
        return { body: toAnswer(await prompts.split(request.param("name"), version, percent, BY)) };
      },
    },
    {
      method: "POST",
      path: `${path}/promote`,
      handle: async (request) => {
        const { version } = parseInput(PromoteBody, await request.readJson(), "body");
        return { body: toAnswer(await prompts.promote(request.param("name"), version, BY)) };
      },
    },
    {
      method: "POST",
      path: `${path}/rollback`,
      handle: async (request) => {
        await request.readJson();
        return { body: toAnswer(await prompts.rollBack(request.param("name"), BY)) };
      },
    },
  ];
}

function toAnswer({ name, active, previous, split, updatedBy, updatedAt }: PromptRecord): object {
  return { name, active, previous, split, updatedBy, updatedAt: new Date(updatedAt).toISOString() };
}

function toVersion({ version, text, note, createdBy, createdAt }: PromptVersionRecord): object {
  return { version, text, note, createdBy, createdAt: new Date(createdAt).toISOString() };
}
