import { type Check, type Finding, ok, problem } from "../finding.ts";

/** The oldest Node that runs the bot: `engines` of `package.json`. */
const REQUIRED = 26;

/** The version of Node. */
export function nodeRuntimeCheck(version = process.versions.node): Check {
  return { id: "node", title: "Node", run: async () => [judgeNode(version)] };
}

function judgeNode(version: string): Finding {
  if (Number(version.split(".")[0]) >= REQUIRED) return ok(version);
  return problem(
    `Heddle needs Node ${REQUIRED} or newer; this is ${version}.`,
    'Run "npm ci" (it installs Node as a package) and start the bot by "npm start".',
  );
}
