import { didYouMean } from "../../shared/did-you-mean.ts";
import { AppError } from "../../shared/errors.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { TemplateSummary } from "../api/workflows.ts";
import { Definition, triggersOf } from "../definition/schema.ts";
import { TEMPLATES } from "./templates/index.ts";

/** What the built-in templates are, by id. */
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
 * A definition made from a template: id `<template>-<milliseconds>`, version 1. Nothing is deployed.
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
