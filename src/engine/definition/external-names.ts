import { z } from "zod";
import type { NameKind } from "../ports/name-checks.ts";

/**
 * Members of configurations that name something outside: `z.string().register(outsideNames, { kind: "channel" })`, on the
 * outermost schema. A list names several; an absent member means `absent`, if there is that.
 */
export const externalNames = z.registry<{ readonly kind: NameKind; readonly absent?: string }>();
