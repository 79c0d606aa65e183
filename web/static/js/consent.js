/**
 * Which providers may open without asking again: only those for which the viewer asked it, in this
 * browser alone, for six months. Nothing is written before, and nothing is left after.
 */
const KEY = "streamhub.players";
const KEPT_MS = 180 * 864e5; // six months at the most: the CNIL's interval for asking again

/** Until when, by provider. @returns {Record<string, number>} */
export function kept() {
  try {
    const found = Object.entries(JSON.parse(localStorage.getItem(KEY) || "{}"));
    return Object.fromEntries(found.filter(([, until]) => until > Date.now() && until <= Date.now() + KEPT_MS));
  } catch {
    return {}; // no storage, or not ours: ask each time
  }
}

/** @param {string} provider @param {boolean} wanted whether not to ask again */
export function keep(provider, wanted) {
  const { [provider]: _old, ...others } = kept();
  const all = wanted ? { ...others, [provider]: Date.now() + KEPT_MS } : others;
  try {
    if (Object.keys(all).length) localStorage.setItem(KEY, JSON.stringify(all));
    else localStorage.removeItem(KEY);
  } catch {
    // no storage: then it is for this page only
  }
}
