import type { RunFilter } from "../api/streams.ts";
import { toLabelValue } from "../execution/decider/run-labels.ts";
import type { ExecutionRecord } from "../ports/executions.ts";

/** Whether an execution is among those that a filter is for, as in a list. */
export function runFilter(filter: RunFilter): (record: ExecutionRecord) => boolean {
  const { workflowId, version, startedBy, statuses } = filter;
  const labels = Object.entries(filter.labels ?? {});
  const isOrAny = <T>(wanted: T | undefined, value: T): boolean =>
    wanted === undefined || wanted === value;
  return (record) => {
    const { start } = record;
    return (
      isOrAny(workflowId, record.workflowId) &&
      isOrAny(version, record.version) &&
      isOrAny(startedBy, start.trigger.userId) &&
      (statuses === undefined || statuses.includes(record.status)) &&
      labels.every(([name, value]) => start.labels?.[name] === toLabelValue(value))
    );
  };
}
