import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { metricsReference } from "./metrics-reference/reference.ts";

/** `npm run metrics-reference`: writes `docs/metrics.md` anew from the metrics that are registered. */
await writeFile(join(import.meta.dirname, "../docs/metrics.md"), metricsReference());
