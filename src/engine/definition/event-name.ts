import { z } from "zod";

/** A name of events: `invoice.paid`, `order:42`. The ends of runs are `<workflow>.completed` and `<workflow>.failed`. */
export const EventName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,119}$/,
    "must begin with a letter or digit and have at most 120 letters, digits, . : - and _",
  );
