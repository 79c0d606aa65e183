"""Texts as long as real ones are: ministries, functions, venues. Pages must hold them on a phone."""

TITLE = (
    "Souveraineté numérique, cybersécurité des collectivités territoriales et protection des données "
    "personnelles : où en sont les municipalités, les régions et les administrations intercommunales ?"
)
FUNCTION = (
    "Directrice générale adjointe de l’administration électronique et de l’interopérabilité territoriale"
)
PLACE = (
    "Palais des congrès Édouard-Herriot, amphithéâtre Marguerite-Yourcenar, niveau −1, entrée des délégations"
)
DELEGATION = (
    "Communauté intercommunale Neuchâtel-Villeneuve-Saint-Georges-Châteauroux et territoires associés"
)
DOCUMENT = (
    "https://documents.example.org/" + "note-de-cadrage-de-la-seance-pleniere/" * 6 + "version-definitive.pdf"
)


async def lengthen(demo):
    """Give the session that is live, its delegations and people the longest words that they may have."""
    organiser = demo.by["organiser"]
    words = {"titles": {"fr": TITLE, "en": TITLE}, "venue": PLACE[:80], "room": PLACE[:80], "notes": TITLE}
    await organiser.call("PATCH", f"/api/v1/sessions/{demo.live}", json=words)
    for code in ("BE", demo.links["delegate"]["delegation"]):
        names = {"names": {"fr": DELEGATION, "en": DELEGATION}}
        await organiser.call("PATCH", f"/api/v1/delegations/{code}", json=names)
    document = {"titles": {"fr": TITLE, "en": TITLE}, "url": DOCUMENT}
    await organiser.post(f"/api/v1/sessions/{demo.live}/documents", document, status=201)
    path = f"/api/v1/invitations/{demo.links['delegate']['invitation']}/label"
    await organiser.put(path, {"label": FUNCTION})
