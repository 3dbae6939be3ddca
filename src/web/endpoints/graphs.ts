import { z } from "zod";
import { endpoint } from "../http/endpoint.ts";
import { anyValue, ById, GivenVersion, noBody, wholeNumber } from "./parts.ts";

/** How a diagram may be asked for. */
export const GRAPH_FORMATS = ["svg", "png", "mermaid", "json"] as const;
export type GraphFormat = (typeof GRAPH_FORMATS)[number];

/** The media type of each form. Mermaid has none of its own. */
export const GRAPH_MEDIA = {
  json: "application/json",
  svg: "image/svg+xml",
  png: "image/png",
  mermaid: "text/plain",
} as const satisfies Record<GraphFormat, string>;

const MAX_RUNS = 100;

const Edge = z.object({
  from: z.string(),
  to: z.string().nullable().meta({ description: "`null`: the end." }),
  kind: z.enum(["route", "failure", "timeout", "doubt"]),
  labels: z.array(z.string()),
  taken: z.int().optional().meta({ description: "How often runs took this way." }),
});

const Node = z.object({
  place: z.string().meta({ description: "Unique, such as `ask-both/one/half`." }),
  id: z.string(),
  title: z.string(),
  type: z.string(),
  kind: z.string(),
  does: z.string(),
  notes: z.array(z.string()),
  bodies: z.array(anyValue()).meta({ description: "Branches, each as `root`." }),
  mark: z
    .object({
      state: z.enum(["completed", "failed", "skipped", "running", "waiting", "retrying"]),
      entries: z.int(),
      failed: z.int(),
    })
    .optional()
    .meta({ description: "What runs did at it. Absent: none came to it, or none was asked for." }),
});

/** A workflow's steps and the ways between them. */
const Graph = z
  .object({
    workflowId: z.string(),
    version: z.int(),
    name: z.string(),
    triggers: z.array(z.string()),
    steps: z.int(),
    root: z.object({
      id: z.string(),
      label: z.string(),
      nodes: z.array(Node),
      edges: z.array(Edge),
    }),
    runs: z.int().optional().meta({ description: "Runs that are counted." }),
    text: z.array(z.string()).meta({ description: "The same in words." }),
  })
  .meta({ id: "Graph" });

const Shown = {
  format: z.enum(GRAPH_FORMATS, `must be one of ${GRAPH_FORMATS.join(", ")}`).optional(),
  theme: z.enum(["light", "dark"], "must be light or dark").default("light"),
};

const HOW =
  "As SVG, PNG, text of Mermaid or JSON, by `format` or else by `Accept`; JSON if nothing is said. Pictures have at most 500 steps.";
const MEDIA = [GRAPH_MEDIA.svg, GRAPH_MEDIA.png, GRAPH_MEDIA.mermaid];

/** Diagrams of workflows and runs. */
export const graphEndpoints = {
  getWorkflowGraph: endpoint({
    id: "getWorkflowGraph",
    method: "GET",
    path: "/api/workflows/:id/graph",
    summary: "The diagram of a version, by default the active one.",
    description: `${HOW} With \`runs\` it says how often the last runs of the version that the caller may see took each way.`,
    access: "token",
    params: ById,
    query: z.object({
      ...Shown,
      version: GivenVersion.optional(),
      runs: wholeNumber(0, MAX_RUNS, `must be a whole number from 0 to ${MAX_RUNS}`).default(0),
    }),
    body: noBody,
    answers: { 200: Graph },
    media: MEDIA,
    errors: ["workflow_not_found", "version_not_found", "limit_exceeded", "config_invalid"],
  }),
  getExecutionGraph: endpoint({
    id: "getExecutionGraph",
    method: "GET",
    path: "/api/executions/:id/graph",
    summary: "The diagram of an execution's version, with the path that it has taken.",
    description: HOW,
    access: "token",
    params: ById,
    query: z.object(Shown),
    body: noBody,
    answers: { 200: Graph },
    media: MEDIA,
    errors: ["execution_not_found", "version_not_found", "limit_exceeded", "config_invalid"],
  }),
};
