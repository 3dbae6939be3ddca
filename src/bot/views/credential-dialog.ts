import type { InputBlock, ModalView } from "@slack/types";
import type { CredentialView } from "../../engine/api/credentials.ts";
import { CREDENTIAL_KINDS } from "../../shared/credential-values.ts";
import { type Json, readOwn } from "../../shared/json.ts";
import { LIMITS } from "../../slack/limits.ts";
import { mentionPerson, showTime } from "../../slack/text.ts";
import { ACTION_IDS, DIALOG_IDS } from "../ids.ts";
import { contextBlock, section } from "./blocks/build.ts";
import { blockOf, fieldBlock, readFields, type ShownField } from "./blocks/inputs.ts";
import { plain } from "./dialog.ts";

/** Title of the dialog, which its notices have, too. */
export const CREDENTIAL_TITLE = "Set a credential";

export type CredentialKind = (typeof CREDENTIAL_KINDS)[number];

type Field = Pick<ShownField, "name" | "label" | "type"> & {
  readonly description?: string;
  readonly options?: readonly string[];
  readonly optional?: true;
  /** What stands in it first. */
  readonly value?: string;
};

const KINDS: Readonly<
  Record<CredentialKind, { readonly label: string; readonly fields: readonly Field[] }>
> = {
  bearer: {
    label: "Bearer token",
    fields: [{ name: "token", label: "Token", type: "string" }],
  },
  basic: {
    label: "User and password",
    fields: [
      { name: "username", label: "User", type: "string" },
      { name: "password", label: "Password", type: "string" },
    ],
  },
  apiKey: {
    label: "API key",
    fields: [
      {
        name: "in",
        label: "Where it is sent",
        type: "select",
        options: ["header", "query"],
        value: "header",
      },
      {
        name: "name",
        label: "Name of the header or parameter",
        description: "Such as X-Api-Key",
        type: "string",
      },
      {
        name: "prefix",
        label: "Word before the key",
        description: "Such as OAuth; with a space between",
        type: "string",
        optional: true,
      },
      { name: "value", label: "Key", type: "string" },
    ],
  },
  oauth2ClientCredentials: {
    label: "OAuth 2.0 client",
    fields: [
      { name: "tokenUrl", label: "Address that gives out tokens", type: "url" },
      { name: "clientId", label: "Client id", type: "string" },
      { name: "clientSecret", label: "Client secret", type: "string" },
      { name: "scope", label: "Scope", type: "string", optional: true },
      { name: "audience", label: "Audience", type: "string", optional: true },
    ],
  },
  awsSigV4: {
    label: "AWS signature",
    fields: [
      { name: "accessKeyId", label: "Access key id", type: "string" },
      { name: "secretAccessKey", label: "Secret access key", type: "string" },
      { name: "sessionToken", label: "Session token", type: "string", optional: true },
      { name: "region", label: "Region", description: "Such as eu-central-1", type: "string" },
      { name: "service", label: "Service", description: "Such as execute-api", type: "string" },
    ],
  },
  mtls: {
    label: "Client certificate",
    fields: [
      { name: "cert", label: "Certificate", description: "In PEM", type: "text" },
      { name: "key", label: "Private key", description: "In PEM", type: "text" },
      { name: "passphrase", label: "Passphrase of the key", type: "string", optional: true },
      {
        name: "ca",
        label: "Certificate of the authority",
        description: "In PEM; left empty, the system's are trusted",
        type: "text",
        optional: true,
      },
    ],
  },
};

const KIND_BLOCK = "kind";
const HOSTS = "hosts";
const TEST_URL = "testUrl";

/**
 * Asks for the values of a credential, which it never shows: what is there already can only be replaced.
 *
 * @param options - `existing`: what has this name now; `null`: nothing.
 */
export function credentialDialog({
  name,
  kind,
  existing,
}: {
  readonly name: string;
  readonly kind: CredentialKind;
  readonly existing: CredentialView | null;
}): ModalView {
  return {
    type: "modal",
    callback_id: DIALOG_IDS.credential,
    // The name alone: what is typed stands nowhere but in what Slack sends.
    private_metadata: name,
    title: plain(CREDENTIAL_TITLE, LIMITS.viewTitle),
    submit: plain("Set", LIMITS.viewTitle),
    close: plain("Cancel", LIMITS.viewTitle),
    blocks: [
      section(introduce(name, existing)),
      kindBlock(kind),
      ...KINDS[kind].fields.map(toBlock),
      toBlock({
        name: HOSTS,
        label: "Hosts that it may be sent to",
        description:
          "Such as api.example.com, separated by commas. *.example.com is everything below.",
        type: "string",
        value: existing?.hosts.join(", ") ?? "",
      }),
      toBlock({
        name: TEST_URL,
        label: "Address for tests",
        description: "What a test asks for by GET, such as https://api.example.com/user",
        type: "url",
        optional: true,
        value: existing?.testUrl ?? "",
      }),
      contextBlock(
        "It is stored encrypted, and shown to nobody again. Slack carries what you type here to me; what must not pass through Slack is set in the bot's environment.",
      ),
    ],
  };
}

function introduce(name: string, existing: CredentialView | null): string {
  const set = existing?.set ?? null;
  if (set === null) return `*${name}*`;
  const { by, at } = set;
  return `*${name}* was set by ${mentionPerson(by)} (${showTime(at)}). All of it is replaced; workflows that may use it still may. The values before are tried at their hosts where the new ones are refused, until these have worked once, for a week at most.`;
}

function kindBlock(kind: CredentialKind): InputBlock {
  const toOption = (one: CredentialKind) => ({
    text: plain(KINDS[one].label, LIMITS.optionText),
    value: one,
  });
  return {
    type: "input",
    block_id: KIND_BLOCK,
    // The fields follow from it.
    dispatch_action: true,
    label: plain("How it is proved who calls", LIMITS.inputLabel),
    element: {
      type: "static_select",
      action_id: ACTION_IDS.credentialKind,
      options: CREDENTIAL_KINDS.map(toOption),
      initial_option: toOption(kind),
    },
  };
}

function toBlock({ optional, value = "", ...field }: Field): InputBlock {
  return fieldBlock({ ...field, required: optional !== true, fits: true, value });
}

/** The kind that is chosen; `null`: none. */
export function readKind(values: unknown): CredentialKind | null {
  const chosen = readOwn(
    readOwn(readOwn(readOwn(values, KIND_BLOCK), ACTION_IDS.credentialKind), "selected_option"),
    "value",
  );
  return CREDENTIAL_KINDS.find((kind) => kind === chosen) ?? null;
}

/** What was filled in. */
export function readCredential(values: unknown): {
  readonly values: Json;
  readonly hosts: readonly string[];
  readonly testUrl: string | null;
} {
  const kind = readKind(values);
  const { fields } = readFields(values);
  const given = (name: string): string => {
    const { [name]: value } = fields;
    return typeof value === "string" ? value.trim() : "";
  };
  const members = (kind === null ? [] : KINDS[kind].fields).flatMap(({ name }) => {
    const { [name]: value } = fields;
    return typeof value === "string" && value !== "" ? [[name, value] as const] : [];
  });
  return {
    values: { kind: kind ?? "", ...Object.fromEntries(members) },
    hosts: given(HOSTS)
      .split(/[\s,;]+/)
      .filter((host) => host !== ""),
    testUrl: given(TEST_URL) || null,
  };
}

/** The block of a member, for what is wrong with it; `null`: the dialog has none. */
export function blockOfMember(member: string, kind: CredentialKind | null): string | null {
  const fields = kind === null ? [] : KINDS[kind].fields;
  const names = [HOSTS, TEST_URL, ...fields.map(({ name }) => name)];
  return names.includes(member) ? blockOf(member) : null;
}

/** A kind in words. */
export function nameOfKind(kind: string): string {
  const known = CREDENTIAL_KINDS.find((one) => one === kind);
  return known === undefined ? kind : KINDS[known].label;
}
