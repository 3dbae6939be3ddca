import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { SampleFiles } from "../engine/ports/prompts.ts";

/** Form of the ids of workflows and steps; anything else could lead out of the folder. */
const ID = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

/** Labelled samples in `<folder>/<workflow>/<step>.jsonl`. */
export function createSampleFiles(folder: string): SampleFiles {
  return {
    async read(workflowId, stepId) {
      if (!ID.test(workflowId) || !ID.test(stepId)) return null;
      const place = join(folder, workflowId, `${stepId}.jsonl`);
      const text = await readFile(place, "utf8").catch(() => null);
      return text === null ? null : { text, place: `${workflowId}/${stepId}.jsonl` };
    },
  };
}
