"""The planning domains with their words and generators: seven of LLM+P, three of ISR-LLM, two more of LLMFP."""

from typing import Final

from solon.tasks.planning.classical.worlds.barman import BARMAN
from solon.tasks.planning.classical.worlds.blocks import BLOCKSWORLD, TOWER
from solon.tasks.planning.classical.worlds.cooking import COOKING
from solon.tasks.planning.classical.worlds.floortile import FLOORTILE
from solon.tasks.planning.classical.worlds.movie import MOVIE
from solon.tasks.planning.classical.worlds.mystery import MYSTERY
from solon.tasks.planning.classical.worlds.storage import STORAGE
from solon.tasks.planning.classical.worlds.termes import TERMES
from solon.tasks.planning.classical.worlds.transport import BALLS, GRIPPERS
from solon.tasks.planning.classical.worlds.tyreworld import TYREWORLD

LLM_P: Final = (BARMAN, BLOCKSWORLD, FLOORTILE, GRIPPERS, STORAGE, TERMES, TYREWORLD)
ISR_LLM: Final = (COOKING, TOWER, BALLS)
LLMFP: Final = (BLOCKSWORLD, MYSTERY, MOVIE, GRIPPERS)
WORLDS: Final = {world.name: world for world in (*LLM_P, *ISR_LLM, MYSTERY, MOVIE)}
