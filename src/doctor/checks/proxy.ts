import type { ProxySettings } from "../../slack/proxy.ts";
import type { DoctorContext } from "../context.ts";
import { type Check, type Finding, ok } from "../finding.ts";

/** What goes through a proxy. Names and hosts only: its address may hold a password. */
export function proxyCheck({ config, env }: DoctorContext): Check {
  const isForAll = env["NODE_USE_ENV_PROXY"] === "1";
  return {
    id: "proxy",
    title: "Proxy",
    run: async () => judgeProxy(config.slack.proxy, isForAll),
  };
}

/**
 * Pure.
 *
 * @internal exported for its test
 */
export function judgeProxy(proxy: ProxySettings | null, isForAll: boolean): readonly Finding[] {
  if (proxy === null) return [];
  const { http, https, except } = proxy;
  const hosts = [...new Set([https, http].filter((url) => url !== null))].map(
    (url) => new URL(url).host,
  );
  const exceptions = except === null ? "" : ", but for NO_PROXY";
  const model = isForAll ? "" : "; models are reached directly, unless NODE_USE_ENV_PROXY=1";
  return [ok(`Slack is reached through ${hosts.join(" and ")}${exceptions}${model}`)];
}
