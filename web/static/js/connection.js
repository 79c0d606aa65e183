/** Tests what a session needs: the live socket, the player's frame, the clock. */
import { call } from "./api.js";
import { byId, data, shape, show, text } from "./dom.js";
import { h } from "./make.js";

/** @type {{player: string, title: string}} */
const page = data("page");
const ROUNDS = 5;
const PATIENCE_MS = 20_000; // on a line with 2 s there and back the player's page takes 6
const SKEW_MS = 2000; // a clock within this is right: a slow answer alone may look like half a second

/** @typedef {{ms: number, skew: number}} Round how long there and back, and how far our clock is ahead of theirs */

/** Ask the server for the time over a socket, some times; null where that does not go. @returns {Promise<Round | null>} */
function socketTest() {
  return new Promise((done) => {
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/api/v1/connection-test`);
    /** @type {Round[]} */
    const rounds = [];
    let sent = 0;
    const ask = () => {
      sent = Date.now();
      socket.send("ping");
    };
    const end = () => {
      clearTimeout(late);
      socket.close();
      rounds.sort((a, b) => a.ms - b.ms);
      done(rounds[0] || null);
    };
    const late = window.setTimeout(end, PATIENCE_MS);
    socket.addEventListener("open", ask);
    socket.addEventListener("error", end);
    socket.addEventListener("close", end);
    socket.addEventListener("message", (event) => {
      const now = Date.now();
      rounds.push({ ms: now - sent, skew: Math.round((sent + now) / 2) - JSON.parse(event.data).ms });
      if (rounds.length < ROUNDS) ask();
      else end();
    });
  });
}

/** Whether a frame of ours opens and plays. @returns {Promise<boolean>} */
function playerTest() {
  return new Promise((done) => {
    const frame = h("iframe", { src: page.player, title: page.title, allow: "autoplay", tabindex: -1 });
    const end = (/** @type {boolean} */ played) => {
      clearTimeout(late);
      removeEventListener("message", hear);
      frame.remove();
      done(played);
    };
    const hear = (/** @type {MessageEvent} */ event) => {
      if (event.origin === location.origin && event.data?.type === "played") end(event.data.played);
    };
    const late = window.setTimeout(() => end(false), PATIENCE_MS);
    addEventListener("message", hear);
    byId("frame").replaceChildren(frame);
  });
}

/** How far this clock is ahead where no socket tells: by an ordinary answer's own time, to the second. */
async function plainSkew() {
  const sent = Date.now();
  const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
  const date = answer?.headers.get("Date");
  return date ? Math.round((sent + Date.now()) / 2) - (Date.parse(date) + 500) : null;
}

/** @param {string} name @param {boolean} good @param {string} words */
function check(name, good, words) {
  const line = /** @type {HTMLElement} */ (byId("checks").querySelector(`[data-check=${name}]`));
  shape(line.querySelector("use"), good ? "yes" : "no");
  /** @type {HTMLElement} */ (line.querySelector("span")).textContent = words;
}

/** @param {number | null} skew */
function clockWords(skew) {
  if (skew === null) return text("clock_no");
  return Math.abs(skew) <= SKEW_MS ? text("clock_yes") : text("clock_off", { s: Math.round(Math.abs(skew) / 1000) });
}

async function start() {
  const button = /** @type {HTMLButtonElement} */ (byId("start"));
  button.disabled = true;
  for (const line of byId("checks").querySelectorAll("li")) shape(line.querySelector("use"), "waiting");
  show(byId("checks"), true);
  show(document.getElementById("before"), false);
  const [round, player] = await Promise.all([socketTest(), playerTest()]);
  const skew = round ? round.skew : await plainSkew();
  check("socket", !!round, round ? text("socket_yes", { ms: round.ms }) : text("socket_no"));
  check("player", player, text(player ? "player_yes" : "player_no"));
  check("clock", skew !== null && Math.abs(skew) <= SKEW_MS, clockWords(skew));
  const kept = await call("POST", "/me/connection-test", { socket: !!round, player, clock_skew_ms: skew ?? 0 });
  verdict(!!round && player, kept.ok, kept.status === 0);
  button.textContent = text("again");
  button.disabled = false;
}

/** @param {boolean} ready @param {boolean} kept @param {boolean} offline nothing was reached at all */
function verdict(ready, kept, offline) {
  const box = byId("verdict");
  show(byId("checks"), !offline);
  box.className = `say ${ready && kept ? "ok" : "warn"}`;
  /** @type {HTMLElement} */ (box.querySelector("strong")).textContent = text(offline ? "offline" : ready ? "ready" : "nearly");
  /** @type {HTMLElement} */ (box.querySelector("span")).textContent = offline ? "" : text(kept ? "kept" : "not_kept");
  show(box, true);
}

byId("start").addEventListener("click", start);
/** @type {HTMLButtonElement} */ (byId("start")).disabled = false;
