"""British and American spellings of common words: our own list, made from stems and endings."""

from __future__ import annotations

from itertools import chain
from typing import Final

_OUR: Final = (
    "col fav flav hon hum lab neighb behavi harb od rum vap vig arm endeav parl sav tum val"
).split()
_ISE: Final = (
    "apolog author capital central character civil critic emphas final fertil general harmon "
    "hospital ideal industrial initial legal local maxim memor minim mobil modern neutral normal "
    "optim organ popular real recogn revolution special stabil standard summar symbol sympath util "
    "visual"
).split()
_ENDINGS: Final = ("e", "es", "ed", "ing", "er", "ers", "ation", "ations")
_DOUBLED: Final = "travel cancel model label fuel level signal counsel marvel quarrel".split()
_SINGLE: Final = {
    "center": "centre", "centers": "centres", "centered": "centred", "theater": "theatre",
    "theaters": "theatres", "kilometer": "kilometre",
    "kilometers": "kilometres", "liter": "litre", "liters": "litres", "fiber": "fibre",
    "fibers": "fibres", "somber": "sombre", "defense": "defence", "offense": "offence",
    "pretense": "pretence", "catalog": "catalogue", "catalogs": "catalogues", "gray": "grey",
    "grays": "greys", "plow": "plough", "plows": "ploughs", "mold": "mould", "molds": "moulds",
    "molding": "moulding", "aluminum": "aluminium", "skeptic": "sceptic",
    "skeptical": "sceptical", "skepticism": "scepticism", "pajamas": "pyjamas",
    "fulfill": "fulfil", "fulfillment": "fulfilment", "enroll": "enrol",
    "enrollment": "enrolment", "skillful": "skilful", "willful": "wilful", "cozy": "cosy",
    "mustache": "moustache", "jewelry": "jewellery", "airplane": "aeroplane",
    "airplanes": "aeroplanes", "analyze": "analyse", "analyzes": "analyses",
    "analyzed": "analysed", "analyzing": "analysing", "paralyze": "paralyse",
    "paralyzed": "paralysed", "artifact": "artefact", "artifacts": "artefacts",
    "maneuver": "manoeuvre", "maneuvers": "manoeuvres", "anemia": "anaemia",
    "pediatric": "paediatric", "estrogen": "oestrogen", "diarrhea": "diarrhoea",
    "sulfur": "sulphur",
}  # fmt: skip


def _pairs() -> chain[tuple[str, str]]:
    """Yield American and British forms."""
    our = (
        (f"{stem}or{ending}", f"{stem}our{ending}")
        for stem in _OUR
        for ending in ("", "s", "ed", "ing", "ful", "able", "ite", "ites", "less")
        if not (stem in ("tum", "parl", "vap", "behavi") and ending in ("ed", "ing", "ful", "ite"))
    )
    ise = ((f"{stem}iz{ending}", f"{stem}is{ending}") for stem in _ISE for ending in _ENDINGS)
    doubled = (
        (f"{stem}{ending}", f"{stem}l{ending}")
        for stem in _DOUBLED
        for ending in ("ed", "ing", "er", "ers")
    )
    return chain(our, ise, doubled, _SINGLE.items())


BRITISH: Final = dict(_pairs())
"""American spelling -> British."""
AMERICAN: Final = {british: american for american, british in BRITISH.items()}
"""British spelling -> American."""
del AMERICAN["analyses"]  # the plural of analysis, and right in both countries
