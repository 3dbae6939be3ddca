/** What a check of a chaos run found: a count for each thing that was checked, and everything that is wrong. */
export class Findings {
  readonly counts = new Map<string, number>();
  readonly problems: string[] = [];

  count(what: string, by = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + by);
  }

  /** Something was lost, doubled or wrong. */
  problem(text: string): void {
    this.problems.push(text);
  }
}
