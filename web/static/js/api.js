/** Our own interface, with the cookie. */

/**
 * @typedef {object} Answer
 * @property {boolean} ok
 * @property {number} status 0 where nothing came back
 * @property {any} body the JSON, null without one
 * @property {string} code the error's stable code, `offline` where nothing came back
 * @property {string | null} [location] where to go next
 */

/**
 * Call `/api/v1` + path.
 * @param {string} method @param {string} path @param {unknown} [body] JSON, or a file as it is
 * @param {RequestInit} [more]
 * @returns {Promise<Answer>}
 */
export async function call(method, path, body, more = {}) {
  const raw = body instanceof Blob;
  try {
    const answer = await fetch(`/api/v1${path}`, {
      method,
      headers: body === undefined || raw ? {} : { "Content-Type": "application/json" },
      body: raw ? body : JSON.stringify(body),
      ...more,
    });
    const json = /json/.test(answer.headers.get("Content-Type") || "") ? await answer.json() : null;
    const location = answer.headers.get("Location");
    return { ok: answer.ok, status: answer.status, body: json, code: json?.code || "", location };
  } catch {
    return { ok: false, status: 0, body: null, code: "offline" };
  }
}
