"""Adapters to other tools, each an extra: Ray, evaluators of other optimisers, Inspect, GEPA, verifiers."""
