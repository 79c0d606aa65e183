/**
 * The player: its frame, the word "do not ask again", and what is next where it does not start.
 * Fetched with the first player, or where this browser keeps such a word; never before.
 */
import { call } from "./api.js";
import { keep, kept } from "./consent.js";
import { byId, show, text } from "./dom.js";

/** @typedef {import("./stage.js").Source} Source */
/** @typedef {{slug: string, source: () => Source | null, words: () => Source | null, light: () => boolean, put: (frame?: HTMLIFrameElement) => void, take: (next: Source | null) => void}} Stage */

const PATIENCE = 15_000; // ms until a frame that loads nothing counts as blocked
const lang = document.documentElement.lang;
const box = /** @type {HTMLInputElement} */ (byId("keep"));

/** @param {Stage} stage what the page does with the player */
export function player(stage) {
  /** Providers that the viewer agreed to, in this page only. @type {Set<string>} */
  const agreed = new Set();
  let source = stage.source();
  /** @type {HTMLIFrameElement | null} */
  let frame = null;
  /** @type {number | undefined} */
  let late;
  /** What the viewer went on to, and from what. @type {{next: Source, from: Source} | null} */
  let taken = null;

  /** A note that nothing is asked again, with the way back. */
  function draw() {
    const until = source && kept()[source.provider];
    show(byId("kept"), Boolean(until));
    if (!until) return;
    const day = new Date(until).toLocaleDateString(lang, { dateStyle: "long" });
    byId("kept-t").textContent = text("kept", { name: source?.name, until: day });
  }

  function drop() {
    clearTimeout(late);
    frame = null;
    stage.put();
  }

  function open() {
    if (!source?.embed_url) return;
    agreed.add(source.provider);
    const made = /** @type {HTMLTemplateElement} */ (byId("frame")).content.cloneNode(true);
    frame = /** @type {HTMLIFrameElement} */ (made.firstChild);
    const title = document.querySelector("h1")?.textContent;
    frame.title = text(`${document.body.dataset.player}_title`, { title, name: source.name });
    frame.src = `/s/${stage.slug}/player?source=${source.id}&lang=${lang}`;
    frame.onload = () => clearTimeout(late);
    clearTimeout(late);
    late = window.setTimeout(stuck, PATIENCE);
    stage.put(frame);
    back();
  }

  /** A sentence below the player, and what to press. @param {string} sentence @param {string} words @param {() => void} [work] */
  function tell(sentence, words, work) {
    const button = byId("next");
    byId("trouble-t").textContent = sentence;
    button.textContent = words;
    button.onclick = () => work?.();
    show(button, work);
    show(byId("trouble"), true);
  }

  /** The way back, as long as something else than what is on is followed. */
  function back() {
    show(byId("trouble"), false);
    if (!taken) return;
    const { from, next } = taken;
    tell(text("took", { name: from.name, next: next.label }), text("take_back", { name: from.name }), () => {
      taken = null;
      drop();
      stage.take(null);
      setTimeout(() => byId(frame ? "close" : "load").focus()); // once it is seen what stands there
    });
  }

  /** @param {Source} next @param {Source} from */
  function take(next, from) {
    const words = next.provider === "text";
    taken = words ? null : { next, from };
    drop();
    stage.take(next);
    if (words) byId("text").focus();
  }

  /** It does not start: only our own server is asked what is next in the session's order. */
  async function stuck() {
    const failed = source;
    if (!failed) return;
    const { ok, body } = await call("GET", `/sessions/${stage.slug}/source?after=${failed.id}&lang=${lang}`);
    if (source?.id !== failed.id) return;
    /** @type {Source | null} */
    const next = ok ? body : stage.words();
    const kind = !next ? "none" : next.provider === "text" ? "words" : "source";
    const words = { name: failed.name, next: next?.label };
    tell(text(`next_${kind}`, words), text(`take_${kind}`, words), next ? () => take(next, failed) : undefined);
  }

  addEventListener("message", ({ origin, source: from, data }) => {
    if (origin !== location.origin || !frame || from !== frame.contentWindow || data?.type !== "player") return;
    clearTimeout(late);
    if (data.state === "failed") stuck();
    else back();
  });
  byId("stuck").addEventListener("click", stuck);
  byId("forget").addEventListener("click", () => {
    if (!source) return;
    keep(source.provider, false);
    agreed.delete(source.provider);
    drop();
    draw();
  });

  return {
    /** The viewer asks for it. */
    load() {
      if (source && box.checked) keep(source.provider, true);
      box.checked = false;
      draw();
      open();
    },
    /** Another source stands there: it opens by itself where the viewer said so before. */
    face() {
      clearTimeout(late);
      source = stage.source();
      if (source?.id !== taken?.next.id) taken = null;
      frame = null;
      draw();
      back();
      if (source && !stage.light() && (agreed.has(source.provider) || source.provider in kept())) open();
    },
    drop,
  };
}
