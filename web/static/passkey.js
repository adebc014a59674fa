// Passkeys: a form that asks for one shows itself where the browser has them, and on the page that they are made for.
// Without this script it stays hidden, and the password does.

import { fromBase64, toBase64 } from "./base.js";

const decode = (text) => fromBase64(text.replace(/-/g, "+").replace(/_/g, "/").padEnd(Math.ceil(text.length / 4) * 4, "="));
const encode = (bytes) => toBase64(new Uint8Array(bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
const list = (text) => (text ? text.split(" ") : []).map((id) => ({ type: "public-key", id: decode(id) }));

// WeChat's own browser has the names and not the thing.
const canDo = (origin) => Boolean(globalThis.PublicKeyCredential && navigator.credentials && navigator.credentials.create && globalThis.isSecureContext)
  && location.origin === origin && !/MicroMessenger/i.test(navigator.userAgent);

async function readChallenge({ challenge, from }) {
  if (!from) return challenge;
  const answer = await fetch(from, { cache: "no-store" });
  return (await answer.json()).challenge;
}

async function sign(given) {
  const { id, rawId, type, response } = await navigator.credentials.get({
    publicKey: { challenge: decode(await readChallenge(given)), rpId: given.party, allowCredentials: list(given.known), userVerification: "required", timeout: 120000 },
  });
  return { id, rawId: encode(rawId), type, response: {
    authenticatorData: encode(response.authenticatorData), clientDataJSON: encode(response.clientDataJSON),
    signature: encode(response.signature), userHandle: response.userHandle ? encode(response.userHandle) : undefined,
  } };
}

async function make(given) {
  const { id, rawId, type, response } = await navigator.credentials.create({
    publicKey: {
      attestation: "none",
      authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
      challenge: decode(given.challenge),
      excludeCredentials: list(given.known),
      pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: "public-key", alg })),
      rp: { id: given.party, name: given.partyName },
      timeout: 120000,
      user: { id: new TextEncoder().encode(given.user), name: given.userName, displayName: given.userName },
    },
  });
  return { id, rawId: encode(rawId), type, response: {
    attestationObject: encode(response.attestationObject), clientDataJSON: encode(response.clientDataJSON),
  } };
}

async function ask(form) {
  const failed = form.querySelector("[data-failed]");
  const button = form.querySelector("button");
  failed.hidden = true;
  button.disabled = true;
  try {
    form.elements.answer.value = JSON.stringify(await (form.dataset.passkey === "make" ? make : sign)(form.dataset));
    form.submit();
  } catch {
    // Also where somebody thought better of it: the password is beside.
    failed.hidden = false;
    button.disabled = false;
    button.focus();
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!canDo(form.dataset.origin)) continue;
  form.hidden = false;
  form.closest("section").hidden = false;
  if (form.dataset.passkey === "offer") continue;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(form);
  });
}
