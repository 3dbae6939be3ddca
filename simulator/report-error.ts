/** Writes an internal error of the simulator to stderr. */
export function reportError(what: string, error: unknown): void {
  const detail = error instanceof Error ? (error.stack ?? error.message) : JSON.stringify(error);
  process.stderr.write(`${what}\n${detail}\n`);
}
