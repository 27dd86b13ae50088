"""Measure the comparison of access policies: our own mutants, and a folder of published pairs if one is given.

    python benchmarks/guard_access.py study [POLICIES]      our mutants: verdicts, witnesses, times (CPU)
    python benchmarks/guard_access.py corpus FOLDER         pairs and verdicts that others published, outside of Solon
    python benchmarks/guard_access.py solvers [PAIRS]       the same verdicts by cvc5 and by Z3
    python benchmarks/guard_access.py mending [TASKS]       single mistakes mended by witnesses, three rounds

FOLDER holds samples/ and RESULTS/{ec2,iam,s3}.md of the quacky repository, RESULTS being
results/icse22/raw_md/encoding_mutations: tables with two links and "SAT" or "UNSAT" for each direction. They are
compared within the types of resources that their actions take (``occurring``), and again on any text as a resource.
"""

import collections
import hashlib
import re
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec.structs import replace

from solon.contract import Feedback, Unknown
from solon.tasks.guard.access import encoding, evaluate, plain, templates
from solon.tasks.guard.access.compare import Comparison, Relation, compare
from solon.tasks.guard.access.model import Policy
from solon.tasks.guard.access.mutation import mutants
from solon.tasks.guard.access.occurring import occurring
from solon.tasks.guard.access.reading import parse, write
from solon.tasks.guard.access.task import AccessTask
from solon.verify.limited import Limits

RESULTS = "results/icse22/raw_md/encoding_mutations"
ANYTHING = occurring([])
RELATIONS: dict[tuple[str, ...], Relation] = {
    ("UNSAT", "UNSAT"): "equivalent",
    ("SAT", "UNSAT"): "more",
    ("UNSAT", "SAT"): "less",
    ("SAT", "SAT"): "incomparable",
}


def confirmed(first: str, second: str, found: Comparison, within: Policy = ANYTHING) -> bool:
    """Return whether both evaluators decide each witness as the comparison says, and say that it can occur."""
    texts = first, second, write(within)
    policies = parse(first), parse(second), within
    for difference, wanted in ((found.first_only, [True, False, True]), (found.second_only, [False, True, True])):
        if difference is None:
            continue
        if [evaluate.allows(policy, difference.witness) for policy in policies] != wanted:
            return False
        if [plain.allows(text, difference.witness) for text in texts] != wanted:
            return False
    return True


def timed(first: Policy, second: Policy, within: Policy | None = None) -> tuple[Comparison, float]:
    start = time.process_time()
    return compare(first, second, within=within), time.process_time() - start


def show(title: str, verdicts: collections.Counter[str], seconds: Sequence[float]) -> None:
    ordered = sorted(seconds)
    print(f"{title}: {len(ordered)} pairs, {dict(verdicts)}")
    print(
        f"  CPU ms a pair with counts: median {1000 * ordered[len(ordered) // 2]:.1f}, "
        f"p95 {1000 * ordered[int(0.95 * len(ordered))]:.1f}, max {1000 * ordered[-1]:.1f}; "
        f"within 1 s {sum(it <= 1 for it in ordered)}/{len(ordered)}"
    )


def study(count: int) -> None:
    verdicts: collections.Counter[str] = collections.Counter()
    seconds, changed = list[float](), 0
    for number in range(count):
        policy = templates.draw(number, statements=2 + number % 3)
        own, _ = timed(policy, policy)
        assert own.relation == "equivalent"
        for mutant in mutants(policy):
            found, spent = timed(policy, mutant.policy)
            mirror = compare(mutant.policy, policy)
            assert {"more": "less", "less": "more"}.get(found.relation, found.relation) == mirror.relation
            assert found.both + (found.first_only.count if found.first_only else 0) == found.first == own.first
            assert confirmed(write(policy), write(mutant.policy), found)
            within = occurring([policy, mutant.policy])
            typed = compare(policy, mutant.policy, within=within)
            assert confirmed(write(policy), write(mutant.policy), typed, within)
            changed += typed.relation != found.relation
            verdicts[found.relation] += 1
            seconds.append(spent)
    show("own mutants", verdicts, seconds)
    print(f"  {changed} verdicts are others by types of resources")


def published(folder: Path) -> Iterator[tuple[str, Path, Path, tuple[str, ...]]]:
    for service in ("ec2", "iam", "s3"):
        for number, line in enumerate((folder / RESULTS / f"{service}.md").read_text("utf-8").splitlines()):
            links = re.findall(r"\]\(([^)]*)\)", line)
            if line.startswith("|[") and len(links) >= 2:
                cells = tuple(cell.strip() for cell in line.split("|") if cell.strip() in ("SAT", "UNSAT"))
                first, second = (folder / link.removeprefix("../") for link in links[:2])
                yield f"{service}.md line {number + 1}", first, second, cells


def corpus(folder: Path) -> None:
    verdicts: collections.Counter[str] = collections.Counter()
    seconds, without, same_without = list[float](), list[float](), 0
    golden = hashlib.sha256()
    for place, first, second, cells in published(folder):
        texts = first.read_text("utf-8"), second.read_text("utf-8")
        policies = parse(texts[0]), parse(texts[1])
        within = occurring(policies)
        found, spent = timed(*policies, within)
        anywhere, longer = timed(*policies)
        assert confirmed(*texts, found, within), place
        assert confirmed(*texts, anywhere), place
        seconds.append(spent)
        without.append(longer)
        same_without += anywhere.relation == RELATIONS.get(cells)
        if found.relation != anywhere.relation:
            said = encoding.relation(*policies, "cvc5", Limits(seconds=60), within=within)
            print(f"  {place}: by types {found.relation}, cvc5 {said}; on any text as a resource {anywhere.relation}")
        if found.assumed:
            verdicts["of these, not proved for every value of a key that is referred to"] += 1
        golden.update(f"{place} {found.relation}\n".encode())
        theirs = RELATIONS.get(cells)
        verdicts["same" if theirs == found.relation else "other" if theirs else "they have none"] += 1
        if theirs is not None and theirs != found.relation:
            # where it finds no request on any text there is none by types; what there is the evaluators confirm
            solver = encoding.relation(*policies, "cvc5", Limits(seconds=60))
            digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]
            said = solver.reason if isinstance(solver, Unknown) else solver
            copy = " (the second says what the first says)" if policies[0].statements == policies[1].statements else ""
            unread = [replace(policy, version="2008-10-17") for policy in policies]
            if compare(*unread, within=within).relation == theirs:
                verdicts["other, but the same if no version replaces ${...}"] += 1
                copy = " (as published if no version replaces ${...})"
            print(f"  {place} {digest} {second.parent.parent.name}/{second.name}: published {theirs}, "
                  f"automata {found.relation}, cvc5 on any text {said}{copy}")  # fmt: skip
    show("published pairs, by types of resources", verdicts, seconds)
    show("the same on any text as a resource", collections.Counter({"same": same_without}), without)
    print(f"  SHA-256 of all our verdicts: {golden.hexdigest()}")


def solvers(count: int) -> None:
    for name in ("cvc5", "z3"):
        agreed, unknown, seconds = 0, 0, list[float]()
        for number in range(count):
            policy = templates.draw(number, statements=2)
            options = list(mutants(policy))
            other = options[number % len(options)].policy
            start = time.monotonic()
            said = encoding.relation(policy, other, name)
            seconds.append(time.monotonic() - start)
            ours = compare(policy, other, bound=None).relation
            unknown += isinstance(said, Unknown)
            agreed += said == ours
            assert isinstance(said, Unknown) or said == ours, (write(policy), write(other))
        seconds.sort()
        print(f"{name}: {agreed}/{count} agree, {unknown} unknown, none disagree; wall s a pair: "
              f"median {seconds[count // 2]:.3f}, max {seconds[-1]:.2f}")  # fmt: skip


def mending(count: int) -> None:
    from solon.tasks.guard.access.witness import mistakes

    for rate in (0.0, 0.1, 0.3):
        rounds: collections.Counter[int] = collections.Counter()
        for number in range(count):
            task = AccessTask(problem=number, statements=2 + number % 3)
            author, entropy = task.author(), number
            draft = author.draft(1, entropy)
            while not mistakes(task.hidden, parse(draft.program.source)):
                entropy += 100_003  # a change that means the same is no mistake
                draft = author.draft(1, entropy)
            for turn in range(1, 4):
                found = mistakes(task.hidden, parse(draft.program.source))
                told = "\n".join(mistake.describe() for mistake in found)
                draft = author.mend(draft.program, Feedback("counterexample", told), rate, number * 31 + turn)
                if not mistakes(task.hidden, parse(draft.program.source)):
                    rounds[turn] += 1
                    break
        print(f"rate {rate:g}: {sum(rounds.values())}/{count} mended, by round {dict(sorted(rounds.items()))}")


def main(arguments: Sequence[str]) -> None:
    usual = {"study": 60, "solvers": 100, "mending": 200}
    match arguments:
        case ["corpus", folder] if (Path(folder) / RESULTS / "iam.md").is_file():
            corpus(Path(folder))
        case ["corpus", folder]:
            sys.exit(f"{folder} has no {RESULTS}/iam.md; give a checkout of the quacky repository, not a bare clone")
        case [("study" | "solvers" | "mending") as kind, *chosen] if all(it.isdigit() for it in chosen):
            count = int(chosen[0]) if chosen else usual[kind]
            {"study": study, "solvers": solvers, "mending": mending}[kind](count)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
