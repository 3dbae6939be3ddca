import contentModeration from "../../../workflows/content-moderation.json" with { type: "json" };
import expenseApproval from "../../../workflows/expense-approval.json" with { type: "json" };
import incidentResponse from "../../../workflows/incident-response.json" with { type: "json" };
import leadEnrichment from "../../../workflows/lead-enrichment.json" with { type: "json" };
import ticketTriage from "../../../workflows/ticket-triage.json" with { type: "json" };
import { didYouMean } from "../../shared/did-you-mean.ts";
import { AppError } from "../../shared/errors.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { TemplateSummary } from "../api/workflows.ts";
import { Definition, triggersOf } from "../definition/schema.ts";

/**
 * The built-in templates by id: the shipped workflows without id and webhooks. They are part of the product: `WORKFLOWS_DIR` does
 * not change them.
 *
 * @internal exported for its test
 */
export const TEMPLATES: ReadonlyMap<string, JsonObject> = new Map([
  ["content-moderation", toTemplate(contentModeration)],
  ["data-enrichment", toTemplate(leadEnrichment)],
  ["expense-approval", toTemplate(expenseApproval)],
  ["incident-response", toTemplate(incidentResponse)],
  ["ticket-triage", toTemplate(ticketTriage)],
]);

/** A webhook's path belongs to one workflow: with it, the template could not be deployed beside the shipped workflow. */
function toTemplate(
  shipped: JsonObject & { readonly triggers: readonly JsonObject[] },
): JsonObject {
  const { id: _id, triggers, ...template } = shipped;
  return { ...template, triggers: triggers.filter(({ type }) => type !== "webhook") };
}

/** Describes the built-in templates, by id. */
export function listTemplates(): readonly TemplateSummary[] {
  return [...TEMPLATES].map(([id, template]) => {
    const definition = Definition.parse({ ...template, id });
    return {
      id,
      name: definition.name,
      description: definition.description ?? null,
      triggers: triggersOf(definition).map((trigger) => trigger.type),
      inputs: Object.keys(definition.inputs ?? {}),
      steps: definition.steps.length,
    };
  });
}

/**
 * Makes a definition from a template: id `<template>-<milliseconds>`, version 1. Nothing is deployed.
 *
 * @param overrides - replace members of the definition whole, id and version too.
 * @param now - milliseconds since 1970.
 * @throws {AppError} `template_not_found`, naming the nearest.
 */
export function fromTemplate(templateId: string, overrides: JsonObject, now: number): JsonObject {
  const template = TEMPLATES.get(templateId);
  if (template === undefined) {
    const known = [...TEMPLATES.keys()];
    throw new AppError({
      code: "template_not_found",
      message: `There is no template "${templateId.slice(0, 80)}".${didYouMean(templateId, known)} There are: ${known.join(", ")}.`,
    });
  }
  return { ...structuredClone(template), id: `${templateId}-${now}`, version: 1, ...overrides };
}
