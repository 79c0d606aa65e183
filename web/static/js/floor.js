/** Asking for the floor, over the socket, else over HTTP. Fetched when somebody asks. */
import { call } from "./api.js";
import { byId, text } from "./dom.js";

let asked = "";

/** @param {Element | null} element */
const seen = (element) => element?.getClientRects().length;

/** @param {import("./live.js").Live} live @param {string} slug @param {object} message @param {string} path @param {object} [body] */
async function send(live, slug, message, path, body) {
  if (live.send(/** @type {{type: string}} */ (message))) return;
  const answer = await call("POST", `/sessions/${slug}/floor${path}`, body);
  if (answer.ok) told(answer.body);
  else byId("floor-say").textContent = text("floor_failed");
}

/** @param {import("./live.js").Live} live @param {string} slug */
export function ask(live, slug) {
  const subject = /** @type {HTMLInputElement} */ (byId("subject")).value;
  return send(live, slug, { type: "floor.request", subject }, "", { subject });
}

/** @param {import("./live.js").Live} live @param {string} slug */
export const withdraw = (live, slug) => send(live, slug, { type: "floor.withdraw" }, `/${asked}:withdraw`);

/** Where the own request stands. @param {{request: string, state: string}} message */
export function told(message) {
  const part = byId("floor");
  const inside = part.contains(document.activeElement);
  asked = message.request;
  part.dataset.floor = message.state;
  byId("floor-say").textContent = text(`floor_${message.state}`, message);
  const [drop, subject] = [byId("floor-drop"), byId("subject")];
  if (inside && !seen(document.activeElement)) (seen(drop) ? drop : subject).focus(); // what was pressed is gone
}
