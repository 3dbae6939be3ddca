import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");

/** What a process does whose errors are watched as the bot's are. */
function run(code: string): { readonly code: number | null; readonly out: string } {
  const script = `
    import { pino } from "pino";
    import { watchProcessErrors } from "./src/app/process-errors.ts";
    import { startVital } from "./src/shared/vital.ts";
    watchProcessErrors(process, {
      logger: pino({ level: "silent" }),
      count: () => console.log("counted"),
      elapsed: () => performance.now(),
      onFatal: (why) => { console.log(why); process.exit(1); },
    });
    ${code}
    setTimeout(() => console.log("alive"), 50);
  `;
  const args = ["--input-type=module-typescript", "--eval", script];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" });
  return { code: status, out: stdout };
}

test("a rejected listener does not end the process", () => {
  expect(run('void Promise.reject(new Error("x"));')).toEqual({ code: 0, out: "counted\nalive\n" });
});

test("work that the process cannot do without ends it when it fails", () => {
  expect(run('startVital(Promise.reject(new Error("x")));')).toEqual({
    code: 1,
    out: "uncaught exception\n",
  });
});
