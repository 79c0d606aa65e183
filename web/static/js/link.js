/** A personal link on the screen of whoever made it: to copy, or to scan. */
import { call } from "./api.js";
import { text } from "./dom.js";
import { h, unseen } from "./make.js";

/**
 * The link's QR code, drawn by our own server: no link leaves for another site.
 * @param {string} link @param {string} of
 */
export function qr(link, of) {
  const picture = h("img", { class: "qr", alt: text("qr_of", { who: of }), width: 176, height: 176 });
  call("POST", "/qr", { link }).then((answer) => {
    if (answer.ok) /** @type {HTMLImageElement} */ (picture).src = `data:image/svg+xml,${encodeURIComponent(answer.body.svg)}`;
    else picture.remove();
  });
  return picture;
}

/**
 * Copy, or select where the browser allows no more. True where it was copied.
 * @param {string} words @param {Element | null} shown
 */
export async function copy(words, shown) {
  if (shown) getSelection()?.selectAllChildren(shown);
  try {
    await navigator.clipboard.writeText(words);
    return true;
  } catch {
    return false;
  }
}

/**
 * A button that sends somebody the present link by mail, where an address is kept.
 * @param {string} invitation @param {string} who
 */
export function mailing(invitation, who) {
  const button = h("button", { class: "btn low", type: "button" }, text("mail"), unseen(`, ${who}`));
  const said = h("span", { class: "small", role: "status" });
  button.addEventListener("click", async () => {
    const answer = await call("POST", `/invitations/${invitation}:mail`);
    said.textContent = text(answer.ok ? "mailed" : `mail_${answer.code}`) || text("mail_failed");
    button.toggleAttribute("disabled", answer.ok || answer.code === "not_found");
  });
  return h("span", { class: "row" }, button, said);
}
