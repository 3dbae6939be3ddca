import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunningEngine } from "../engine/engine.ts";
import { asAppError } from "../shared/errors.ts";
import type { Logger } from "./log.ts";

/**
 * Adds the prompts of a folder, in order of their names: `urgency.md` is the prompt `urgency`. A
 * bad file is logged and skipped, and its last version stays active. A missing folder has no
 * prompts.
 */
export async function addPromptFolder(
  { prompts }: Pick<RunningEngine, "prompts">,
  folder: string,
  logger: Logger,
): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const file of names.filter((name) => /\.(?:md|txt)$/.test(name)).sort()) {
    try {
      const text = await readFile(join(folder, file), "utf8");
      // Editors end a file with a line break; it is not part of the prompt.
      const added = await prompts.addFile(file, text.trimEnd());
      if (added === null) continue;
      const { name: prompt, version, active } = added;
      logger.info(
        { file, prompt, version },
        active ? "the prompt is asked" : "prompt added, not active: people chose another version",
      );
    } catch (error) {
      logger.error({ file, error: asAppError(error).message }, "could not add the prompt");
    }
  }
}
