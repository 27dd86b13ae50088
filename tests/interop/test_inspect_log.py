"""The log of Inspect AI: written without the package, read by the real one where it is installed."""

import importlib.util
import json
import re
from pathlib import Path

import pytest

import solon
from solon.cli import main
from solon.engine import Budget
from solon.interop.inspect_log import export

TASK = str(Path(__file__).parents[1] / "toys.py") + ":Sorting"
GOOD = "def policy(numbers):\n    return sorted(numbers)\n"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    (folder / "good.py").write_text(GOOD)
    (folder / "bad.py").write_text("def policy(numbers):\n    raise KeyError(1)\n")
    solon.run(
        TASK,
        proposer=f"scripted:{folder / 'good.py'},{folder / 'bad.py'}",
        strategy="best-of-n",
        strategy_options={"n": 2, "seeds": 2},
        budget=Budget(),
        sealed_seeds=3,
        out=folder / "run",
        workers=1,
    )
    return folder / "run"


def test_each_candidate_is_a_sample_and_each_arm_a_result(run: Path, tmp_path: Path) -> None:
    log = json.loads(export(run, tmp_path / "logs" / "run.json").read_bytes())
    good, bad = log["samples"]
    assert good["scores"]["search"]["value"] == {"sorted_share": 1.0}
    assert good["output"]["choices"][0]["message"]["content"] == GOOD
    assert len(good["scores"]["search"]["metadata"]["per_seed"]["sorted_share"]) == 2
    assert "KeyError" in bad["error"]["message"]
    assert "scores" not in bad
    results = {it["name"]: it["metrics"]["sorted_share"]["value"] for it in log["results"]["scores"]}
    assert results["sealed winner"] == 1.0
    assert "sealed control:identity" in results


def test_inspect_itself_reads_the_log(run: Path, tmp_path: Path) -> None:
    path = export(run, tmp_path / "run.json")
    if importlib.util.find_spec("inspect_ai") is None:
        assert json.loads(path.read_bytes())["version"] == 2  # all that can be seen without the package
        return
    from inspect_ai.log import read_eval_log, read_eval_log_sample

    log = read_eval_log(str(path))
    card = json.loads((run / "card.json").read_bytes())
    assert log.status == "success"
    assert log.eval.metadata["commitment"] == card["commitment"]
    assert (
        log.results.scores[0].metrics["sorted_share"].value == card["arms"]["winner"]["metrics"]["sorted_share"]["mean"]
    )
    assert log.samples[0].output.completion == GOOD
    assert log.samples[0].scores["search"].value == {"sorted_share": 1.0}
    assert read_eval_log_sample(str(path), id=1).error.message.startswith("raised")
    assert read_eval_log(str(path), header_only=True).samples is None


def test_the_command_line_exports(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["export", str(run), str(tmp_path / "log.json"), "--format", "inspect"])
    assert ended.value.code == 0
    assert (tmp_path / "log.json").exists()
    with pytest.raises(SystemExit) as ended:
        main(["export", str(run), str(tmp_path / "log.txt")])
    assert ended.value.code == 2
    assert re.search("ends with .json", capsys.readouterr().err)
