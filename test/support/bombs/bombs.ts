import { ANSWER_BOMBS } from "./answers.ts";
import type { Bomb } from "./bomb.ts";
import { DEFINITION_BOMBS } from "./definitions.ts";
import { READ_BOMBS } from "./reads.ts";
import { REQUEST_BOMBS } from "./requests.ts";
import { RUN_BOMBS } from "./runs.ts";
import { SLACK_BOMBS } from "./slack.ts";

/** All of them, as data: the same list is measured by the bench and by a test. */
export const BOMBS: readonly Bomb[] = [
  ...RUN_BOMBS,
  ...ANSWER_BOMBS,
  ...REQUEST_BOMBS,
  ...DEFINITION_BOMBS,
  ...SLACK_BOMBS,
  ...READ_BOMBS,
];
