/** The form `v0=…` of `v0:time:body`, which Slack and Zoom share. */
export function versionZero(signature: string, timestamp: string) {
  return {
    headers: [signature],
    signatures: (value: string) => (value.startsWith("v0=") ? [value.slice(3)] : []),
    time: (headers: Readonly<Record<string, string>>) => headers[timestamp],
    before: (_headers: unknown, time: string) => `v0:${time}:`,
  };
}

/** A text that is not empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
