import { once } from "node:events";
import { lockDataDir } from "../../../src/store/sqlite/lock.ts";

/** A process that takes the folder given to it, says so, and keeps it until it is killed or told to stop. */
const [, , dir = ""] = process.argv;
await using _lock = await lockDataDir(dir);
process.stdout.write("locked\n");
await once(process.stdin, "data");
process.stdin.destroy();
