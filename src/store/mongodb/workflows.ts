import type { VersionRecord, VersionSummary, WorkflowStore } from "../../engine/ports/workflows.ts";
import { createWorkflows, WORKFLOWS } from "../records.ts";
import { SCHEMA_VERSION, type VersionDocument } from "./collections.ts";
import type { Connection } from "./connection.ts";
import { recordCollection } from "./record-collection.ts";
import { newInsertId, readJson, time, toDate } from "./values.ts";

/** Workflows and their numbered, unchanging versions. */
export function openWorkflows(connection: Connection): WorkflowStore {
  const { versions } = connection.collections;
  const inserts = connection.inserts<VersionDocument>("versions");
  return createWorkflows(recordCollection(connection, WORKFLOWS), {
    insertVersion: (version) => inserts.add(toVersionDocument(version)),
    async getVersion(workflowId, version) {
      const document = await connection.ask(() =>
        versions.findOne({ _id: versionId(workflowId, version) }),
      );
      return (
        document && {
          ...toSummary(document),
          definition: readJson(document.definition),
          ...(document.pins !== undefined && { pins: readJson(document.pins) }),
        }
      );
    },
    async listVersions(workflowId) {
      const documents = await connection.ask(() =>
        versions
          .find({ workflow: workflowId }, { projection: { definition: 0, pins: 0 } })
          .sort({ workflow: 1, version: -1 })
          .toArray(),
      );
      return documents.map(toSummary);
    },
  });
}

/**
 * The number is last and a workflow's id has no `@`, so that two versions never meet under one id.
 */
function versionId(workflowId: string, version: number): string {
  return `${workflowId}@${version}`;
}

/** A version as it is inserted. */
export function toVersionDocument(record: VersionRecord): VersionDocument {
  return {
    _id: versionId(record.workflowId, record.version),
    schemaVersion: SCHEMA_VERSION,
    insertId: newInsertId(),
    workflow: record.workflowId,
    version: record.version,
    contentHash: record.contentHash,
    deployedBy: record.deployedBy,
    deployedAt: toDate(record.deployedAt),
    definition: JSON.stringify(record.definition),
    ...(record.pins !== undefined && { pins: JSON.stringify(record.pins) }),
  };
}

function toSummary(document: Omit<VersionDocument, "definition" | "pins">): VersionSummary {
  return {
    workflowId: document.workflow,
    version: document.version,
    contentHash: document.contentHash,
    deployedBy: document.deployedBy,
    deployedAt: time(document.deployedAt),
  };
}
