import { parseArgs } from "node:util";
import { openMongoStore } from "../src/store/mongodb/open.ts";
import {
  type ChaosReport,
  type ChaosStore,
  embeddedStore,
  runChaos,
} from "../test/support/chaos/chaos.ts";

/**
 * `npm run chaos -- --seed 7 --executions 300 --kills 40`: mixed workflows on the real bot, which is killed again and again;
 * prints what was lost or done twice. With `--store mongodb --bots 3` several bots share a new database of the server at
 * MONGODB_URI.
 */

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  console.error(`--${name} must be a whole number, such as --${name} 7.`);
  process.exit(64);
}

function mongoStore(bots: number): ChaosStore {
  const uri = URL.parse(process.env["MONGODB_URI"] ?? "");
  if (uri === null) {
    console.error("MONGODB_URI must name a server, such as mongodb://127.0.0.1:27017.");
    process.exit(64);
  }
  uri.pathname = `/heddle_chaos_${Date.now()}`;
  console.log(`The state is in the database ${uri.pathname.slice(1)}, which stays.`);
  return { env: { MONGODB_URI: uri.href }, bots, open: () => openMongoStore(uri.href) };
}

function print({ counts, problems, seconds }: ChaosReport): void {
  for (const [what, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    console.log(`${what.padEnd(44)}${String(count).padStart(10)}`);
  }
  console.log(`${"seconds".padEnd(44)}${seconds.toFixed(1).padStart(10)}`);
  for (const problem of problems.slice(0, 50)) console.log(`WRONG  ${problem}`);
  console.log(
    problems.length === 0
      ? "Nothing was lost, nothing was done twice."
      : `${problems.length} things are wrong.`,
  );
}

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    executions: { type: "string", default: "300" },
    kills: { type: "string", default: "40" },
    store: { type: "string", default: "sqlite" },
    bots: { type: "string", default: "3" },
  },
});
const options = {
  seed: wholeNumber("seed", values.seed),
  executions: wholeNumber("executions", values.executions),
  kills: wholeNumber("kills", values.kills),
  store: values.store === "mongodb" ? mongoStore(wholeNumber("bots", values.bots)) : embeddedStore,
};
console.log(`Seed ${options.seed}: ${options.executions} executions, ${options.kills} kills.`);
const report = await runChaos({ ...options, progress: (line) => console.log(line) });
print(report);
process.exitCode = report.problems.length === 0 ? 0 : 1;
