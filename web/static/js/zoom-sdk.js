/** A Zoom meeting in our page. Nothing is asked from Zoom, not even its program, before the click. */
import { call } from "./api.js";
import { byId, data, show, text } from "./dom.js";

/**
 * @typedef {{signature: string, meeting_number: string, password: string, user_name: string, user_email: string | null, tk: string | null, customer_key: string}} Signed
 * @typedef {{init: (options: object) => Promise<unknown>, join: (options: object) => Promise<unknown>, on: (event: string, heard: (told: {state?: string, reason?: string, errorCode?: number}) => void) => void}} Client
 */

const VERSION = "6.2.0";
const FROM = "https://source.zoom.us";
/** In the order in which Zoom's sample loads them. */
const SCRIPTS = [
  ...["react", "react-dom", "redux", "redux-thunk", "lodash"].map((name) => `${FROM}/${VERSION}/lib/vendor/${name}.min.js`),
  `${FROM}/zoom-meeting-embedded-${VERSION}.min.js`,
];
/** Milliseconds for one of them; a firewall that drops what we ask for never answers. */
const PATIENCE = 60_000;
/** @type {Record<string, string>} */
const LANGUAGES = { fr: "fr-FR", en: "en-US", nl: "nl-NL", de: "de-DE" };

const page = data("page");
const button = /** @type {HTMLButtonElement} */ (byId("join"));
const phone = matchMedia("(pointer: coarse)").matches || /Android|iPhone|iPad|Mobi/.test(navigator.userAgent);

/** What went wrong, as a key of the page's texts, or Zoom's own number. */
class Trouble extends Error {}

/** @param {string} sentence @param {string} [look] */
function say(sentence, look = "") {
  const said = byId("said");
  said.className = `say ${look}`;
  /** @type {Element} */ (said.querySelector("strong")).textContent = sentence;
  show(said.querySelector("svg"), !look);
  show(said, true);
}

/** @param {string} src @returns {Promise<void>} */
const load = (src) =>
  new Promise((done, fail) => {
    const script = document.createElement("script");
    const failed = () => {
      script.remove();
      fail(new Trouble("unreachable"));
    };
    const late = setTimeout(failed, PATIENCE);
    script.onload = () => {
      clearTimeout(late);
      done();
    };
    script.onerror = failed;
    script.src = src;
    document.head.append(script);
  });

/** @returns {Promise<Client>} */
async function program() {
  const scope = /** @type {{ZoomMtgEmbedded?: {createClient: () => Client}}} */ (/** @type {unknown} */ (window));
  if (!scope.ZoomMtgEmbedded) for (const src of SCRIPTS) await load(src);
  if (!scope.ZoomMtgEmbedded) throw new Trouble("unreachable");
  return scope.ZoomMtgEmbedded.createClient();
}

/** @returns {Promise<Signed>} */
async function signed() {
  const answer = await call("POST", `/sessions/${page.slug}/zoom:sign?source=${page.source}`);
  if (answer.ok) return answer.body;
  throw new Trouble(answer.code === "offline" ? "offline" : "unsigned");
}

/** @param {Client} client */
async function enter(client) {
  await client.init({
    zoomAppRoot: byId("zoom"),
    language: LANGUAGES[document.documentElement.lang] || "en-US",
    patchJsMedia: true,
    leaveOnPageUnload: true,
    disableCORP: !window.crossOriginIsolated,
  });
  client.on("connection-change", (told) => {
    if (told.state !== "Closed") return;
    say(text(String(told.errorCode || "")) || text("left"), "away");
    again();
  });
  say(text("joining"));
  const who = await signed();
  await client.join({
    signature: who.signature,
    meetingNumber: who.meeting_number,
    password: who.password,
    userName: who.user_name,
    customerKey: who.customer_key,
    ...(who.user_email ? { userEmail: who.user_email } : {}),
    ...(who.tk ? { tk: who.tk } : {}),
  });
}

/** The sentence for whatever was thrown: ours, or what the SDK says. @param {any} thrown */
function reason(thrown) {
  if (thrown instanceof Trouble) return text(thrown.message);
  const code = String(thrown?.errorCode ?? thrown?.error?.errorCode ?? thrown?.type ?? thrown?.name ?? "?");
  return text(code) || text("other", { code });
}

function again() {
  button.disabled = false;
  show(byId("choice"), true);
}

button.onclick = async () => {
  button.disabled = true;
  say(text("loading"));
  try {
    await enter(await program());
  } catch (thrown) {
    say(reason(thrown), "err");
    again();
    return;
  }
  say(text("joined"), "ok");
  show(byId("choice"), false);
  call("POST", `/sessions/${page.slug}/source:open?source=${page.source}`, undefined, { keepalive: true });
};

show(byId("phone"), phone);
show(byId("terms"), !phone);
show(button, !phone);
button.disabled = phone;
