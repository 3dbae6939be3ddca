import {
  BSON,
  MongoAPIError,
  MongoError,
  MongoNetworkError,
  MongoNetworkTimeoutError,
  MongoNotConnectedError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
} from "mongodb";
import { AppError, asAppError } from "../../shared/errors.ts";
import { networkCode } from "../../shared/network-error.ts";

/** Codes of MongoDB's `error_codes.yml`. */
const BAD_VALUE = 2;
const FAILED_TO_PARSE = 9;
const UNAUTHORIZED = 13;
const TYPE_MISMATCH = 14;
const AUTHENTICATION_FAILED = 18;
export const DUPLICATE_KEY = 11_000;
const BSON_OBJECT_TOO_LARGE = 10_334;
/** What Atlas answers to a wrong password. */
const ATLAS_ERROR = 8000;

/**
 * The server understood and refused what it was sent: no later time and no other server would take
 * it.
 */
const OWN_FAULTS: readonly unknown[] = [
  BAD_VALUE,
  FAILED_TO_PARSE,
  TYPE_MISMATCH,
  BSON_OBJECT_TOO_LARGE,
];

/** The server takes no writes at the moment: it is not the primary, or is about not to be. */
const NOT_PRIMARY: readonly unknown[] = [10_107, 10_058, 11_602, 13_435, 13_436, 189];

/**
 * Of MongoDB's specification of retryable reads, besides those: it stopped in the middle, or lost
 * sight of the others.
 */
const PASSING: readonly unknown[] = [6, 7, 89, 91, 134, 262, 9001, 11_600];

/** True if a document with this unique key is there already. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof MongoError && error.code === DUPLICATE_KEY;
}

/**
 * True if the connection broke or the server was about to step down: the same call has a good
 * chance at once, over another connection. A call that waited for its time-out is not repeated: its
 * caller has waited long enough.
 */
export function isWorthRepeating(error: unknown): boolean {
  if (isOfSocket(error)) return true;
  if (error instanceof MongoNetworkTimeoutError) return false;
  if (error instanceof MongoNetworkError) return true;
  if (!(error instanceof MongoServerError)) return false;
  if (NOT_PRIMARY.includes(error.code) || PASSING.includes(error.code)) return true;
  return error.hasErrorLabel("RetryableWriteError");
}

/**
 * True if the call may have done its work all the same; false if it certainly never reached a
 * server that does such work.
 */
export function mayHaveHappened(error: unknown): boolean {
  if (error instanceof MongoServerSelectionError) return false;
  // A call that waited in vain for a free connection; the driver does not export the class.
  if (error instanceof MongoError && error.name === "MongoWaitQueueTimeoutError") return false;
  return !(error instanceof MongoServerError && NOT_PRIMARY.includes(error.code));
}

/**
 * What a caller of the store gets for an error of the driver: `store_unavailable` with what to do
 * about it; `internal` for what no operator can mend. Messages of the driver may hold parts of the
 * URI, so they are kept as the cause and never shown.
 *
 * @param name - what the message calls the database: servers and name, without credentials.
 */
export function toStoreError(error: unknown, name: string): AppError {
  if (error instanceof AppError || isOwnFault(error)) return asAppError(error);
  const code = error instanceof MongoError ? error.code : undefined;
  const remedy = remedyOf(code);
  if (remedy === null) return unconfirmed(name, error);
  return new AppError({
    code: "store_unavailable",
    message: `The database (${name}) ${remedy}`,
    details: { mongoCode: code ?? null },
    cause: error,
  });
}

/** It is unknown whether it happened, and the same call may be made again. */
export function unconfirmed(name: string, cause?: unknown): AppError {
  const code = cause instanceof MongoError ? cause.code : undefined;
  return new AppError({
    code: "store_unavailable",
    message: `The database (${name}) does not answer at the moment. Nothing that was accepted is lost; try again soon.`,
    retryable: true,
    outcomeUnknown: cause === undefined || mayHaveHappened(cause),
    ...(code !== undefined && { details: { mongoCode: code } }),
    cause,
  });
}

/**
 * True if the error lies in the call; false if the database could not do it, for this or any other
 * call.
 */
export function isOwnFault(error: unknown): boolean {
  if (error instanceof MongoNotConnectedError || error instanceof MongoTopologyClosedError)
    return false;
  if (error instanceof MongoAPIError || error instanceof BSON.BSONError) return true;
  if (error instanceof MongoServerError) return OWN_FAULTS.includes(error.code);
  return !(error instanceof MongoError || isOfSocket(error));
}

/** What a stream says of itself, besides the codes of the system. */
const STREAM_CODES: readonly string[] = ["ERR_STREAM_DESTROYED", "ERR_STREAM_WRITE_AFTER_END"];

/**
 * True for an error of the socket that the driver passes on as it is: where it writes to a connection which the server has just
 * closed (`Connection.writeCommand`), Node throws `EPIPE`.
 */
function isOfSocket(error: unknown): boolean {
  if (error instanceof MongoError || !(error instanceof Error)) return false;
  const code = networkCode(error) ?? "";
  return /^E[A-Z]+$/.test(code) || STREAM_CODES.includes(code);
}

function remedyOf(code: number | string | undefined): string | null {
  switch (code) {
    case AUTHENTICATION_FAILED:
    case ATLAS_ERROR:
      return "refuses the user or the password of MONGODB_URI. Correct them; special characters in a password must be percent-encoded.";
    case UNAUTHORIZED:
      return "does not let the user of MONGODB_URI do this. Give that user the role readWrite on this database.";
    default:
      return null;
  }
}
