/** Links and texts brought to the wall: looked at while they are in the field, then shown or kept ready. */
import { call } from "./api.js";
import { byId, show, text } from "./dom.js";

/** @param {string} path of the session @param {ReturnType<typeof import("./wall-sources.js").switching>} sources */
export function links(path, sources) {
  const form = /** @type {HTMLFormElement | null} */ (document.getElementById("paste"));
  if (!form) return;
  const field = /** @type {HTMLInputElement} */ (byId("link"));
  const said = byId("link-said");
  /** The link that was looked at last. */
  let checked = "";

  /** @param {string} sentence @param {boolean} [bad] it will not be seen */
  function tell(sentence, bad = false) {
    said.textContent = sentence;
    said.classList.toggle("wrong", bad);
  }

  /** Why a link was refused. @param {import("./api.js").Answer} answer */
  function refuse(answer) {
    field.setAttribute("aria-invalid", "true");
    const reason = text(answer.code) || text("other_refusal", { code: answer.code });
    tell(text(`link_${answer.body?.reason}`) || (answer.code === "link_refused" ? text("link_refused") : text("refused", { reason })), true);
  }

  /** As soon as a link is in the field: can it be shown in the page, and if not, why. */
  async function check() {
    const url = field.value.trim();
    if (url === checked) return;
    checked = url;
    field.setAttribute("aria-invalid", "false");
    show(document.getElementById("link-zoom"), false);
    tell(url ? text("check_asking") : "");
    if (!url) return;
    const answer = await call("POST", `${path}/sources:check`, { url });
    if (field.value.trim() !== url) return;
    if (!answer.ok) return refuse(answer);
    const { embeddable, reason, title, provider } = answer.body;
    show(document.getElementById("link-zoom"), provider === "zoom");
    tell(embeddable ? text(title ? "check_title" : "check_good", { title }) : text(`check_${reason}`), ["not_embeddable", "not_found"].includes(reason));
  }

  /** @param {boolean} activate */
  async function add(activate) {
    const channel = /** @type {HTMLSelectElement} */ (byId("link-channel")).value;
    const on = new Set([...document.querySelectorAll("#sources .on")].map((row) => row.getAttribute("data-source")));
    const account = document.querySelector("#link-zoom:not([hidden]) select");
    const named = account ? { account: /** @type {HTMLSelectElement} */ (account).value } : {};
    const answer = await call("POST", `${path}/sources?lang=${document.documentElement.lang}`, { url: field.value.trim(), channel, activate, ...named });
    if (!answer.ok) return refuse(answer);
    show(document.getElementById("link-zoom"), false);
    tell((checked = ""));
    field.setAttribute("aria-invalid", "false");
    field.value = "";
    await sources.shown(answer.body, on.has(answer.body.id));
    if (!answer.body.active) tell(text("added", { name: answer.body.label }));
  }

  field.addEventListener("change", check);
  field.addEventListener("paste", () => setTimeout(check));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    add(/** @type {HTMLButtonElement | null} */ (event.submitter)?.value !== "");
  });

  const words = /** @type {HTMLFormElement} */ (byId("fallback-text"));
  words.addEventListener("submit", async (event) => {
    event.preventDefault();
    const [body, phone] = ["fb-text", "fb-phone"].map((id) => /** @type {HTMLInputElement} */ (byId(id)));
    const answer = await call("POST", `${path}/sources`, { text: body.value, phone: phone.value });
    const wrong = (answer.body?.errors || []).map((/** @type {{field: string}} */ one) => one.field);
    body.setAttribute("aria-invalid", String(wrong.includes("text") || wrong.includes("url")));
    phone.setAttribute("aria-invalid", String(wrong.includes("phone")));
    byId("fb-said").textContent = answer.ok ? text("text_added") : wrong.includes("phone") ? text("phone_wrong") : wrong.length ? text("text_wrong") : text("refused", { reason: text(answer.code) });
    if (answer.ok) sources.shown(answer.body, false);
  });
}
