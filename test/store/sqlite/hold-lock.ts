import { lockDataDir } from "../../../src/store/sqlite/lock.ts";

/** A process that takes the folder given to it, says so, and keeps it until it is killed or told to stop. */
const [, , dir = ""] = process.argv;
const lock = await lockDataDir(dir);
process.stdout.write("locked\n");
process.stdin.once("data", async () => {
  await lock[Symbol.asyncDispose]();
  process.stdin.destroy();
});
