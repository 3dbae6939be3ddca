import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { wholeNumber } from "./chaos/command-line.ts";

/**
 * `npm run fuzz -- --seconds 300 --only http`: tries odd inputs for so long, shared among the targets (files of `test/fuzz/`), one
 * after the other. A failure says with which `--seed` and `--path` it is repeated.
 */

const ROOT = join(import.meta.dirname, "..");
const ENDING = ".test.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    only: { type: "string" },
    seed: { type: "string" },
    path: { type: "string" },
  },
});
const seconds = wholeNumber("seconds", values.seconds, { from: 1 });
const all = readdirSync(join(ROOT, "test/fuzz"))
  .filter((file) => file.endsWith(ENDING))
  .map((file) => file.slice(0, -ENDING.length));
const targets = all.filter((target) => values.only === undefined || target === values.only);
if (targets.length === 0) {
  console.error(`There is no target "${values.only ?? ""}". Targets: ${all.join(", ")}.`);
  process.exit(2);
}
const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
const files = targets.map((target) => `test/fuzz/${target}${ENDING}`);
const child = spawn(process.execPath, [vitest, "run", "--max-workers=1", ...files], {
  cwd: ROOT,
  stdio: "inherit",
  env: {
    ...process.env,
    FUZZ_SECONDS: String(seconds / targets.length),
    ...(values.seed !== undefined && { FUZZ_SEED: String(wholeNumber("seed", values.seed)) }),
    ...(values.path !== undefined && { FUZZ_PATH: values.path }),
  },
});
const [code] = await once(child, "exit");
process.exit(typeof code === "number" ? code : 1);
