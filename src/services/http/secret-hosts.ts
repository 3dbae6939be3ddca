import type { SecretUse, ServiceAction } from "../../engine/ports/service.ts";
import { AppError } from "../../shared/errors.ts";
import { matchesHost } from "../../shared/host-pattern.ts";
import type { JsonObject } from "../../shared/json.ts";
import { addresseeOf } from "../../shared/places/url-place.ts";
import { parseTemplate } from "../../shared/template-parser.ts";

/** Hosts to which a secret may be sent, by its name. One that is not named goes where a definition writes it in full. */
export type SecretHosts = Readonly<Record<string, readonly string[]>>;

type Problems = ReturnType<NonNullable<ServiceAction["checkSecrets"]>>;

/** What speaks against the secrets of a request: data that chooses its host, or a host that is not one of a secret's. */
export function secretHostProblems(
  { url }: JsonObject,
  secrets: readonly SecretUse[],
  hosts: SecretHosts,
): Problems {
  if (typeof url !== "string") return [];
  const names = [...new Set(secrets.map(({ name }) => name))];
  const addressee = addresseeOf(
    parseTemplate(url).parts.map((part) => {
      if (typeof part === "string") return part;
      return { template: part.join("."), isSecret: part[0] === "secrets", value: undefined };
    }),
  );
  if (addressee.kind === "secret") return [];
  if (addressee.kind === "written") {
    const refused = names.filter((name) => !mayGo(name, addressee.url, hosts));
    return refused.map((name) => ({
      path: ["url"],
      message: `may not lead to ${addressee.url.host}, since the request holds the secret ${name}, which may be sent to ${hostsOf(name, hosts)?.join(", ") ?? ""} alone`,
      fix: `Correct the address or the secret, or let the operator add the host to SECRET_${name}_HOSTS.`,
    }));
  }
  const free = names.filter((name) => hostsOf(name, hosts) === null);
  return free.map((name) => ({
    path: ["url"],
    message: `may not take its host from data, since the request holds the secret ${name}`,
    fix: `Write scheme and host in full: "https://api.example.com/orders/{{variables.id}}". If the host has to come from data, the operator says by SECRET_${name}_HOSTS where the secret may be sent.`,
  }));
}

/**
 * Lets a request with secrets go to no other host than theirs.
 *
 * @throws {AppError} `service_rejected`, before anything is sent.
 */
export function checkSecretHosts(
  url: URL,
  secrets: readonly SecretUse[],
  hosts: SecretHosts,
): void {
  const refused = secrets.find(({ name }) => !mayGo(name, url, hosts));
  if (refused === undefined) return;
  const { name } = refused;
  throw new AppError({
    code: "service_rejected",
    message: `The secret ${name} may not be sent to ${url.host}, and nothing was sent. It may go to ${hostsOf(name, hosts)?.join(", ") ?? "no host"}; the operator says so by SECRET_${name}_HOSTS.`,
  });
}

function mayGo(name: string, url: URL, hosts: SecretHosts): boolean {
  const own = hostsOf(name, hosts);
  return own === null || matchesHost(url, own);
}

/** `null`: the secret is bound to no hosts. */
function hostsOf(name: string, hosts: SecretHosts): readonly string[] | null {
  return Object.hasOwn(hosts, name) ? (hosts[name] ?? null) : null;
}
