// What people hold in their hands: an authenticator app (RFC 6238), and a browser with a passkey (WebAuthn 3).
import { createHash, createHmac, generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** Return codes of a secret that are good now; no two of the same step. */
export function app(secret: string): () => string {
  const bits = [...secret].map((one) =>
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(one).toString(2).padStart(5, "0"),
  );
  const key = Buffer.from((bits.join("").match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const steps = [0, 1, -1];
  return () => {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + (steps.shift() ?? 0)));
    const digest = createHmac("sha1", key).update(counter).digest();
    const number = digest.readUInt32BE((digest.at(-1) ?? 0) & 15) & 0x7fffffff;
    return String(number % 1_000_000).padStart(6, "0");
  };
}

const text = (bytes: Uint8Array | string) => Buffer.from(bytes).toString("base64url");
const sha256 = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest();
const [PRESENT_AND_VERIFIED, ATTESTED] = [0x05, 0x40];

/** What a browser on a page of `origin` has: `navigator.credentials` and `PublicKeyCredential`, with one passkey. */
export class Browser {
  readonly #origin: string;
  readonly #id = randomBytes(16);
  readonly #pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  #user = "";

  constructor(origin: string) {
    this.#origin = origin;
  }

  readonly PublicKeyCredential = {
    parseCreationOptionsFromJSON: (options: unknown) => options,
    parseRequestOptionsFromJSON: (options: unknown) => options,
  };

  readonly navigator = {
    credentials: {
      create: async ({ publicKey }: { publicKey: { challenge: string; user: { id: string } } }) => {
        this.#user = publicKey.user.id;
        return this.#credential({
          clientDataJSON: text(this.#said("webauthn.create", publicKey.challenge)),
          attestationObject: text(this.#attested()),
        });
      },
      get: async ({ publicKey }: { publicKey: { challenge: string } }) => {
        const said = this.#said("webauthn.get", publicKey.challenge);
        const data = this.#data(PRESENT_AND_VERIFIED);
        const signature = sign("sha256", Buffer.concat([data, sha256(said)]), this.#pair.privateKey);
        return this.#credential({
          clientDataJSON: text(said),
          authenticatorData: text(data),
          signature: text(signature),
          userHandle: this.#user,
        });
      },
    },
  };

  #credential(response: Record<string, string>) {
    const id = text(this.#id);
    return {
      toJSON: () => ({
        type: "public-key",
        id,
        rawId: id,
        response,
        clientExtensionResults: { credProps: { rk: true } },
      }),
    };
  }

  #said(type: string, challenge: string): string {
    return JSON.stringify({ type, challenge, origin: this.#origin, crossOrigin: false });
  }

  #data(flags: number): Buffer {
    return Buffer.concat([sha256(new URL(this.#origin).hostname), Buffer.from([flags]), Buffer.alloc(4)]);
  }

  /** CBOR by hand (RFC 8949): `{fmt: "none", attStmt: {}, authData}`, with a COSE key of P-256 (RFC 9053). */
  #attested(): Buffer {
    const { x = "", y = "" } = this.#pair.publicKey.export({ format: "jwk" });
    const point = [x, y].map((half) => Buffer.from(half, "base64url")) as [Buffer, Buffer];
    const cose = Buffer.concat([
      Buffer.from("a5010203262001215820", "hex"),
      point[0],
      Buffer.from("225820", "hex"),
      point[1],
    ]);
    const id = Buffer.concat([Buffer.alloc(16), Buffer.from([0, this.#id.length]), this.#id]);
    const data = Buffer.concat([this.#data(PRESENT_AND_VERIFIED | ATTESTED), id, cose]);
    const before = "a363666d74646e6f6e656761747453746d74a0686175746844617461";
    return Buffer.concat([Buffer.from(before, "hex"), Buffer.from([0x58, data.length]), data]);
  }
}
