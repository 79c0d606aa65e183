/**
 * A link whose token stands behind the `#`: taken out of the address bar before anything
 * else is even loaded, then posted. Asks first where this browser is open for another person.
 */
const token = location.hash.slice(1);
history.replaceState(null, "", location.pathname + location.search);

addEventListener("hashchange", () => location.reload()); // another link, pasted into the same page

const { call } = await import("./api.js");
const { byId, data, show, text } = await import("./dom.js");

/** @type {{open_for: string | null, participant: string | null}} */
const page = data("page");

/**
 * Whom a token is for; undefined for what is no token. The server alone judges it.
 * @param {string} jwt @returns {string | undefined}
 */
function holder(jwt) {
  try {
    return JSON.parse(atob(jwt.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"))).sub;
  } catch {
    return undefined;
  }
}

/** @param {string} kind @param {string} sentence */
function say(kind, sentence) {
  const box = byId("progress");
  box.className = `say ${kind}`;
  /** @type {HTMLElement} */ (box.querySelector("strong")).textContent = sentence;
  show(box, true);
}

async function enter() {
  show(byId("ask"), false);
  say("", text("opening"));
  const answer = await call("POST", `/enter${location.search}`, { token });
  if (answer.ok) return location.replace(answer.location || "/");
  const opens = answer.body?.opens_at;
  const lang = document.documentElement.lang;
  const time = opens && new Date(opens).toLocaleString(lang, { dateStyle: "long", timeStyle: "short" });
  say("err", time ? text("later", { time }) : text(answer.code) || text("token_invalid"));
}

if (!token) say("err", text("nothing"));
else if (page.open_for && holder(token) !== page.participant) {
  say("warn", text("ask", { seat: page.open_for }));
  show(byId("ask"), true);
  byId("ask").querySelector("button")?.addEventListener("click", enter);
} else enter();

export {};
