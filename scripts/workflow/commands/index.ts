import type { Command } from "../command.ts";
import { completion } from "./completion.ts";
import { deploy, diff, exportDefinition, validate } from "./definitions.ts";
import { cancel, replay, retry, run, runs, watch } from "./runs.ts";

const OWN: readonly Command[] = [
  ...[validate, diff, exportDefinition, deploy],
  ...[runs, run, watch, cancel, retry, replay],
];

/** All commands, in the order of the help. */
export const COMMANDS: readonly Command[] = [...OWN, completion(OWN)];
