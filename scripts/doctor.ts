import { type DoctorArguments, readArguments, USAGE } from "../src/doctor/arguments.ts";
import { examine } from "../src/doctor/examine.ts";
import { type CheckResult, count } from "../src/doctor/finding.ts";
import { showResult, showSummary, toJsonReport } from "../src/doctor/show-results.ts";
import { omitUndefined } from "../src/shared/omit-undefined.ts";

/** `npm run doctor`: checks what the bot needs. See `docs/doctor.md`. */

/** `sysexits.h`: the command was used wrongly. */
const EX_USAGE = 64;

async function main(args: DoctorArguments): Promise<void> {
  const show = (result: CheckResult): void => {
    if (!args.json && result.findings.length > 0) console.log(showResult(result));
  };
  const { eventsUrl } = args;
  const results = await examine({
    env: process.env,
    onResult: show,
    ...omitUndefined({ eventsUrl }),
  });
  console.log(args.json ? toJsonReport(results) : `\n${showSummary(results)}`);
  process.exit(count(results, "problem") > 0 ? 1 : 0);
}

function parse(): DoctorArguments | null {
  try {
    return readArguments(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return null;
  }
}

const args = parse();
if (args === null) process.exitCode = EX_USAGE;
else await main(args);
