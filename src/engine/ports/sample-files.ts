/** Where labelled samples are kept as files. */
export interface SampleFiles {
  /** Samples of a decision, a JSON object on each line, with the place for errors; `null`: there are none. */
  read(
    workflowId: string,
    stepId: string,
  ): Promise<{ readonly text: string; readonly place: string } | null>;
}
