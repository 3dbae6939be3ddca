import { z } from "zod";
import { Problem } from "../../../src/web/endpoints/parts.ts";

/** The problems of a definition, as the bot answers with them. */
export const ProblemList = z.array(Problem);
