import { writeFile } from "node:fs/promises";
import { type DoctorArguments, readArguments, USAGE } from "../src/doctor/arguments.ts";
import { examine } from "../src/doctor/examine.ts";
import { type CheckResult, count } from "../src/doctor/finding.ts";
import { type LiveReport, showLiveReport } from "../src/doctor/live/report.ts";
import { runLive } from "../src/doctor/live/run-live.ts";
import { showResult, showSummary, toJsonReport } from "../src/doctor/show-results.ts";
import { omitUndefined } from "../src/shared/omit-undefined.ts";

/** `npm run doctor`: checks what the bot needs, and with `--live` how Slack behaves. See `docs/doctor.md`. */

/** `sysexits.h`: the command was used wrongly. */
const EX_USAGE = 64;

const env = process.env;

async function main({ json, eventsUrl, live }: DoctorArguments): Promise<void> {
  const onResult = (result: CheckResult): void => {
    if (!json && result.findings.length > 0) console.log(showResult(result));
  };
  const checked = await examine({ env, onResult, ...omitUndefined({ eventsUrl }) });
  const tested =
    live === null
      ? { results: checked, report: null }
      : await runLive({ ...live, env, onResult, results: checked, signal: endSignal() });
  const { results } = tested;
  console.log(json ? toJsonReport(results) : `\n${showSummary(results)}`);
  if (tested.report !== null) await hand(tested.report, live?.report ?? null);
  process.exit(count(results, "problem") > 0 ? 1 : 0);
}

/** Ctrl-C ends a live test, which then removes what it posted; a second one ends the process. */
function endSignal(): AbortSignal {
  const end = new AbortController();
  process.once("SIGINT", () => {
    console.log("Ending: removing what was posted. Ctrl-C again ends at once.");
    end.abort();
  });
  return end.signal;
}

async function hand(report: LiveReport, file: string | null): Promise<void> {
  if (file === null) {
    console.log(`\n${showLiveReport(report)}`);
    return;
  }
  const isJson = file.endsWith(".json");
  await writeFile(file, isJson ? `${JSON.stringify(report, null, 2)}\n` : showLiveReport(report));
  console.log(`The report is in ${file}. ${report.about}`);
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
