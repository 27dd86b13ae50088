"""What the study published of the levels of MiniGrid."""

from typing import Final

SOURCE: Final = "Code-Driven Planning in Grid Worlds with Large Language Models (2025), results of its repository"
"""Where the published rows are from: means over seeds 0 to 99."""

PUBLISHED: Final = {
    "minigrid-unlock": {
        "random": 0.00,
        "greedy by hand": 0.97,
        "Claude": 0.91,
        "DeepSeek": 0.97,
        "Gemini": 0.97,
        "GPT-4o": 0.00,
        "o1": 0.97,
        "o3-mini": 0.97,
    },
    "minigrid-doorkey": {
        "greedy by hand": 0.98,
        "Claude": 0.91,
        "DeepSeek": 0.94,
        "Gemini": 0.91,
        "GPT-4o": 0.00,
        "o1": 0.97,
        "o3-mini": 0.98,
    },
}
"""Mean reward of each model's best version."""
