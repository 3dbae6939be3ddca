import { describe } from "vitest";
import { answersConformance } from "./conformance/answers.ts";
import { auditConformance } from "./conformance/audit.ts";
import { budgetsConformance } from "./conformance/budgets.ts";
import { callsConformance } from "./conformance/calls.ts";
import { cardsConformance } from "./conformance/cards.ts";
import { credentialsConformance } from "./conformance/credentials.ts";
import { dedupeConformance } from "./conformance/dedupe.ts";
import { draftsConformance } from "./conformance/drafts.ts";
import { eventsConformance } from "./conformance/events.ts";
import { executionsConformance } from "./conformance/executions.ts";
import { filesConformance } from "./conformance/files.ts";
import { inboxConformance } from "./conformance/inbox.ts";
import { leasesConformance } from "./conformance/leases.ts";
import { listingConformance } from "./conformance/listing.ts";
import { logConformance } from "./conformance/log.ts";
import { marksConformance } from "./conformance/marks.ts";
import { processesConformance } from "./conformance/processes.ts";
import { promptsConformance } from "./conformance/prompts.ts";
import { rateLimitsConformance } from "./conformance/rate-limits.ts";
import { removalsConformance } from "./conformance/removals.ts";
import { samplesConformance } from "./conformance/samples.ts";
import { slotsConformance } from "./conformance/slots.ts";
import { tokensConformance } from "./conformance/tokens.ts";
import { totalsConformance } from "./conformance/totals.ts";
import { valuesConformance } from "./conformance/values.ts";
import { workflowsConformance } from "./conformance/workflows.ts";
import type { OpenStore } from "./records.ts";

/**
 * What every store has to keep, as the interface says it: inserts on unique ids decide, the rest may lag.
 *
 * @param name - the database, with whatever tells one run from another (version, file or memory).
 * @param open - gives a new, empty store each time; the test disposes it.
 */
export function storeConformance(name: string, open: OpenStore): void {
  describe(`store: ${name}`, () => {
    executionsConformance(open);
    logConformance(open);
    leasesConformance(open);
    listingConformance(open);
    inboxConformance(open);
    totalsConformance(open);
    workflowsConformance(open);
    dedupeConformance(open);
    marksConformance(open);
    slotsConformance(open);
    rateLimitsConformance(open);
    callsConformance(open);
    budgetsConformance(open);
    tokensConformance(open);
    credentialsConformance(open);
    answersConformance(open);
    auditConformance(open);
    cardsConformance(open);
    draftsConformance(open);
    eventsConformance(open);
    filesConformance(open);
    removalsConformance(open);
    promptsConformance(open);
    samplesConformance(open);
    processesConformance(open);
    valuesConformance(open);
  });
}
