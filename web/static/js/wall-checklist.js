/** The list of what to mend before the session begins. */
import { call } from "./api.js";
import { byId, show, text } from "./dom.js";
import { h, icon } from "./make.js";
import { channelName } from "./wall-sources.js";

const LOOK_SECONDS = 20;

/** @param {{check: string, problem: string, values: Record<string, string>}} one */
function sentence({ check, problem, values }) {
  const { name, channel } = values;
  const whole = channel && channel !== "floor" ? `${name} (${channelName(channel)})` : name;
  return text(`c_${problem || check}`, { ...values, name: whole });
}

/** @param {string} path of the session @param {() => string} state */
export function checklist(path, state) {
  const box = byId("checklist");

  async function refresh() {
    if (!["scheduled", "doors"].includes(state())) {
      show(box, false);
      return;
    }
    const answer = await call("GET", `${path}/checklist`);
    if (answer.ok) draw(answer.body);
  }

  /** @param {{shown: boolean, items: {check: string, good: boolean, problem: string, values: Record<string, string>}[]}} list */
  function draw({ shown, items }) {
    show(box, shown);
    const red = items.filter((one) => !one.good);
    const green = items.filter((one) => one.good);
    box.classList.toggle("warn", red.length > 0);
    box.classList.toggle("ok", red.length === 0);
    const head = red.length > 1 ? text("c_many", { count: red.length }) : text(red.length ? "c_one" : "c_ready");
    const title = byId("checklist-t");
    if (title.textContent !== head) title.textContent = head;
    const line = (/** @type {typeof red[0]} */ one) => h("li", {}, icon(one.good ? "yes" : "no"), " ", h("span", {}, sentence(one)));
    box.querySelector("[data-p=red]")?.replaceChildren(...red.map(line));
    box.querySelector("[data-p=green]")?.replaceChildren(...green.map(line));
    const summary = box.querySelector("summary");
    if (summary) summary.textContent = text("c_good", { count: green.length });
  }

  setInterval(refresh, LOOK_SECONDS * 1000);
  return { refresh };
}
