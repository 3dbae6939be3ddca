import { z } from "zod";
import { endpoint } from "../http/endpoint.ts";
import {
  anyBody,
  jsonBody,
  Moment,
  NoParams,
  NoQuery,
  noBody,
  Succeeded,
  Version,
} from "./parts.ts";

const ByName = z.object({ name: z.string() });

const Prompt = z
  .object({
    name: z.string(),
    active: z.int(),
    previous: z.int().nullable(),
    split: z.object({ version: z.int(), percent: z.number() }).nullable(),
    updatedBy: z.string(),
    updatedAt: Moment,
  })
  .meta({ id: "Prompt" });

const Figures = z.object({
  version: z.int(),
  role: z.enum(["active", "split", "previous"]).nullable(),
  percent: z.number(),
  decisions: z.int(),
  calls: z.int(),
  invalidRate: z.number().nullable(),
  costNano: z.number().nullable(),
  unknownCosts: z.int(),
  latencyMs: z.object({ median: z.number(), p95: z.number() }).nullable(),
  labelled: z.int(),
  overturned: z.int(),
  overturnedRate: z.number().nullable(),
});

/** Named prompts: reading, adding versions, splitting, promoting, rolling back, comparing. */
export const promptEndpoints = {
  listPrompts: endpoint({
    id: "listPrompts",
    method: "GET",
    path: "/api/prompts",
    summary: "The named prompts.",
    access: "token",
    params: NoParams,
    query: NoQuery,
    body: noBody,
    answers: { 200: z.object({ prompts: z.array(Prompt) }) },
    errors: [],
  }),
  getPrompt: endpoint({
    id: "getPrompt",
    method: "GET",
    path: "/api/prompts/:name",
    summary: "A prompt with all its versions, the newest first.",
    access: "token",
    params: ByName,
    query: NoQuery,
    body: noBody,
    answers: {
      200: Prompt.extend({
        versions: z.array(
          z.object({
            version: z.int(),
            text: z.string(),
            note: z.string().nullable(),
            createdBy: z.string(),
            createdAt: Moment,
          }),
        ),
      }),
    },
    errors: ["prompt_not_found"],
  }),
  comparePrompts: endpoint({
    id: "comparePrompts",
    method: "GET",
    path: "/api/prompts/:name/comparison",
    summary: "How the versions that are or were active fare.",
    access: "token",
    params: ByName,
    query: NoQuery,
    body: noBody,
    answers: { 200: z.object({ name: z.string(), versions: z.array(Figures) }) },
    errors: ["prompt_not_found"],
  }),
  addPrompt: endpoint({
    id: "addPrompt",
    method: "POST",
    path: "/api/prompts/:name",
    summary: "Stores a text under the next number.",
    access: "token",
    scope: "deploy",
    params: ByName,
    query: NoQuery,
    body: jsonBody(
      z.strictObject({
        text: z.string("must be the text of the prompt"),
        note: z.string().max(500).optional(),
        activate: z.boolean().optional(),
      }),
    ),
    answers: {
      200: z.object({
        success: Succeeded,
        name: z.string(),
        version: z.int(),
        changed: z.boolean(),
        active: z.boolean(),
      }),
    },
    errors: ["prompt_invalid"],
  }),
  splitPrompt: endpoint({
    id: "splitPrompt",
    method: "POST",
    path: "/api/prompts/:name/split",
    summary: "Gives a share of the runs that start from now on another version; 0 ends the split.",
    access: "token",
    scope: "deploy",
    params: ByName,
    query: NoQuery,
    body: jsonBody(
      z.strictObject({
        version: Version,
        percent: z.number("must be a whole number from 0 to 99"),
      }),
    ),
    answers: { 200: Prompt },
    errors: ["prompt_not_found", "prompt_invalid"],
  }),
  promotePrompt: endpoint({
    id: "promotePrompt",
    method: "POST",
    path: "/api/prompts/:name/promote",
    summary: "Makes a version the active one, and ends a split.",
    access: "token",
    scope: "deploy",
    params: ByName,
    query: NoQuery,
    body: jsonBody(z.strictObject({ version: Version })),
    answers: { 200: Prompt },
    errors: ["prompt_not_found", "prompt_invalid"],
  }),
  rollBackPrompt: endpoint({
    id: "rollBackPrompt",
    method: "POST",
    path: "/api/prompts/:name/rollback",
    summary: "Activates the version that was active before, and ends a split.",
    access: "token",
    scope: "deploy",
    params: ByName,
    query: NoQuery,
    body: anyBody,
    answers: { 200: Prompt },
    errors: ["prompt_not_found", "prompt_invalid"],
  }),
};
