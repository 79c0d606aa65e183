/** The delegate's page: am I in, am I counted, what is on. The server drew it; this keeps it true. */
import { call } from "./api.js";
import { byId, clock, data, fill, shape, show, speak, text, when } from "./dom.js";
import { connect } from "./live.js";
import { stage } from "./stage.js";

const page = data("page");
/** What the page says of itself: look, shape, sentence, reason, whether one may try again. */
const says = data("says");
const skew = page.now - Date.now();
const live = connect(page.slug, { viewer: !page.invited });
const device = matchMedia("(pointer: coarse)").matches ? "phone" : "desktop";
const scene = stage(page, live);
byId("page").textContent = ""; // what is on now is not on for ever: no address stays behind

let { state, starts_at: starts, ends_at: ends } = page;
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

const now = () => Date.now() + skew;
/** @param {string} id @param {string} words */
const put = (id, words) => (byId(id).textContent = words);

/* ---- am I in, am I counted ---- */

/** "dans 12 minutes". @param {number} ms */
function ahead(ms) {
  const units = /** @type {const} */ ([["day", 864e5], ["hour", 36e5], ["minute", 6e4], ["second", 1e3]]);
  const [unit, size] = units.find(([, one]) => ms > 1.5 * one) || units[3];
  return new Intl.RelativeTimeFormat(document.documentElement.lang).format(Math.max(0, Math.ceil(ms / size)), unit);
}

/** The first of these that the page can say. @param {...any} keys @returns {string} */
const first = (...keys) => keys.find((key) => says[key]);

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
  const opens = waiting?.opens_at ? Date.parse(waiting.opens_at) : page.doors_at - page.starts_at + starts;
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
  if (said !== (said = key + waiting?.position)) speak(words);
}

/* ---- state and times ---- */

/** @param {string} next */
function enter(next) {
  if (next === "live" && state === "doors") since = now();
  document.body.dataset.state = state = next;
}

/** The session's times, and whether they are other ones than planned; own time first where it differs from the summit's. */
function times() {
  const [from, to] = byId("times").querySelectorAll("time");
  from.textContent = clock(starts, page.zone);
  to.textContent = clock(ends, page.zone);
  put("shifted", text("shifted", { time: clock(starts), planned: clock(page.planned) }));
  show(byId("shifted"), starts !== page.planned);
  if (clock(starts) === clock(starts, page.zone)) return;
  import("./zones.js").then((part) => {
    put("own", part.ownRange(text("own_time"), page.zone, starts, ends));
    part.ownLists(page.zone, page.city);
  });
}

/* ---- leaving for a meeting ---- */

when("go", () => {
  const meeting = scene.meeting();
  if (!meeting) return;
  call("POST", `/sessions/${page.slug}/source:open?source=${meeting.id}`, undefined, { keepalive: true });
  if (!page.invited) return;
  live.leave();
  left = meeting.name;
  tell();
});
when("copy", async () => {
  const name = byId("screen-name");
  getSelection()?.selectAllChildren(name);
  try {
    await navigator.clipboard.writeText(name.textContent || "");
    put("copy", text("copied"));
  } catch {
    put("copy", text("not_copied"));
  }
});
when("retry", () => {
  line.state = "";
  live.retry();
  tell();
});

/* ---- the floor ---- */

const floor = () => import("./floor.js");
when("floor-send", (event) => {
  event.preventDefault();
  return floor().then((part) => part.ask(live, page.slug));
});
when("floor-drop", () => floor().then((part) => part.withdraw(live, page.slug)));

/* ---- the line ---- */

/** @type {Record<string, (message: any) => void>} */
const hear = {
  welcome(message) {
    if ((message.participant || "") !== page.participant) location.reload(); // somebody else's link was opened here
    waiting = null;
    left = "";
    back ||= lost;
    if (lost || !since) since = Date.parse(message.since);
    lost = false;
    show(byId("floor"), true);
    enter(message.state);
    scene.offer(message);
  },
  waiting(message) {
    waiting = message;
    show(byId("floor"), message.reason === "doors");
    scene.bar(message.reason);
  },
  state(message) {
    if (message.cancelled !== page.cancelled) location.reload();
    starts = Date.parse(message.starts_at);
    ends = Date.parse(message.ends_at);
    times();
    enter(message.state);
  },
  source: scene.offer,
  notice(message) {
    byId("notice").lang = message.lang;
    put("notice-text", message.text);
    show(byId("notice"), true);
  },
  floor: (message) => floor().then((part) => part.told(message)),
};
for (const type of ["up", "unstable", "lost", "stopped"])
  hear[type] = (broken) => {
    line = { at: 0, code: 0, reason: "", ...broken, state: type };
    lost ||= type === "lost";
    document.body.dataset.line = type;
    if (type === "stopped") scene.close();
  };
for (const [type, work] of Object.entries(hear))
  live.on(type, (message) => {
    work(message);
    tell();
  });
when("seen", () => show(byId("notice"), false));
setInterval(() => (waiting || state === "scheduled") && tell(), 1000);
times();
tell();
