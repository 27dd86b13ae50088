"""What the paper of Progent reports, all with a model as the agent (arXiv 2504.11703); version of the second table."""

from solon.contract import Figure

_SOURCE = "Shi et al. 2025, Progent, arXiv 2504.11703; agent gpt-4o; needs a model"


def published() -> list[Figure]:
    """Return the figures of AgentDojo, ASB and AgentPoison, without attacks and under them."""
    rows = {
        "AgentDojo: no guard": (0.794, 0.540, 0.399),
        "AgentDojo: Progent by hand": (0.804, 0.643, 0.0),
        "AgentDojo: Progent by a model": (0.763, 0.613, 0.010),
        "AgentDojo: tool filter": (0.660, 0.613, 0.063),
        "ASB: no guard": (0.725, 0.711, 0.703),
        "ASB: Progent by hand": (0.720, 0.694, 0.0),
        "ASB: Progent by a model": (0.710, 0.685, 0.073),
        "AgentPoison: no guard": (0.770, 0.196, 0.726),
        "AgentPoison: Progent by hand": (0.741, 0.644, 0.0),
    }
    return [
        Figure("published", label, {"utility": alone, "utility_attacked": utility, "attack_success": attacked}, _SOURCE)
        for label, (alone, utility, attacked) in rows.items()
    ]
