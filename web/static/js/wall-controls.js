/** What a moderator does with a session: state, times, a word to everybody. */
import { call } from "./api.js";
import { byId, clock, show, text } from "./dom.js";
import { h } from "./make.js";

const UNDO_SECONDS = 5;

/**
 * @param {any} page @param {() => number} now
 */
export function conduct(page, now) {
  const path = `/sessions/${page.slug}`;
  let { state } = page;
  /** @type {number | undefined} */
  let countdown;

  /** @type {number | undefined} */
  let fading;

  /** What went well is said for ten seconds; it stands elsewhere too. @param {string} look @param {string} sentence @param {...Node} more */
  function say(look, sentence, ...more) {
    clearTimeout(fading);
    if (look === "ok") fading = window.setTimeout(() => say("", ""), 10_000);
    const box = byId("said");
    box.className = `say ${look}`;
    box.replaceChildren(sentence, ...more);
    show(box, sentence !== "");
  }

  /** What was refused is said until somebody has read it. @param {import("./api.js").Answer} answer */
  function refused(answer) {
    const reason = text(answer.code) || text("other_refusal", { code: answer.code || answer.status });
    const read = h("button", { class: "btn low", type: "button", click: () => say("", "") }, text("hide"));
    say("err", `${text("refused", { reason })} `, read);
  }

  /* ---- state and times ---- */

  /** @param {string} wanted */
  async function put(wanted) {
    const answer = await call("PUT", `${path}/state`, { state: wanted });
    if (!answer.ok) return refused(answer);
    say("", "");
    drawState(answer.body);
  }

  /** @param {{state: string, starts_at: string, ends_at: string}} next */
  function drawState(next) {
    if (next.state === "live" && state !== "live") byId("since").textContent = `${text("since", { time: clock(now(), page.zone) })} · `;
    if (next.state !== "live") byId("since").textContent = "";
    state = next.state;
    document.body.dataset.state = state;
    for (const button of document.querySelectorAll("#states button"))
      button.setAttribute("aria-pressed", String(button.getAttribute("data-state") === state));
    const times = `${clock(next.starts_at, page.zone)} – ${clock(next.ends_at, page.zone)}`;
    byId("planned").textContent = text("planned", { times });
    if (state === "ended") stopEnding();
    show(document.getElementById("end"), state !== "ended");
  }

  /** Moves the times; what was moved by mistake goes back with one press. @param {number} minutes @param {boolean} following */
  async function move(minutes, following) {
    const answer = await call("POST", `${path}:shift`, { minutes, following });
    if (!answer.ok) return refused(answer);
    const times = `${clock(answer.body.starts_at, page.zone)} – ${clock(answer.body.ends_at, page.zone)}`;
    if (minutes < 0) return say("ok", text("shifted_back", { times }));
    const back = h("button", { class: "btn low", type: "button", click: () => move(-minutes, following) }, text("shift_undo"));
    say("ok", `${text(following ? "shifted_all" : "shifted", { minutes, times })} `, back);
  }

  /** Ends in a few seconds, unless somebody thinks better of it. */
  function end() {
    if (countdown) return stopEnding();
    let left = UNDO_SECONDS;
    const tick = () => {
      byId("end").textContent = text("end_undo", { left });
      if (left-- > 0) return;
      stopEnding();
      put("ended");
    };
    say("warn", text("ending"));
    tick();
    countdown = window.setInterval(tick, 1000);
  }

  function stopEnding() {
    if (!countdown) return;
    clearInterval(countdown);
    countdown = undefined;
    byId("end").textContent = text("end");
    say("", "");
  }

  /** @param {HTMLFormElement} form */
  async function notify(form) {
    const field = /** @type {HTMLTextAreaElement} */ (byId("text"));
    const answer = await call("POST", `${path}/notices`, { text: field.value, lang: document.documentElement.lang });
    if (!answer.ok) return refused(answer);
    const sent = text(answer.body.sent_to === 1 ? "notice_sent_one" : "notice_sent", { count: answer.body.sent_to });
    byId("sent").textContent = `${sent} ${byId("away").textContent}`.trim();
    form.reset();
  }

  /* ---- wiring ---- */

  for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("#states button")))
    button.addEventListener("click", () => put(button.dataset.state || ""));
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("#shifts button")))
    button.addEventListener("click", () => move(Number(button.dataset.minutes), /** @type {HTMLInputElement} */ (byId("following")).checked));
  document.getElementById("end")?.addEventListener("click", end);
  document.getElementById("notify")?.addEventListener("submit", (event) => {
    event.preventDefault();
    notify(/** @type {HTMLFormElement} */ (event.target));
  });

  return { say, refused, state: drawState, current: () => state };
}
