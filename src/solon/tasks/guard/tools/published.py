"""What the paper of Progent reports, all with a model as the agent (arXiv 2504.11703); version of the second table."""

from solon.contract import Figure

_SOURCE = "Shi et al. 2025, Progent, arXiv 2504.11703; agent gpt-4o, AgentDojo; needs a model"


def published() -> list[Figure]:
    """Return the figures of AgentDojo under attack."""
    rows = {
        "no guard (AgentDojo, gpt-4o)": (0.540, 0.399),
        "Progent, rules by hand (AgentDojo, gpt-4o)": (0.643, 0.0),
        "Progent, rules by a model (AgentDojo, gpt-4o)": (0.613, 0.010),
        "tool filter, best prior (AgentDojo, gpt-4o)": (0.613, 0.063),
    }
    return [
        Figure("published", label, {"utility_attacked": utility, "attack_success": attacked}, _SOURCE)
        for label, (utility, attacked) in rows.items()
    ]
