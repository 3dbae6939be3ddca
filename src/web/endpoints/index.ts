import { costEndpoints } from "./costs.ts";
import { dataEndpoints } from "./data.ts";
import { executionEndpoints, triggerEndpoints } from "./executions.ts";
import { graphEndpoints } from "./graphs.ts";
import { jobEndpoints } from "./jobs.ts";
import { operationEndpoints } from "./operations.ts";
import { promptEndpoints } from "./prompts.ts";
import { auditEndpoints, evaluationEndpoints, eventEndpoints, fileEndpoints } from "./records.ts";
import { streamEndpoints } from "./streams.ts";
import { switchEndpoints } from "./triggers.ts";
import { pauseEndpoints, templateEndpoints, workflowEndpoints } from "./workflows.ts";

/** Every endpoint by its name. */
export const endpoints = {
  ...workflowEndpoints,
  ...templateEndpoints,
  ...pauseEndpoints,
  ...graphEndpoints,
  ...dataEndpoints,
  ...jobEndpoints,
  ...switchEndpoints,
  ...executionEndpoints,
  ...streamEndpoints,
  ...triggerEndpoints,
  ...eventEndpoints,
  ...fileEndpoints,
  ...costEndpoints,
  ...promptEndpoints,
  ...evaluationEndpoints,
  ...auditEndpoints,
  ...operationEndpoints,
};
