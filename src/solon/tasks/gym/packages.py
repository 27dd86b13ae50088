"""Getting environments from Gymnasium and from the packages that register theirs with it."""

import difflib
import importlib
import importlib.metadata
from collections.abc import Mapping
from typing import Any, Final

from solon.contract import InfrastructureError
from solon.sandbox.texts import summary

_REGISTERED_BY: Final = {"MiniGrid": "minigrid", "BabyAI": "minigrid"}
"""What the ids of a package begin with, before the first hyphen; its extra has the package's name."""


def make(environment: str, arguments: Mapping[str, Any]) -> Any:
    """Return a fresh environment by its id. Raises ValueError for one that cannot be had."""
    gymnasium = _imported("gymnasium", "envs")
    package = _REGISTERED_BY.get(environment.rpartition(":")[2].partition("-")[0])
    if package:
        _imported(package, package)
    options = dict(arguments)
    view = options.pop("view", "") if package else ""
    if view not in ("", "agent", "full"):
        raise ValueError(f"option view of gym:{environment} must be agent or full, got {view!r}")
    try:
        made = gymnasium.make(environment, disable_env_checker=True, **options)
    except gymnasium.error.UnregisteredEnv as error:
        near = difflib.get_close_matches(environment, list(gymnasium.registry), n=1, cutoff=0.75)
        hint = f"; did you mean {near[0]!r}?" if near else "; its package must be installed: gym:PACKAGE:ID imports it"
        raise ValueError(f"Gymnasium cannot make {environment!r}: {str(error).rstrip('.')}{hint}") from error
    except Exception as error:  # whatever the constructor of an environment raises
        raise ValueError(
            f"Gymnasium cannot make {environment!r}: {summary(error)}; check its options and packages"
        ) from error
    return importlib.import_module("minigrid.wrappers").FullyObsWrapper(made) if view == "full" else made


def versions(shown: Any) -> str:
    """Return the versions that an environment's episodes depend on."""
    places = type(shown.unwrapped).__module__.split(".")
    engine = places[2] if places[:2] == ["gymnasium", "envs"] and len(places) > 2 else places[0]
    named = dict.fromkeys(("gymnasium", engine))
    found = {name: version for name in named if (version := _version(name))}
    return ",".join(f"{name}={version}" for name, version in found.items())


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _imported(package: str, extra: str) -> Any:
    try:
        return importlib.import_module(package)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        raise InfrastructureError(
            f"this needs the package {package}; install it with: pip install 'solon[{extra}]'"
        ) from None
