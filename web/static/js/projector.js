/** The hall's screen: who speaks, for how long, how many delegations are there. Names no person. */
import { Crowd, heads, present } from "./crowd.js";
import { byId, clock, data, show, text } from "./dom.js";
import { connect } from "./live.js";
import { spell } from "./turn.js";

const LAST = 60_000; // ms: the last minute is said as such

const page = data("page");
const skew = page.now - Date.now();
const now = () => Date.now() + skew;
const names = new Map(page.delegations.map((/** @type {any} */ one) => [one.code, one.name]));
const crowd = new Crowd(page.counted, -1, []);
const main = byId("main");
const face = /** @type {HTMLElement} */ (main.querySelector(".clock"));
const left = main.querySelector(".left");

/** Who speaks: since when, and for how many minutes if that was said. @type {{request: string, since: number, minutes: number | null} | null} */
let speaking = null;
/** @type {Map<string, number>} */
const began = new Map(page.floor.items.filter((/** @type {any} */ one) => one.granted_at).map((/** @type {any} */ one) => [one.request, one.granted_at]));

/** @param {{request: string, delegation: string, minutes: number | null, state: string}[]} items */
function queue(items) {
  const first = items.find((item) => item.state === "speaking");
  const waiting = items.filter((item) => item.state === "waiting").map((item) => names.get(item.delegation) || item.delegation);
  show(byId("speaker"), Boolean(first));
  show(byId("session"), !first);
  if (first) {
    if (!began.has(first.request)) began.set(first.request, now());
    speaking = { request: first.request, since: began.get(first.request) || now(), minutes: first.minutes };
    byId("who").textContent = names.get(first.delegation) || first.delegation;
    byId("allowed").textContent = first.minutes ? text("minutes", { minutes: first.minutes }) : "";
  } else speaking = null;
  if (waiting.length) byId("next").textContent = text(waiting.length > 1 ? "then_two" : "then", { first: waiting[0], second: waiting[1] });
  else byId("next").textContent = byId("next").dataset.otherwise || "";
  tick();
}

function tick() {
  byId("now").textContent = clock(now(), page.zone);
  const look = speaking ? pass(speaking) : "";
  for (const one of ["ok", "soon", "over"]) main.classList.toggle(one, one === look);
}

/** The time that passes. @param {NonNullable<typeof speaking>} turn */
function pass(turn) {
  const gone = now() - turn.since;
  const all = (turn.minutes || 0) * 60_000;
  const rest = all - gone;
  const time = turn.minutes && rest > 0 ? spell(rest + 999) : spell(gone);
  face.textContent = turn.minutes && rest <= 0 ? `+${spell(-rest)}` : time;
  face.setAttribute("aria-label", text(turn.minutes ? "left" : "spoken", { time: face.textContent }));
  show(main.querySelector(".drain"), Boolean(turn.minutes));
  left?.setAttribute("width", String(turn.minutes ? (240 * Math.max(0, rest)) / all : 0));
  const look = !turn.minutes ? "ok" : rest <= 0 ? "over" : rest <= LAST ? "soon" : "ok";
  const word = /** @type {HTMLElement} */ (main.querySelector(".word"));
  word.textContent = look === "ok" ? "" : text(look);
  return look;
}

function gauge() {
  const by = crowd.delegations();
  const taken = page.delegations.filter((/** @type {any} */ one) => one.seated && present(heads(by.get(one.code) || []))).length;
  const seats = [...byId("gauge").children];
  seats.forEach((seat, order) => seat.classList.toggle("free", order >= taken));
  byId("taken").textContent = String(taken);
  byId("gauge").setAttribute("aria-label", text("gauge", { taken, total: seats.length }));
}

const live = connect(page.slug);
live.on("presence_state", (state) => {
  crowd.reset(state);
  gauge();
});
live.on("presence_diff", (diff) => {
  if (crowd.apply(diff)) gauge();
  else live.send({ type: "resync" });
});
live.on("queue", ({ items }) => queue(items));
live.on("state", ({ state }) => {
  document.body.dataset.state = state;
});
queue(page.floor.items.map((/** @type {any} */ item) => ({ ...item, state: item.speaking ? "speaking" : "waiting" })));
setInterval(tick, 1000);
