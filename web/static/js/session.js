/** The delegate's page: am I in, am I counted, what is on. The server drew it; this keeps it true. */
import { call } from "./api.js";
import { byId, clock, data, fill, shape, show, speak, text } from "./dom.js";
import { connect } from "./live.js";

/** @typedef {{id: string, provider: string, embed_url: string | null, link_url: string | null, name: string, company: string, needs_click: boolean, elsewhere: boolean, text: string | null, phone: string | null}} Source */

const page = data("page");
/** The meeting in which one may speak, beside what is on. @type {Source} */
const beside = data("beside");
/** What the page says of itself: look, shape, sentence, reason, whether one may try again. */
const says = data("says");
const skew = page.now - Date.now();
const live = connect(page.slug, { viewer: !page.invited });
const lang = document.documentElement.lang;
const device = matchMedia("(pointer: coarse)").matches ? "phone" : "desktop";
/** Providers that the viewer agreed to, in this page only. @type {string[]} */
const agreed = [];

let { state, starts_at: starts, ends_at: ends } = page;
/** @type {Source | null} */
let source = page.source;
/** @type {Source | null} */
let meeting;
/** @type {{reason: string, position?: number, opens_at?: string} | null} */
let waiting = null;
/** How the line stands; `at` is when it broke. */
let line = { state: "", at: 0, code: 0, reason: "" };
let since = 0;
let lost = false;
let back = false;
/** The name of where the person left to. */
let left = "";
let said = "";
/** @type {number | undefined} */
let patience;

const now = () => Date.now() + skew;
/** @param {string} id @param {string} words */
const put = (id, words) => (byId(id).textContent = words);
/** @param {string} id @param {() => void} work @param {string} [event] */
const when = (id, work, event = "click") =>
  document.getElementById(id)?.addEventListener(event, (happened) => {
    happened.preventDefault();
    work();
  });

/* ---- am I in, am I counted ---- */

/** "dans 12 minutes". @param {number} ms */
function ahead(ms) {
  const units = /** @type {const} */ ([["day", 864e5], ["hour", 36e5], ["minute", 6e4], ["second", 1e3]]);
  const [unit, size] = units.find(([, one]) => ms > 1.5 * one) || units[3];
  return new Intl.RelativeTimeFormat(lang).format(Math.max(0, Math.ceil(ms / size)), unit);
}

/** The first of these that the page can say. @param {...unknown} keys */
const first = (...keys) => String(keys.find((key) => says[String(key)]));

function standing() {
  if (line.state === "stopped") return first(`${line.code}_${line.reason}`, line.code, "stopped");
  if (left) return "elsewhere";
  if (line.state && line.state !== "up") return first(line.code, since ? line.state : "never");
  if (waiting) return `waiting_${waiting.reason}`;
  if (!line.state && state !== "ended") return state === "scheduled" ? state : "connecting";
  return first(back && `${state}_back`, `${state}_${device}`, state);
}

function tell() {
  const key = standing();
  const opens = waiting?.opens_at ? Date.parse(waiting.opens_at) : page.doors_at;
  const [look, form, sentence, more = "", again] = says[key];
  const words = fill(sentence, {
    broke: clock(line.at + skew), opens: clock(opens), in: ahead(opens - now()), starts: clock(starts),
    since: clock(since), name: left, position: waiting?.position,
  });
  const box = byId("status");
  box.className = `say counted ${look}`;
  shape(box.querySelector("use"), form);
  const [strong, small] = /** @type {NodeListOf<HTMLElement>} */ (box.querySelectorAll("strong, .small"));
  strong.textContent = words;
  small.textContent = more;
  show(byId("retry"), again);
  const place = `${key}${waiting?.position || ""}`;
  if (said !== place) speak(words);
  said = place;
}

/* ---- state and times ---- */

/** @param {string} next */
function enter(next) {
  if (next === "live" && state === "doors") since = now();
  document.body.dataset.state = state = next;
}

/** @param {string} zone */
const city = (zone) => (zone.split("/").pop() || "").replace(/_/g, " ");

/** Own time first where it differs from the summit's. */
function times() {
  /** @param {string} [zone] */
  const range = (zone) => `${clock(starts, zone)} – ${clock(ends, zone)}`;
  const [from, to] = byId("times").querySelectorAll("time");
  from.textContent = clock(starts, page.zone);
  to.textContent = clock(ends, page.zone);
  if (range() === range(page.zone)) return;
  show(document.getElementById("zones"), false);
  put("own", text("own_time", { times: range(), city: city(Intl.DateTimeFormat().resolvedOptions().timeZone) }));
  for (const time of document.querySelectorAll("time[data-own]")) {
    const at = time.getAttribute("datetime") || "";
    const small = /** @type {Element} */ (time.nextElementSibling);
    time.textContent = clock(at);
    small.textContent = `${clock(at, page.zone)} ${city(page.zone)}`;
    show(small, true);
  }
}

/* ---- what is on ---- */

/** @param {Source | null} next */
function shift(next) {
  if (JSON.stringify(next) === JSON.stringify(source)) return;
  const other = next?.id !== source?.id;
  source = next;
  draw();
  if (!other) return;
  play();
  speak(text("switched", { name: source?.name || source?.text }));
  if (source?.embed_url && agreed.includes(source.provider)) load();
}

/** A part of the page is about a source, or hidden. @param {string} id @param {Source | null | false} about */
function part(id, about) {
  show(byId(id), Boolean(about));
  if (about) for (const slot of byId(id).querySelectorAll("[data-t]")) slot.textContent = text(slot.getAttribute("data-t") || "", { ...about });
}

/** @param {string} id @param {string | null} [href] */
function link(id, href) {
  const anchor = /** @type {HTMLAnchorElement} */ (byId(id));
  anchor.href = href || "";
  show(anchor, Boolean(href));
  return anchor;
}

function draw() {
  meeting = waiting ? null : source?.elsewhere ? source : beside.id ? beside : null;
  byId("why").dataset.t = source?.needs_click ? "video_company" : "video_own";
  part("video", source?.embed_url ? source : null);
  part("leave", meeting);
  part("text", source?.provider === "text" && source);
  show(byId("nothing"), !source && waiting?.reason !== "seats");
  link("go", meeting?.link_url);
  link("open", source?.link_url);
  put("words", source?.text || "");
  const phone = source?.phone;
  const dial = link("dial", phone && `tel:${phone.replace(/[^+\d]/g, "")}`);
  /** @type {Element} */ (dial.lastElementChild).textContent = phone || "";
}

/** The player's frame, or none. @param {HTMLIFrameElement} [frame] */
function play(frame) {
  clearTimeout(patience);
  put("blocked", "");
  byId("screen").replaceChildren(...(frame ? [frame] : []));
  byId("video").className = frame ? "player on" : "player";
  live.player(frame ? "opened" : "closed");
}

function load() {
  if (!source) return;
  const { id, name, provider } = source;
  const made = /** @type {HTMLTemplateElement} */ (byId("frame")).content.cloneNode(true);
  const frame = /** @type {HTMLIFrameElement} */ (made.firstChild);
  frame.title = text("video_title", { title: document.querySelector("h1")?.textContent, name });
  frame.src = `/s/${page.slug}/player?source=${id}&lang=${lang}`;
  frame.onload = () => clearTimeout(patience);
  agreed.push(provider);
  play(frame);
  patience = window.setTimeout(() => put("blocked", text("video_blocked", { name })), 15_000);
}

when("load", load);
when("close", () => play());
when("without", () => {
  byId("video").className = "player quiet";
  put("why", text("video_none"));
});
byId("go").addEventListener("click", () => {
  call("POST", `/sessions/${page.slug}/source:open?source=${meeting?.id}`, undefined, { keepalive: true });
  if (!page.invited) return;
  live.leave();
  left = meeting?.name || "";
  tell();
});
when("copy", async () => {
  const name = byId("screen-name");
  getSelection()?.selectAllChildren(name);
  const done = await navigator.clipboard?.writeText(name.textContent || "").then(() => "copied", () => "not_copied");
  put("copy", text(done || "not_copied"));
});
when("retry", () => {
  line.state = "";
  live.retry();
  tell();
});

/* ---- the floor ---- */

let asked = "";

/** Over the socket, else over HTTP. @param {object} message @param {string} path @param {object} [body] */
function ask(message, path, body) {
  if (!live.send(/** @type {{type: string}} */ (message))) call("POST", `/sessions/${page.slug}/floor${path}`, body);
}
when("floor-ask", () => {
  const subject = /** @type {HTMLInputElement} */ (byId("subject")).value;
  ask({ type: "floor.request", subject }, "", { subject });
}, "submit");
when("floor-drop", () => ask({ type: "floor.withdraw" }, `/${asked}:withdraw`));

/* ---- the line ---- */

/** @type {Record<string, (message: any) => void>} */
const hear = {
  welcome(message) {
    waiting = null;
    left = "";
    back ||= lost;
    if (lost || !since) since = Date.parse(message.since);
    lost = false;
    show(document.getElementById("floor"), true);
    Object.assign(beside, message.beside); // the page may be older than the opening of the doors
    enter(message.state);
    shift(message.source);
    draw();
  },
  waiting(message) {
    waiting = message;
    show(document.getElementById("floor"), message.reason === "doors");
    if (source) play();
    source = null;
    draw();
  },
  state(message) {
    if (message.cancelled !== page.cancelled) location.reload();
    starts = Date.parse(message.starts_at);
    ends = Date.parse(message.ends_at);
    times();
    enter(message.state);
  },
  source: (message) => shift(message.source),
  notice(message) {
    byId("notice").lang = message.lang;
    put("notice-text", message.text);
    show(byId("notice"), true);
  },
  floor(message) {
    asked = message.request;
    byId("floor").dataset.floor = message.state;
    put("floor-say", text(`floor_${message.state}`, message));
  },
};
for (const type of ["up", "unstable", "lost", "stopped"])
  hear[type] = (broken) => {
    line = { at: 0, code: 0, reason: "", ...broken, state: type };
    lost ||= type === "lost";
    document.body.dataset.line = type;
    if (type === "stopped") play();
  };
for (const [type, work] of Object.entries(hear))
  live.on(type, (message) => {
    work(message);
    tell();
  });
when("seen", () => show(byId("notice"), false));
setInterval(() => (waiting || state === "scheduled") && tell(), 1000);
times();
draw();
tell();
