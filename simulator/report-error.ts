/** Writes a fault of the simulator itself where its operator sees it. */
export function reportError(what: string, error: unknown): void {
  const detail = error instanceof Error ? (error.stack ?? error.message) : JSON.stringify(error);
  process.stderr.write(`${what}\n${detail}\n`);
}
