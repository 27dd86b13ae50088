"""The words that generated problems are told with: things with their plurals, units, verbs and names."""

from typing import Final

_PLURALS: Final = {
    "loaf": "loaves",
    "dish of berries": "dishes of berries",
    "slice of cheese": "slices of cheese",
    "cup of rice": "cups of rice",
    "bowl of oats": "bowls of oats",
    "glass of milk": "glasses of milk",
    "bag of nuts": "bags of nuts",
    "box of matches": "boxes of matches",
    "bench": "benches",
    "shelf": "shelves",
    "lorry": "lorries",
    "ferry": "ferries",
    "bus": "buses",
    "government bond": "government bonds",
    "nurse": "nurses",
    "day shift": "day shifts",
}

THINGS: Final = {
    "bakery": ("loaf", "cake", "pie", "bun", "tart", "pretzel"),
    "workshop": ("chair", "table", "desk", "bench", "shelf", "stool"),
    "pottery": ("cup", "plate", "vase", "jug", "tile", "lamp"),
    "kitchen": ("cup of rice", "slice of cheese", "glass of milk", "bowl of oats", "bag of nuts", "dish of berries"),
    "carrier": ("lorry", "van", "ferry", "bus", "wagon", "barge"),
    "fund": ("government bond", "share", "deposit", "note", "loan", "option"),
    "clinic": ("nurse", "doctor", "porter", "cook", "clerk", "guard"),
    "council": ("park", "bridge", "school", "pool", "market", "theatre", "museum", "tunnel"),
    "laboratory": ("telescope", "sensor", "camera", "radio", "drill", "antenna", "heater", "scale"),
}

NAMES: Final = {
    "towns": (
        "Alder",
        "Birch",
        "Cedar",
        "Dogwood",
        "Elm",
        "Fir",
        "Ginkgo",
        "Hazel",
        "Ivy",
        "Juniper",
        "Kapok",
        "Larch",
    ),
    "plants": ("Avon", "Boyne", "Clyde", "Dee", "Exe", "Forth"),
    "mills": ("Quartz", "Ruby", "Slate", "Topaz"),
    "people": ("Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gus", "Hope"),
    "shifts": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "jobs": ("sweeping", "packing", "welding", "painting", "sorting", "loading", "printing"),
    "stations": ("North", "South", "East", "West", "Middle", "Upper", "Lower", "Outer", "Inner"),
    "colours": ("red", "blue", "green", "yellow"),
    "nutrients": ("iron", "calcium", "zinc", "iodine", "magnesium", "potassium"),
    "blocks": tuple(f"block {letter}" for letter in "ABCDEFGHIJKL"),
}
"""Proper names: they have no plural, and are identified in lower case."""

UNITS: Final = (
    "dollars", "euros", "minutes", "hours", "kilograms", "litres", "grams", "metres", "square metres", "points",
    "calories", "pallets", "passengers", "patients", "sacks", "tonnes", "crowns", "workers",
)  # fmt: skip

RESOURCES: Final = (
    "oven time", "machine time", "labour", "flour", "wood", "clay", "paint", "fuel", "protein", "energy", "fibre",
    "capacity", "storage", "risk", "capital", "care", "budget", "space", "power", "mass", "glaze", "sugar", "varnish",
    "money", "return", "profit", "cost", "benefit", "value", "expense", "pay", "weight",
)  # fmt: skip

WORDS: Final = (*RESOURCES, "whole numbers", "any amounts", *(owner for owner in THINGS), *NAMES["colours"])
VERBS: Final = (
    ("make", "made"),
    ("eat", "eaten"),
    ("send", "sent"),
    ("buy", "bought"),
    ("hire", "hired"),
    ("build", "built"),
    ("carry", "carried"),
)

_COMMON: Final = tuple(dict.fromkeys(it for things in THINGS.values() for it in things))
_PROPER: Final = tuple(dict.fromkeys(it for names in NAMES.values() for it in names))
SINGULAR: Final = (*_COMMON, *_PROPER)
PLURAL: Final = (*(_PLURALS.get(it, f"{it}s") for it in _COMMON), *_PROPER)

_IDENTIFIER: Final = {it: it.lower().replace(" ", "_") for it in SINGULAR}
_WORDS: Final = {identifier: it for it, identifier in _IDENTIFIER.items()}
_THING: Final = {text.lower(): _IDENTIFIER[it] for it, text in (*zip(SINGULAR, PLURAL, strict=True),)} | {
    it.lower(): identifier for it, identifier in _IDENTIFIER.items()
}


def words(thing: str) -> str:
    """Return an identifier's words, singular."""
    return _WORDS[thing]


def plural(thing: str) -> str:
    """Return an identifier's words, plural; a proper name has none but itself."""
    it = _WORDS[thing]
    return it if it in _PROPER else _PLURALS.get(it, f"{it}s")


def thing(text: str) -> str:
    """Return the identifier of some words, singular or plural. Raises KeyError."""
    return _THING[text.lower()]


def identifiers(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the identifiers of some words."""
    return tuple(_IDENTIFIER[it] for it in names)
