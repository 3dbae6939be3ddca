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
  /** Is the key with this id there? */
  has(keyId: string): boolean;
  /** @throws {AppError} `store_unavailable` for a text that was changed or belongs to another record, or whose key is not there. */
  open(identity: Identity, envelope: string): string;
}

/** The id of the key by which an envelope can be opened; `null`: it is none. */
export function keyIdOf(text: string): string | null {
  return FORM.exec(text)?.[1] ?? null;
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
    const made = { bytes, wrapped: encrypt(ring.first.bytes, wrapping(kind), bytes), uses: 1 };
    own.set(kind, made);
    return made;
  }

  function unwrap(key: MasterKey, kind: string, wrapped: string): Buffer {
    const name = `${kind} ${key.id} ${wrapped}`;
    const bytes = unwrapped.get(name) ?? decrypt(key.bytes, wrapping(kind), wrapped);
    unwrapped.set(name, bytes);
    return bytes;
  }

  return {
    seal({ kind, id }, text) {
      const { bytes, wrapped } = dataKeyOf(kind);
      const sealed = encrypt(bytes, binding(kind, id), Buffer.from(text));
      return `v1.${ring.first.id}.${wrapped}.${sealed}`;
    },
    has: (keyId) => ring.byId.has(keyId),
    open({ kind, id }, envelope) {
      const [, keyId = "", wrapped = "", sealed = ""] = FORM.exec(envelope) ?? [];
      const key = ring.byId.get(keyId);
      if (key === undefined) throw missingKey(keyId);
      try {
        return decrypt(unwrap(key, kind, wrapped), binding(kind, id), sealed).toString();
      } catch (error) {
        throw new AppError({
          code: "store_unavailable",
          message: `What is stored as ${kind} ${id} cannot be decrypted: it was changed, is damaged, or was moved there from another record. Restore it from a backup.`,
          cause: error,
        });
      }
    },
  };
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

function encrypt(key: Buffer, bound: Buffer, plain: Buffer): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(bound);
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64url");
}

function decrypt(key: Buffer, bound: Buffer, text: string): Buffer {
  const bytes = Buffer.from(text, "base64url");
  const nonce = bytes.subarray(0, NONCE_BYTES);
  const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(bound).setAuthTag(tag);
  const sealed = bytes.subarray(NONCE_BYTES + TAG_BYTES);
  return Buffer.concat([decipher.update(sealed), decipher.final()]);
}
