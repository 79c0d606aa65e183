import assert from "node:assert/strict";
import { test } from "node:test";

import { world } from "./world.js";

const TEXTS = { floor_waiting: "Votre demande est la n° {position}.", floor_failed: "Votre demande n’est pas partie." };

/** A page of which only the part about the floor is there. */
function page() {
  const made = world();
  const parts = { texts: { textContent: JSON.stringify(TEXTS) }, floor: { dataset: {}, contains: () => false } };
  document.getElementById = (id) => (parts[id] ??= { value: "Ports" });
  return Object.assign(made, { parts });
}

test("where sockets are blocked the answer says at once where the request stands, or that it was not sent", async () => {
  const made = page();
  const { parts, requests } = made;
  const { ask } = await import("../../web/static/js/floor.js");
  const noSocket = { send: () => false };

  await ask(noSocket, "atelier");
  assert.equal(parts["floor-say"].textContent, "Votre demande n’est pas partie.");

  Object.assign(made.answer, { status: 201, body: { request: "f_1", state: "waiting", position: 2 } });
  await ask(noSocket, "atelier");
  assert.equal(parts["floor-say"].textContent, "Votre demande est la n° 2.");
  assert.equal(parts.floor.dataset.floor, "waiting");
  assert.deepEqual(requests.at(-1), { method: "POST", path: "/api/v1/sessions/atelier/floor", body: { subject: "Ports" } });
});
