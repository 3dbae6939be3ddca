import type { ServiceSummary } from "../api/workflows.ts";
import { describeMembers, toNotation } from "../definition/notation.ts";
import type { ServiceRegistry } from "../ports/service.ts";

/** What steps may call, as it is registered. */
export function listServices(services: ServiceRegistry): readonly ServiceSummary[] {
  return services.names().map((name) => ({
    name,
    actions: Object.entries(services.get(name)?.actions ?? {}).map(([action, described]) => ({
      name: action,
      summary: described.summary,
      params: toNotation(described.params),
      parameters: describeMembers(described.params),
      ...(described.example && { example: described.example }),
      sideEffect: described.sideEffect,
    })),
  }));
}
