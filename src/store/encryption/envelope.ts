import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { AppError } from "../../shared/errors.ts";
import { LruMap } from "../../shared/lru-map.ts";
import { KEY_BYTES, type KeyRing, type MasterKey } from "./keys.ts";

const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Of nonces that are chosen at random, one key may meet 2^32 (NIST SP 800-38D, 8.3). */
const MAX_USES = 2 ** 31;
/** Data keys that are kept after they were unwrapped: one for each process and kind that wrote. */
const UNWRAPPED = 1000;

/** What stands before sealed bytes: `$sealed`, the envelope without its text, a line break. */
const BYTES_FORM = /^\$sealed v1\.([0-9a-f]{16})\.([\w-]+)\n/;
const MAX_HEAD_BYTES = 200;

const FORM = /^v1\.([0-9a-f]{16})\.([\w-]+)\.([\w-]+)$/;

/** What a text is bound to: in another record, or under another kind, it cannot be opened. */
export interface Identity {
  /** `call`, `log`, … */
  readonly kind: string;
  /** The record's own. */
  readonly id: string;
}

/** Seals texts in envelopes, `v1.<id of the key>.<wrapped data key>.<sealed text>`, and opens them. */
export interface Sealer {
  seal(identity: Identity, text: string): string;
  /** The same for bytes. */
  sealBytes(identity: Identity, bytes: Uint8Array): Buffer;
  openBytes(identity: Identity, sealed: Buffer): Buffer;
  /** Is the key with this id there? */
  has(keyId: string): boolean;
  /** @throws {AppError} `store_unavailable` for a text that was changed or belongs to another record, or whose key is not there. */
  open(identity: Identity, envelope: string): string;
}

/** The id of the key by which an envelope can be opened; `null`: it is none. */
export function keyIdOf(text: string): string | null {
  return FORM.exec(text)?.[1] ?? null;
}

/** The same for bytes. */
export function keyIdOfBytes(bytes: Buffer): string | null {
  return headOf(bytes)?.keyId ?? null;
}

function headOf(bytes: Buffer) {
  const text = bytes.subarray(0, MAX_HEAD_BYTES).toString("latin1");
  const [head, keyId, wrapped] = BYTES_FORM.exec(text) ?? [];
  if (head === undefined || keyId === undefined || wrapped === undefined) return null;
  return { keyId, wrapped, rest: bytes.subarray(head.length) };
}

/**
 * Seals by AES-256-GCM with a random nonce under a data key, one for each kind and process, which the first key of the ring wraps.
 * The identity of the record is bound to it as additional data.
 */
export function createSealer(ring: KeyRing): Sealer {
  const own = new Map<string, { readonly bytes: Buffer; readonly wrapped: string; uses: number }>();
  const unwrapped = new LruMap<string, Buffer>(UNWRAPPED);

  function dataKeyOf(kind: string): { readonly bytes: Buffer; readonly wrapped: string } {
    const known = own.get(kind);
    if (known !== undefined && known.uses < MAX_USES) {
      known.uses += 1;
      return known;
    }
    const bytes = randomBytes(KEY_BYTES);
    const wrapped = encrypt(ring.first.bytes, wrapping(kind), bytes).toString("base64url");
    const made = { bytes, wrapped, uses: 1 };
    own.set(kind, made);
    return made;
  }

  function unwrap(key: MasterKey, kind: string, wrapped: string): Buffer {
    const name = `${kind} ${key.id} ${wrapped}`;
    const bytes = unwrapped.get(name) ?? decrypt(key.bytes, wrapping(kind), decode(wrapped));
    unwrapped.set(name, bytes);
    return bytes;
  }

  function openWith(
    { kind, id }: Identity,
    keyId: string,
    wrapped: string,
    sealed: Buffer,
  ): Buffer {
    const key = ring.byId.get(keyId);
    if (key === undefined) throw missingKey(keyId);
    try {
      return decrypt(unwrap(key, kind, wrapped), binding(kind, id), sealed);
    } catch (error) {
      throw unreadable({ kind, id }, error);
    }
  }

  return {
    seal({ kind, id }, text) {
      const { bytes, wrapped } = dataKeyOf(kind);
      const sealed = encrypt(bytes, binding(kind, id), Buffer.from(text));
      return `v1.${ring.first.id}.${wrapped}.${sealed.toString("base64url")}`;
    },
    sealBytes({ kind, id }, plain) {
      const { bytes, wrapped } = dataKeyOf(kind);
      const head = Buffer.from(`$sealed v1.${ring.first.id}.${wrapped}\n`);
      return Buffer.concat([head, encrypt(bytes, binding(kind, id), plain)]);
    },
    openBytes(identity, sealed) {
      const { keyId = "", wrapped = "", rest = sealed } = headOf(sealed) ?? {};
      return openWith(identity, keyId, wrapped, rest);
    },
    has: (keyId) => ring.byId.has(keyId),
    open(identity, envelope) {
      const [, keyId = "", wrapped = "", sealed = ""] = FORM.exec(envelope) ?? [];
      return openWith(identity, keyId, wrapped, decode(sealed)).toString();
    },
  };
}

function unreadable({ kind, id }: Identity, cause: unknown): AppError {
  return new AppError({
    code: "store_unavailable",
    message: `What is stored as ${kind} ${id} cannot be decrypted: it was changed, is damaged, or was moved there from another record. Restore it from a backup.`,
    cause,
  });
}

/** The operator took a key away that is still needed. */
export function missingKey(keyId: string): AppError {
  return new AppError({
    code: "store_unavailable",
    message: `Some of what is stored is encrypted with the key ${keyId}, which ENCRYPTION_KEY does not hold. Add that key behind the first one, after a comma. Nothing was changed.`,
    details: { keyId },
  });
}

function wrapping(kind: string): Buffer {
  return Buffer.from(`heddle data key\0${kind}`);
}

function binding(kind: string, id: string): Buffer {
  return Buffer.from(`heddle record\0${kind}\0${id}`);
}

function decode(text: string): Buffer {
  return Buffer.from(text, "base64url");
}

function encrypt(key: Buffer, bound: Buffer, plain: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(bound);
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

function decrypt(key: Buffer, bound: Buffer, bytes: Buffer): Buffer {
  const nonce = bytes.subarray(0, NONCE_BYTES);
  const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(bound).setAuthTag(tag);
  const sealed = bytes.subarray(NONCE_BYTES + TAG_BYTES);
  return Buffer.concat([decipher.update(sealed), decipher.final()]);
}
