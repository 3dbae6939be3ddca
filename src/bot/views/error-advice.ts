import { ERROR_CODES, type ErrorCode, faultOf } from "../../shared/errors.ts";

/** What a person can do about an error of this code; codes of other releases count as ours. */
export function adviseOn(code: string): string {
  if (!isErrorCode(code)) return "Tell the operator of the bot; the log has the details.";
  if (code === "model_output_invalid") {
    return "Retry it; if it happens often, the author makes the prompt clearer or names a fallbackModel.";
  }
  switch (faultOf(code)) {
    case "user":
      return "Check what was given to the run and retry it with other values.";
    case "author":
      return "The workflow has to be corrected by its author; then start it again.";
    case "operator":
      return "The operator of the bot has to correct its configuration; then retry the run.";
    case "outside":
      return "The other side was in trouble. Retry the run when it has recovered.";
    case "internal":
      return "Tell the operator of the bot; the log has the details.";
  }
}

function isErrorCode(code: string): code is ErrorCode {
  return ERROR_CODES.includes(code);
}
