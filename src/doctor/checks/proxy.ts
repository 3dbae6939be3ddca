import type { DoctorContext } from "../context.ts";
import { type Check, type Finding, ok, problem } from "../finding.ts";

/** What of the environment sends requests elsewhere. Names and hosts only: a proxy's address may hold a password. */
export function proxyCheck({ env }: DoctorContext): Check {
  return { id: "proxy", title: "Proxy", run: async () => judgeProxy(env) };
}

/**
 * Pure.
 *
 * @internal exported for its test
 */
export function judgeProxy(env: DoctorContext["env"]): readonly Finding[] {
  const given = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"].filter(
    (name) => env[name],
  );
  if (given.length === 0) return [];
  const wrong = given.filter((name) => !URL.canParse(env[name] ?? ""));
  if (wrong.length > 0) {
    return wrong.map((name) =>
      problem(`${name} is no address.`, "Write it as http://proxy.example.com:8080, or unset it."),
    );
  }
  const hosts = given.map((name) => `${name} ${new URL(env[name] ?? "").host}`);
  const except = env["NO_PROXY"] || env["no_proxy"] ? ", with exceptions (NO_PROXY)" : "";
  return [ok(`${hosts.join(", ")}${except}`)];
}
