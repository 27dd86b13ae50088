"""Invented names for travel worlds."""

from typing import Final

STATES: Final = ("Aldermark", "Brenland", "Corvania", "Dunmere", "Esteria", "Falkenreach", "Greyholm", "Harrowdale")

CITIES: Final = (
    "Ashwick", "Belcastle", "Cranford Bay", "Dornum", "Elmstead", "Fennholt", "Garrick", "Hollin", "Ivermouth",
    "Jarrow Hill", "Kestrel Point", "Lanmoor", "Marsden", "Norhaven", "Oakley Cross", "Penrith Sound", "Quillon",
    "Rosemond", "Stavely", "Thornby", "Ulverton", "Varne", "Westerby", "Yarrow", "Zellin", "Amberley", "Brackton",
    "Caldermoor", "Drayton", "Eastholm", "Farnley", "Glenmoor", "Hawkridge", "Islebury", "Kingsmere", "Lowick",
    "Millbrook", "Netherby", "Orford", "Pelham",
)  # fmt: skip

STAYS: Final = (
    ("Amber", "Blue", "Cosy", "Driftwood", "Elder", "Fern", "Garden", "Harbour", "Ivy", "Juniper", "Lantern", "Maple"),
    ("Cottage", "Loft", "Rooms", "House", "Studio", "Lodge", "Flat"),
)

RESTAURANTS: Final = (
    ("Copper", "Silver", "Old", "Little", "Hungry", "Quiet", "Golden", "Rusty", "Merry", "Wandering", "Crooked"),
    ("Kettle", "Spoon", "Orchard", "Table", "Goose", "Oven", "Pantry", "Lamp", "Anchor", "Barrel"),
)

ATTRACTIONS: Final = (
    ("Castle", "River", "Maritime", "Botanical", "Royal", "Glass", "Clock", "Harbour", "Stone", "Folk"),
    ("Museum", "Garden", "Tower", "Gallery", "Walk", "Park", "Hall"),
)
