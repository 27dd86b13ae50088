"""What a proposer may know of a problem: the words, the names to use, the language, and one way to go about it."""

from typing import Final, Literal

from solon.tasks.planning.models.cases import Case
from solon.tasks.planning.models.paragraph_forms import MEANINGS
from solon.verify.formal.model import Decision

Form = Literal["direct", "five-elements", "classes"]
FORMS: Final[tuple[Form, ...]] = ("direct", "five-elements", "classes")

EXAMPLE: Final = """\
problem "A tailor"
sets
  garment = coat, skirt
parameters
  profit[garment] "dollars each" = coat: 50, skirt: 30
  hours[garment] = coat: 6, skirt: 2
  time = 40
variables
  sewn[garment] "how many are sewn" integer >= 0 <= 15
  any_coats binary
maximise profit_of_the_week
  sum(g in garment) profit[g] * sewn[g] - 45 * any_coats
constraints
  hours_of_work "there are 40 hours": sum(g in garment) hours[g] * sewn[g] <= time
  more_skirts "at least twice as many skirts as coats": 2 * sewn[coat] <= sewn[skirt]
  fee_for_coats "the machine for coats is rented once" (linking): sewn[coat] <= 15 * any_coats
"""
"""A small model that shows most of the language; tests keep it readable."""

_LANGUAGE: Final = f"""\
A model is a text of this form:

{EXAMPLE}
Sets list their members. Parameters are data, variables are chosen: real, integer or binary, with bounds. Write
minimise or maximise, a name, and what is meant below. Each constraint has a name of its own, words in quotation marks
if you like, a colon, and a comparison by <=, = or >=. There are + - * /, sqrt, abs, min, max, sum(i in set),
forall(i in set), and "where" to restrict them. A constraint that only ties an auxiliary variable to others may be
marked (linking).
"""

_OPENING: Final = """\
Formalise a problem that is told in words, so that a solver can solve it. Your model is read, checked and solved, and
its answer is compared with the words. A right number from a wrong model does not count."""

_WAYS: Final[dict[Form, str]] = {
    "direct": "Answer with the model alone.",
    "five-elements": """\
Any such problem is to minimise or maximise f(x) over all x in a set X that obey constraints G(x) <= c. Settle its
five elements one after the other before you write the model:
1. Sets: what is counted over. 2. Parameters: all data, with their units. 3. Variables: what is chosen, of which kind,
within which bounds. 4. Objective: one expression, minimised or maximised. 5. Constraints: one for each sentence that
limits something, and those that nobody says aloud because they are plain. Then answer with the model.""",
    "classes": "",
}


_DEFINE: Final = """\
Define the problem first; write no model yet. State the goal, then what is to be decided and what each decision means,
then how each pair of decisions is related, then every constraint, said aloud or plain without being said. Invent no
fact."""
_FORMULATE: Final = """\
Now formulate it; write no model yet. For each variable: its name, its kind and bounds, how many there are, where its
data come from with their values, and exactly what it must obey."""
_ASSESS: Final = """\
Assess what you have; write no model yet. Go through it part by part: is it complete, is it what the words say? Give
what is wrong anew."""
STEPS: Final = (_DEFINE, _FORMULATE, _ASSESS, "Now write the model from the parts that you found right.")
"""Define, formulate, assess, and write: the stages of LLMFP (arXiv 2410.12112), worded anew."""


def _classes() -> str:
    rows = "\n".join(f"{number:>2}  {meaning}" for number, meaning in MEANINGS.items())
    return f"""\
Go about it in three stages. First name the variables by the quantities that they stand for; where a condition depends
on whether something is used at all, add a binary variable use_x for each such x. Then give each sentence the number of
its class:
{rows}
Then write the formula of each sentence from the template of its class. Last, link: for each use_x that occurs, add
x <= M * use_x with the upper bound of x as M, and use_x <= x where x is a whole number. Then answer with the model."""


def write(case: Case, form: Form) -> str:
    """Return the complete brief."""
    way = _classes() if form == "classes" else _WAYS[form]
    goal = case.truth.objective
    words = case.words if form != "classes" else _numbered(case.words)
    return "\n\n".join(
        [
            _OPENING,
            f"The problem:\n\n{words}",
            f"Use these names, so that the answer is understood:\n{_asked(case)}\nOther variables may have any names.",
            _LANGUAGE,
            way,
            "" if goal is None else "State numbers as the problem gives them. Do not add what it does not say.",
        ]
    ).strip()


def _numbered(words: str) -> str:
    lines = words.splitlines()
    prose = [line for line in lines if line and not line.startswith("|")]
    return "\n".join(
        f"({prose.index(line) + 1}) {line}" if line and not line.startswith("|") else line for line in lines
    )


def _asked(case: Case) -> str:
    sorts = [f"  set {sort.name} = {', '.join(sort.members)}" for sort in case.truth.sorts]
    return "\n".join([*sorts, *(f"  variable {_variable(it)}" for it in case.named)])


def _variable(decision: Decision) -> str:
    index = f"[{', '.join(decision.sorts)}]" if decision.sorts else ""
    meaning = f" ({decision.meaning})" if decision.sorts else ""
    return f"{decision.name}{index}{meaning}"
