"""Fail when a file or the package outgrows its budget; raising a budget is a reviewed change of one line here."""

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILE_LINES = 600
CONTRACT_LINES = 250
FUNCTION_LINES = 60
PACKAGE_LINES = 90_000  # planning and guard: sixteen published systems, with their solvers and checkers
DATA = (  # programs shipped as data do not count
    "src/solon/hostile/corpus",
    "src/solon/tasks/games/policies",
    "src/solon/tasks/grids/programs",
)


def oversized(path: Path, text: str) -> list[str]:
    """Return one sentence for each budget that a file breaks."""
    lines = text.count("\n")
    limit = CONTRACT_LINES if path.name == "contract.py" else FILE_LINES
    found = [f"{path}: {lines} lines, at most {limit}"] if lines > limit else []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            documentation = node.body[0].end_lineno - node.body[0].lineno + 1 if ast.get_docstring(node) else 0  # type: ignore[operator]  # a parsed node has both
            if length - documentation > FUNCTION_LINES:
                found.append(f"{path}:{node.lineno}: {node.name} has {length} lines, at most {FUNCTION_LINES}")
    return found


def main() -> int:
    """Check every Python file of the project."""
    found: list[str] = []
    total = 0
    for folder in ("src", "tests", "benchmarks", "examples"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            data = any(path.is_relative_to(ROOT / part) for part in DATA)
            total += text.count("\n") if folder == "src" and not data else 0
            found += oversized(path.relative_to(ROOT), text)
    if total > PACKAGE_LINES:
        found.append(f"src: {total} lines, at most {PACKAGE_LINES}")
    print("\n".join(found) or f"sizes: {total} lines in the package, every file within its budget")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
