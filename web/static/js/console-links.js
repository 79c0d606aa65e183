/** Personal links: shown once, to copy or to scan; replaced or withdrawn at the second press. */
import { call } from "./api.js";
import { byId, show, text } from "./dom.js";
import { copy, mailing, qr } from "./link.js";
import { h, unseen } from "./make.js";

/** @typedef {{seat: string, label?: string, link: string}} Made */

/** @param {Made} made */
const who = (made) => [made.seat, made.label].filter(Boolean).join(" · ");

/** @param {Made} made @param {boolean} pictured @param {string} mailed the invitation that can be mailed, or none */
function card(made, pictured, mailed) {
  const address = h("span", { class: "code" }, made.link);
  const button = h("button", { class: "btn low go", type: "button" }, text("copy"), unseen(`, ${who(made)}`));
  button.addEventListener("click", async () => {
    button.textContent = text((await copy(made.link, address)) ? "copied" : "copy_by_hand");
  });
  const words = h("div", { class: "stack" }, h("p", {}, h("strong", {}, who(made))), address, h("p", { class: "row" }, button, ...(mailed ? [mailing(mailed, who(made))] : [])));
  return h("li", {}, words, ...(pictured ? [qr(made.link, who(made))] : []));
}

/**
 * Show links in the dialog.
 * @param {Made[]} items @param {string} why `made`, `made_mailed`, `again`, `replaced`, or `renewed` for a whole delegation
 * @param {string} [mailed] the invitation whose link can be mailed
 */
export function present(items, why, mailed = "") {
  const [one = ""] = items.length === 1 && items[0] ? items[0].seat.split(" · ") : [];
  const made = why.startsWith("made");
  const many = made || why === "renewed";
  const title = many ? text(items.length === 1 ? "made_one" : "made", { count: items.length }) : text(`${why}_t`, { who: one });
  byId("links-t").textContent = title;
  const note = byId("links-note");
  const ended = why === "replaced" || why === "renewed";
  note.className = ended ? "say warn" : "say";
  if (ended) note.replaceChildren(text(why), " ", h("strong", {}, text("replaced_zoom")));
  else note.replaceChildren(text(made ? "once" : why), ...(why === "made_mailed" ? [" ", h("strong", {}, text("mailed"))] : []));
  byId("links-list").replaceChildren(...items.map((one) => card(one, items.length <= 12, mailed)));
  show(byId("links-all"), items.length > 1);
  const every = /** @type {HTMLButtonElement} */ (byId("links-all").querySelector("button"));
  every.onclick = async () => {
    const lines = items.map((made) => `${who(made)}\t${made.link}`).join("\n");
    every.textContent = text((await copy(lines, byId("links-list"))) ? "copied" : "copy_by_hand");
  };
  const dialog = /** @type {HTMLDialogElement} */ (byId("links"));
  if (!dialog.open) dialog.showModal();
}

/**
 * Show, replace or withdraw the link of one row.
 * @param {HTMLButtonElement} button @param {(kind: string, sentence: string) => void} say
 * @param {(answer: import("./api.js").Answer) => string} why
 */
export async function act(button, say, why) {
  const row = /** @type {HTMLElement} */ (button.closest("[data-invitation]"));
  const { invitation, who: name = "" } = row.dataset;
  const wanted = button.dataset.do || "";
  if ((wanted === "replace" || wanted === "revoke") && !button.classList.contains("sure")) {
    button.classList.add("sure");
    return say("warn", text("of_person", { who: name, what: text(`sure_${wanted}`) }));
  }
  button.classList.remove("sure");
  const answer = await call("POST", `/invitations/${invitation}:${wanted}`);
  if (!answer.ok) return say("err", text("of_person", { who: name, what: why(answer) }));
  if (wanted === "revoke") return withdrawn(row, name, say);
  if (wanted === "mail") return say("ok", text("of_person", { who: name, what: text("mailed") }));
  show(document.getElementById("said"), false);
  const mailed = row.querySelector("[data-do=mail]") ? invitation : "";
  if (wanted === "replace") present(answer.body.items, "replaced", mailed);
  else present([{ seat: name, link: answer.body.link }], "again");
}

/** @param {HTMLElement} row @param {string} name @param {(kind: string, sentence: string) => void} say */
function withdrawn(row, name, say) {
  const state = /** @type {HTMLElement} */ (row.querySelector("[data-standing]"));
  state.className = "st excused";
  state.querySelector("use")?.setAttribute("href", "#i-excused");
  /** @type {HTMLElement} */ (state.querySelector("span")).textContent = text("revoked");
  show(row.querySelector(".acts"), false);
  say("ok", text("of_person", { who: name, what: text("revoked_said") }));
}

const dialog = document.getElementById("links");
dialog?.addEventListener("close", () => byId("links-list").replaceChildren());
