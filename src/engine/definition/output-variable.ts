import { z } from "zod";

/** `outputVariable` of any step: its output is also `variables.<name>` and `stepResults.<id>.<name>`. */
export const OutputVariable = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]{0,63}$/,
    "must begin with a letter or _ and have at most 64 letters, digits and _",
  );
