"""The files that ``summit new`` writes: every column explained, nothing in them yet.

They load as they are, once the summit has a name. Lines that begin with ``#`` are comments.
"""

import json

from streamhub.kit.settings import declared
from streamhub.programme import files as names
from streamhub.programme.files import ExportedFile

_SUMMIT = """\
# The summit. Texts are in quotes; a line that begins with # is a comment and says nothing.
# French is needed, every other language is one more line: title_en, title_nl, title_pt …

slug = "my-summit"            # small letters, digits, hyphens; stays the same for ever
title_fr = "Mon sommet"
# title_en = "My summit"
timezone = "Europe/Brussels"  # all times of programme.csv are local times of this zone
# languages = ["fr", "en"]
# starts_on = 2030-11-04      # left out: the days of the sessions
# ends_on = 2030-11-05

# Brand. The logo is an SVG, PNG, JPEG or WebP file in this folder, at most 256 kB.
# logo = "logo.svg"
# accent = "#1c4a9c"          # its contrast with white must be 4.5 or more
# partners = ["First partner", "Second partner"]
# hashtag = "#MySummit"

# Whom people call when something does not work; shown on every page of people outside.
# contact_name = "The team"
# contact_phone = "+32 2 000 00 00"
# contact_email = "summit@example.org"

# Shown as the last stream of every session, with the telephone number.
# fallback_text_fr = "La vidéo ne passe pas ? Appelez-nous."
# fallback_text_en = "The video does not come through? Call us."

# How many countries and regions you declare as represented; the report counts by itself.
# represented = 23

# Settings of this summit, read at the next start; the values are the defaults.
"""

_PROGRAMME = """\
# One session a line; commas or semicolons between the columns, texts with commas in quotes.
# slug: small letters, digits, hyphens. It stands in addresses and stays the same for ever.
# date, start, end: 2030-11-04, 14:30, 17:00 in local time. An end at or before the start is on the next day.
# kind: a word of yours, such as plenary, workshop, ceremony.
# venue, room: sessions of one room follow each other; the next one that goes live ends the one before.
# access: public (anybody) or invited (the default).
# source_urls: one or more streams with spaces between: https://… or channel=https://…, where the
#   channel is floor (the default), audio, sign or a language such as en.
# cancelled: yes for a session that stays in the programme as cancelled.
# title_en, title_nl … and notes may be left out, so may room, access, source_urls and cancelled.
#
# opening,2030-11-04,14:00,15:00,ceremony,Town hall,Great hall,public,"Ouverture, accueil",Opening,https://youtu.be/…,,
slug,date,start,end,kind,venue,room,access,title_fr,title_en,source_urls,notes,cancelled
"""

_DELEGATIONS = """\
# One delegation a line, in protocol order.
# code: capitals, digits, hyphens, at most 16, such as BJ or CA-QC. STAFF and REHEARSAL are ours.
# kind: country, region, organisation, press or other. country: two capitals (ISO 3166-1), such as BJ.
# seats: how many may attend from afar; empty is no limit.
#
# BJ,Bénin,Benin,country,BJ,8
# UNESCO,Unesco,UNESCO,organisation,,
code,name_fr,name_en,kind,country,seats
"""

_PARTICIPANTS = """\
# One seat a line: a person, or a place that somebody will take.
# external_id: your own number for it. Loading again finds the seat by it, and its link stays good.
# delegation: a code of delegations.csv; empty for those who work at the summit.
# role: delegate, press, correspondent, observer, interpreter, technician, moderator, desk,
#   communications or organiser.
# label: the function that is shown. name and email: kept apart, never shown, erased after the summit.
# sessions: slugs with spaces between; empty for all. speak: yes if the seat may take the floor.
#
# 1,BJ,delegate,Maire de …,,,fr,,yes
external_id,delegation,role,label,name,email,lang,sessions,speak
"""

_DOCUMENTS = """\
# One working document a line, shown with its session.
#
# opening,Ordre du jour,Agenda,https://example.org/agenda.pdf
session,title_fr,title_en,url
"""


def templates() -> tuple[ExportedFile, ...]:
    """Every file of a summit, to be filled in."""
    texts = {
        names.SUMMIT_FILE: _SUMMIT + _settings(),
        names.PROGRAMME_FILE: _PROGRAMME,
        names.DELEGATIONS_FILE: _DELEGATIONS,
        names.PARTICIPANTS_FILE: _PARTICIPANTS,
        names.DOCUMENTS_FILE: _DOCUMENTS,
    }
    return tuple(ExportedFile(name, text.encode()) for name, text in texts.items())


def _settings() -> str:
    settings = (field for field in declared() if field.metadata["of_summit"])
    return "".join(f"# {s.metadata['help']}\n# {s.name} = {json.dumps(s.default)}\n" for s in settings)
