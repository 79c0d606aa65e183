import assert from "node:assert/strict";
import { test } from "node:test";

import { Crowd, heads, how, present, remote, ribbon, taken } from "../../web/static/js/crowd.js";

const AUDIENCE = ["correspondent", "delegate", "press"];

const person = (participant, state, more = {}) => ({
  participant,
  delegation: "BJ",
  role: "delegate",
  label: "",
  state,
  channels: { hall: ["hall"], online: ["web"], unstable: ["web"] }[state] || [],
  connections: 1,
  since: "2026-11-04T13:00:00.000Z",
  ...more,
});

test("unstable people are present, those gone elsewhere or waiting are not", () => {
  const of = heads([person("a", "hall"), person("b", "unstable"), person("c", "elsewhere"), person("d", "waiting")]);

  assert.equal(present(of), 2);
  assert.equal(remote(of), 1);
});

test("in the hall, else in Zoom, else on the page: as the figures count", () => {
  assert.equal(how(person("a", "online", { channels: ["web"] })), "online");
  assert.equal(how(person("a", "online", { channels: ["web", "zoom"] })), "zoom");
  assert.equal(how(person("a", "hall", { channels: ["hall", "zoom"] })), "hall");
});

test("who left for Zoom keeps the seat, who is in the hall or waits has none, nor a guest of Zoom's", () => {
  const guest = person("z", "online", { channels: ["zoom"], guest: true });

  assert.equal(taken([person("a", "online"), person("b", "elsewhere"), person("c", "hall"), person("d", "waiting"), guest]), 2);
});

test("a ribbon holds everybody of a delegation once", () => {
  const of = heads([person("a", "online"), person("b", "unstable"), person("c", "elsewhere")]);

  assert.equal(ribbon(of).reduce((sum, [, count]) => sum + count, 0), 3);
});

test("a snapshot and its diffs are the next snapshot", () => {
  const crowd = new Crowd(AUDIENCE, 4, [person("a", "online"), person("b", "hall")]);

  const fits = crowd.apply({ revision: 5, joins: [person("c", "online")], updates: [person("a", "hall")], leaves: ["b"] });

  assert.ok(fits);
  assert.deepEqual([...crowd.people.keys()], ["a", "c"]);
  assert.equal(crowd.people.get("a").state, "hall");
});

test("a diff that was missed is noticed, one that is known already changes nothing", () => {
  const crowd = new Crowd(AUDIENCE, 4, [person("a", "online")]);

  assert.equal(crowd.apply({ revision: 6, joins: [], updates: [], leaves: ["a"] }), false);
  assert.equal(crowd.apply({ revision: 4, joins: [], updates: [], leaves: ["a"] }), true);
  assert.equal(crowd.people.size, 1);
});

test("staff and pretend delegates stand in no delegation's count", () => {
  const crowd = new Crowd(AUDIENCE, 0, [
    person("a", "online"),
    person("b", "online", { role: "interpreter" }),
    person("c", "online", { delegation: "REHEARSAL" }),
  ]);

  assert.deepEqual([...crowd.delegations().keys()], ["BJ"]);
  assert.equal(crowd.delegations().get("BJ").length, 1);
});
