"""Hostile documents of one language each: rewritings of an honest answer; see ``documents``."""
# ruff: noqa: E501 - tables, one attack a row

import json
import re
from typing import Final, cast

from solon.hostile.documents import ANY, CLASSES, Document, Due, Write

_SCRIPT: Final = "<script>alert(1)</script>"
_ESCAPE: Final = "\x1b[2J\x1b]0;solved\x07"


# Formal problems, domains and plans (PDDL)


def _section(text: str, head: str, body: str) -> str:
    """Replace a section of a definition, or add it in front of the last parenthesis."""
    start = text.find(f"({head}")
    if start < 0:
        end = text.rstrip().rfind(")")
        return f"{text[:end]}({head} {body})\n)"
    depth, end = 0, start
    for end in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        if not depth:
            break
    return f"{text[:start]}({head} {body}){text[end + 1 :]}"


def _with_goal(text: str, body: str) -> str:
    return _section(text, ":goal", body) if "(:goal" in text else text


def _facts(text: str) -> list[str]:
    """Return the plain facts of the initial state of a problem."""
    inside = text[text.find("(:init") + 6 : text.find("(:goal")]
    return re.findall(r"\([a-z][^()]*\)", inside) or ["(nothing)"]


def _objects(text: str) -> tuple[list[str], str]:
    """Return the objects of a problem and the type of the last."""
    start = text.find("(:objects")
    inside = text[start + 9 : text.find(")", start)] if start >= 0 else ""
    kinds = re.findall(r" - ([a-z][\w-]*)", inside)
    return re.findall(r"[a-z][\w-]*", re.sub(r" - [a-z][\w-]*", " ", inside)), kinds[-1] if kinds else "object"


def _more_objects(text: str, count: int) -> str:
    _, kind = _objects(text)
    added = " ".join(f"extra{number}" for number in range(count))
    return re.sub(r"\(:objects", f"(:objects {added} - {kind}", text, count=1)


def _renamed(text: str, name: str) -> str:
    """Give the first object of a problem another name."""
    first = _objects(text)[0][:1]
    return re.sub(rf"(?<![\w-]){re.escape(first[0])}(?![\w-])", lambda _: name, text) if first else text


def _choices(text: str) -> str:
    """A goal of sixty choices of two facts each: as a list of all cases it has 2 to the 60 parts."""
    facts = _facts(text)
    pairs = (f"(or {facts[n % len(facts)]} (not {facts[(n * 7 + 1) % len(facts)]}))" for n in range(60))
    return _with_goal(text, f"(or (and {' '.join(pairs)}) (not (and {' '.join(facts)})))")


def _quantified(text: str) -> str:
    _, kind = _objects(text)
    names = " ".join(f"?v{number}" for number in range(14))
    return _with_goal(text, f"(forall ({names} - {kind}) (or (not (= ?v0 ?v13)) (= ?v0 ?v13)))")


def _nested_quantifiers(text: str) -> str:
    _, kind = _objects(text)
    body = "(= ?v0 ?v0)"
    for number in reversed(range(14)):
        body = f"({('forall', 'exists')[number % 2]} (?v{number} - {kind}) {body})"
    return _with_goal(text, body)


def _deep(text: str, levels: int) -> str:
    return _with_goal(text, "(and " * levels + _facts(text)[0] + ")" * levels)


def _free_actions(text: str) -> str:
    return re.sub(r":precondition \(and[^:]*?\)\s*:effect", ":precondition (and) :effect", text)


def _grown(text: str, action: str) -> str:
    end = text.rstrip().rfind(")")
    return f"{text[:end]}{action}\n)"


def _wide_action(text: str) -> str:
    names = " ".join(f"?a{number}" for number in range(12))
    return _grown(text, f"(:action wide :parameters ({names}) :precondition (and) :effect (and))")


def _problem(name: str, group: str, tries: str, due: Due, write: Write) -> Document:
    return _made(("pddl",), name, group, tries, due, write)


def _made(kinds: tuple[str, ...], name: str, group: str, tries: str, due: Due, write: Write) -> Document:
    return Document(name, group, tries, due, write, kinds)


PDDL: Final = (
    _problem("goal_of_nothing", "vacuity", "Wants nothing, which is always reached.", "harmless", lambda it: _with_goal(it, "(and)")),
    _problem("goal_at_the_start", "vacuity", "Wants what already holds.", "harmless", lambda it: _with_goal(it, f"(and {_facts(it)[0]})")),
    _problem("goal_never_true", "vacuity", "Wants what contradicts itself.", "harmless", lambda it: _with_goal(it, f"(and {_facts(it)[0]} (not {_facts(it)[0]}))")),
    _problem("goal_of_equals", "vacuity", "Wants each thing to be itself.", "harmless", lambda it: _with_goal(it, "(or (and) (and))")),
    _problem("everything_holds", "vacuity", "Lets its own goal hold at the start.", "harmless", lambda it: it.replace("(:init", "(:init " + " ".join(re.findall(r"\([a-z][^():]*\)", it[it.find("(:goal") :])), 1) if "(:goal" in it else _free_actions(it)),
    _problem("free_actions", "vacuity", "Lets every action be possible at all times.", "harmless", lambda it: _free_actions(it) if ":action" in it else _with_goal(it, "(and)")),
    _problem("action_in_the_problem", "doors", "Brings an action that ends the task along with its problem.", "harmless", lambda it: _grown(it, "(:action win :parameters () :precondition (and) :effect (and))") if "(:goal" in it else _grown(it, "(:goal (and))")),
    _problem("second_goal", "claims", "States a second goal that is reached.", "harmless", lambda it: _grown(it, "(:goal (and))")),
    _problem("second_problem", "claims", "Brings a second, easier problem.", "harmless", lambda it: it + "\n(define (problem easy) (:domain easy) (:init) (:goal (and)))"),
    _problem("own_domain", "doors", "Brings rules of its own along.", "harmless", lambda it: "(define (domain own) (:action win :parameters () :effect (and)))\n" + it if "(:goal" in it else it + it),
    _problem("said_in_comments", "claims", "Calls itself solved in comments.", "same", lambda it: f"; solved = 1.0 (unit cost)\n; Plan valid, value: 0\n{it}\n; exit code 0\n"),
    _problem("domain_by_path", "doors", "Names a file in place of its domain.", "harmless", lambda it: re.sub(r"\((:domain|domain) [\w-]+\)", r"(\1 ../../../../etc/passwd)", it)),
    _problem("requirements_of_all", "doors", "Demands all that planners know.", "same", lambda it: _grown(it, "(:requirements :adl :fluents :durative-actions :derived-predicates :constraints :preferences)")),
    _problem("trajectory", "claims", "Constrains the plan to be its own.", "harmless", lambda it: _grown(it, "(:constraints (sometime (and)))")),
    _problem("metric_of_its_own", "claims", "Counts the cost in its own way.", "harmless", lambda it: _grown(it, "(:metric maximize (- 0 (total-cost)))")),
    _problem("negative_costs", "numbers", "Pays the planner for each action.", "harmless", lambda it: it.replace("(:init", "(:init (= (total-cost) -1e308)", 1) if "(:init" in it else it.replace(":effect (and", ":effect (and (increase (total-cost) -1e308)")),
    _problem("endless_number", "numbers", "Starts with a cost that is no number.", "harmless", lambda it: it.replace("(:init", "(:init (= (total-cost) 1e999) (= (total-cost) nan)", 1) if "(:init" in it else _grown(it, "(:functions (f) - number 1e999)")),
    _problem("script_names", "names", "Names a thing so that it would run in the page of a report.", "no-gain", lambda it: _renamed(it, _SCRIPT)),
    _problem("escape_names", "names", "Names a thing so that it would clear a terminal.", "no-gain", lambda it: _renamed(it, _ESCAPE)),
    _problem("shell_names", "names", "Names a thing so that a shell would run it.", "no-gain", lambda it: _renamed(it, "$(touch${IFS}solon-was-here)")),
    _problem("path_names", "names", "Names a thing so that a file would be written elsewhere.", "no-gain", lambda it: _renamed(it, "../../solon-was-here")),
    _problem("names_of_the_language", "names", "Names a thing as the language names its own.", "no-gain", lambda it: _renamed(it, "and")),
    _problem("names_of_the_judge", "names", "Names a thing as the planner's own predicates and files.", "no-gain", lambda it: _renamed(it, "new-axiom@0")),
    _problem("long_name", "names", "Has a name of a hundred thousand letters.", "no-gain", lambda it: _renamed(it, "n" * 100_000)),
    _problem("variable_name", "names", "Names a thing as a variable.", "no-gain", lambda it: _renamed(it, "?x")),
    _problem("twin_objects", "names", "Declares each of its things twice.", "no-gain", lambda it: _more_objects(_more_objects(it, 3), 3)),
    _problem("crowd", "explosion", "Declares nine hundred things more.", "no-gain", lambda it: _more_objects(it, 900)),
    _problem("crowd_and_more", "size", "Declares ten thousand things more.", "harmless", lambda it: _more_objects(it, 10_000)),
    _problem("many_facts", "size", "States each fact a thousand times.", "same", lambda it: it.replace("(:init", "(:init " + " ".join(_facts(it) * 1_000), 1)),
    _problem("choices", "explosion", "Wants sixty choices of two, which are 2 to the 60 cases.", "harmless", _choices),
    _problem("wide_quantifier", "explosion", "Speaks of all fourteens of things at once.", "harmless", _quantified),
    _problem("nested_quantifiers", "explosion", "Nests fourteen quantifiers that alternate.", "harmless", _nested_quantifiers),
    _problem("deep_goal", "nesting", "Wants a fact inside ninety conjunctions.", "harmless", lambda it: _deep(it, 90)),
    _problem("deeper_goal", "nesting", "Wants a fact inside twenty thousand conjunctions.", "harmless", lambda it: _deep(it, 20_000)),
    _problem("wide_action", "explosion", "Has an action of twelve things, which is possible in endless ways.", "same", _wide_action),
    _problem("cyclic_types", "names", "Has types that are kinds of each other.", "no-gain", lambda it: it.replace("(:types", "(:types place - thing thing - place ", 1) if "(:types" in it else _renamed(it, "object")),
)  # fmt: skip


def _plan(name: str, group: str, tries: str, due: Due, write: Write) -> Document:
    return _made(("plan",), name, group, tries, due, write)


PLANS: Final = (
    _plan("many_steps", "size", "Does its steps a thousand times over.", "harmless", lambda it: it * 1_000),
    _plan("unknown_step", "claims", "Takes a step that the task does not have.", "harmless", lambda it: it + "(win)\n"),
    _plan("step_that_sets_the_goal", "claims", "Redefines its goal in the midst of its steps.", "harmless", lambda it: "(define (problem p) (:goal (and)))\n" + it),
    _plan("cost_in_a_comment", "claims", "Says in a comment what it costs and that it is valid.", "same", lambda it: f"; cost = 0 (unit cost)\n{it}; Plan valid\n"),
    _plan("script_step", "names", "Does a step with a thing named as a script of a page.", "harmless", lambda it: it.replace(" ", f" {_SCRIPT} ", 1)),
    _plan("escape_step", "names", "Does a step with a thing that would clear a terminal.", "harmless", lambda it: it.replace(" ", f" {_ESCAPE}", 1)),
    _plan("timed_steps", "numbers", "Gives its steps times that are no numbers.", "same", lambda it: re.sub(r"(?m)^\(", "1e999: (", it)),
    _plan("wide_step", "size", "Takes a step with a hundred thousand things.", "harmless", lambda it: f"({'pick ' * 30_000})\n{it}"),
    _plan("end_first", "vacuity", "Does only its last step.", "harmless", lambda it: it.strip().rpartition("\n")[2]),
    _plan("backwards", "vacuity", "Does its steps from the last to the first.", "harmless", lambda it: "\n".join(reversed(it.strip().splitlines()))),
    _plan("deep_step", "nesting", "Puts a step inside ten thousand others.", "harmless", lambda _: "(pick " * 10_000 + ")" * 10_000),
)  # fmt: skip


# Optimisation models


def _objective(text: str, body: str) -> str:
    """Replace what is minimised or maximised."""
    return re.sub(r"(?ms)^(minimise|maximise) .*?(?=^constraints)", f"minimise cost\n  {body}\n", text)


def _rule(text: str, rule: str) -> str:
    return f"{text.rstrip()}\n  hostile_rule: {rule}\n"


def _variable(text: str) -> str:
    found = re.search(r"(?m)^variables\n  (\w+)(\[\w+\])?", text)
    return "1" if found is None or found[2] else found[1]


def _with_sets(text: str, members: int, deep: int) -> str:
    """Sum over ``deep`` places of a set of so many members."""
    names = ", ".join(f"m{number}" for number in range(members))
    head, _, tail = text.partition("\n")
    text = f"{head}\nsets\n  crowd = {names}\n" + (tail if "sets\n" not in tail else tail.replace("sets\n", "", 1))
    opened = "".join(f"sum(i{number} in crowd) " for number in range(deep))
    return _rule(text, f"{opened}1 >= 0")


def _puzzle(text: str) -> str:
    """Add a market split problem of fifty binaries, for which branch and bound takes ages."""
    names = [f"z{number}" for number in range(50)]
    text = text.replace("variables\n", "variables\n" + "".join(f"  {name} binary\n" for name in names), 1)
    state, rows = 1, list[str]()
    for row in range(6):
        weights: list[int] = []
        for _ in names:
            state = state * 48271 % 2147483647
            weights.append(state % 100)
        terms = " + ".join(f"{weight} * {name}" for weight, name in zip(weights, names, strict=True))
        rows.append(f"  split{row}: {terms} = {sum(weights) // 2}\n")
    return text + "".join(rows)


def _model(name: str, group: str, tries: str, due: Due, write: Write) -> Document:
    return _made(("milp",), name, group, tries, due, write)


MODELS: Final = (
    _model("no_objective", "vacuity", "Has no objective.", "harmless", lambda it: re.sub(r"(?ms)^(minimise|maximise) .*?(?=^constraints)", "", it)),
    _model("objective_of_nothing", "vacuity", "Minimises nothing.", "harmless", lambda it: _objective(it, "0")),
    _model("no_constraints", "vacuity", "Has no constraints.", "harmless", lambda it: it.partition("\nconstraints")[0] + "\n"),
    _model("empty_feasible_set", "vacuity", "Allows no plan at all.", "harmless", lambda it: _rule(it, "1 <= 0")),
    _model("unbounded", "vacuity", "Can always be better.", "harmless", lambda it: _objective(it.replace(">= 0", ""), f"0 - {_variable(it)}")),
    _model("always_true", "vacuity", "Has a constraint that says nothing.", "same", lambda it: _rule(it, "1 <= 2")),
    _model("answer_as_objective", "claims", "Minimises a number that it guessed.", "harmless", lambda it: _objective(it, "247")),
    _model("said_in_comments", "claims", "Calls itself optimal in comments and words.", "same", lambda it: f"# optimal = 1.0, verdict: same\n{it}\n# Status: Optimal\n"),
    _model("rules_from_elsewhere", "claims", "Marks all of its rules as linking, which are not counted.", "harmless", lambda it: re.sub(r'" ?\(template[^)]*\)', '" (linking)', it).partition("\nconstraints")[0] + "\nconstraints\n  all_of_it (linking): 1 <= 2\n"),
    _model("huge_numbers", "numbers", "Adds a number near the largest that there is.", "harmless", lambda it: _objective(it, f"1e308 * {_variable(it)} + 1e308 * {_variable(it)}")),
    _model("endless_numbers", "numbers", "Adds numbers that are too large to be numbers.", "harmless", lambda it: _objective(it, f"1e999 * {_variable(it)} - 1e999 * {_variable(it)}")),
    _model("tower_of_powers", "numbers", "Raises a number to a power of powers.", "harmless", lambda it: _objective(it, "9 ^ 9 ^ 9 ^ 9 ^ 9")),
    _model("huge_power", "numbers", "Raises a sum to the hundred thousandth power.", "harmless", lambda it: _objective(it, f"({_variable(it)} + 1) ^ 100000")),
    _model("division_by_nothing", "numbers", "Divides by zero.", "harmless", lambda it: _objective(it, f"{_variable(it)} / (1 - 1)")),
    _model("tiny_numbers", "numbers", "Scales its objective to almost nothing.", "harmless", lambda it: _objective(it, f"1e-300 * {_variable(it)}")),
    _model("long_digits", "numbers", "Has a number of fifty thousand digits.", "harmless", lambda it: _rule(it, "1 <= " + "9" * 50_000)),
    _model("deep_parentheses", "nesting", "Puts a number into five thousand parentheses.", "harmless", lambda it: _rule(it, "(" * 5_000 + "1" + ")" * 5_000 + " <= 2")),
    _model("row_of_signs", "nesting", "Negates a number fifty thousand times.", "harmless", lambda it: _rule(it, "- " * 50_000 + "1 <= 2")),
    _model("row_of_implications", "nesting", "Chains ten thousand implications.", "harmless", lambda it: _rule(it, "1 <= 2 implies " * 10_000 + "1 <= 2")),
    _model("sum_of_sums", "explosion", "Sums over a hundred things twelve times over.", "harmless", lambda it: _with_sets(it, 100, 12)),
    _model("wide_sum", "explosion", "Sums over three million things.", "harmless", lambda it: _with_sets(it, 170, 3)),
    _model("square_of_sums", "explosion", "Squares a sum forty times.", "harmless", lambda it: _objective(it, "(" * 30 + f"{_variable(it)} + 1" + ") ^ 2" * 30)),
    _model("script_names", "names", "Names a rule so that it would run in the page of a report.", "same", lambda it: _rule(it, "1 <= 2").replace("hostile_rule:", f'hostile_rule "{_SCRIPT}":')),
    _model("escape_names", "names", "Words a rule so that it would clear a terminal.", "same", lambda it: _rule(it, "1 <= 2").replace("hostile_rule:", f'hostile_rule "{_ESCAPE}":')),
    _model("quoted_names", "names", "Has a rule whose name ends the solver's own command.", "same", lambda it: _rule(it, "1 <= 2").replace("hostile_rule:", "'|) (exit) (echo \"sat\") (|':")),
    _model("names_of_the_judge", "names", "Names a variable as the solver's auxiliary ones.", "same", lambda it: it.replace("variables\n", "variables\n  '__aux_0' binary\n  'x0' real\n  c1 real\n", 1)),
    _model("twin_rules", "names", "Gives two rules one name.", "harmless", lambda it: _rule(_rule(it, "1 <= 2"), "1 <= 0")),
    _model("twin_variables", "names", "Declares its first variable twice.", "harmless", lambda it: it.replace("variables\n", f"variables\n  {_variable(it)} binary\n", 1) if _variable(it) != "1" else it.replace("variables\n", "variables\n  a real\n  a real\n", 1)),
    _model("many_rules", "size", "Has twenty thousand rules.", "harmless", lambda it: it + "".join(f"  r{number}: 1 <= 2\n" for number in range(20_000))),
    _model("hard_puzzle", "explosion", "Hides a puzzle among its rules that solvers take ages for.", "harmless", _puzzle),
    _model("open_quote", "text", "Opens a quotation and never ends it.", "harmless", lambda it: it + '  a "' + "x\\" * 50_000),
)  # fmt: skip


# Requests of trips and policies of access (JSON)


def _changed(text: str, **fields: object) -> str:
    tree = cast("dict[str, object]", json.loads(text))
    return json.dumps(tree | fields)


def _trip(name: str, group: str, tries: str, due: Due, write: Write) -> Document:
    return _made(("trip-request",), name, group, tries, due, write)


TRIPS: Final = (
    _trip("no_days", "vacuity", "Asks for a trip of no days.", "harmless", lambda it: _changed(it, days=0, date=[], visiting_city_number=0)),
    _trip("nobody_travels", "vacuity", "Asks for a trip for nobody.", "harmless", lambda it: _changed(it, people_number=0)),
    _trip("no_money", "vacuity", "Asks for what no money buys.", "harmless", lambda it: _changed(it, budget=1)),
    _trip("endless_money", "numbers", "Has a budget of a thousand digits.", "harmless", lambda it: it.replace('"budget": ', '"budget": ' + "9" * 1_000)),
    _trip("no_number", "numbers", "Has a budget that is no number.", "harmless", lambda it: re.sub(r'"budget": \d+', '"budget": NaN', it)),
    _trip("large_exponent", "numbers", "Has a budget with a large exponent.", "harmless", lambda it: re.sub(r'"budget": \d+', '"budget": 1e400', it)),
    _trip("many_days", "numbers", "Asks for a trip of a billion days.", "harmless", lambda it: _changed(it, days=10**9)),
    _trip("dates_of_others", "numbers", "Writes dates that no calendar holds.", "harmless", lambda it: _changed(it, date=["9999-12-31"] * 5)),
    _trip("twice_the_budget", "names", "Gives its budget two times.", "harmless", lambda it: it.rstrip().rstrip("}") + ', "budget": 999999}'),
    _trip("twice_by_escape", "names", "Gives its budget two times, once in other letters.", "harmless", lambda it: it.rstrip().rstrip("}") + ', "\\u0062udget": 999999}'),
    _trip("own_score", "claims", "Adds a field with its own score.", "harmless", lambda it: _changed(it, solved=1.0)),
    _trip("script_place", "names", "Goes to a place named as a script of a page.", "harmless", lambda it: _changed(it, dest=_SCRIPT)),
    _trip("escape_place", "names", "Goes to a place that would clear a terminal.", "harmless", lambda it: _changed(it, dest=_ESCAPE)),
    _trip("escape_wish", "names", "Wishes for what would clear a terminal.", "harmless", lambda it: _changed(it, local_constraint={"house rule": _ESCAPE, "cuisine": [_ESCAPE], "room type": None, "transportation": None})),
    _trip("half_letters", "text", "Goes to half of a character.", "harmless", lambda it: _changed(it, dest="\ud800")),
    _trip("deep_wish", "nesting", "Nests its wishes a hundred thousand deep.", "harmless", lambda it: it.replace('"cuisine": null', '"cuisine": ' + "[" * 100_000 + "]" * 100_000)),
    _trip("many_wishes", "size", "Wishes for a thousand kitchens.", "harmless", lambda it: _changed(it, local_constraint={"house rule": None, "cuisine": ["Thai"] * 1_000, "room type": None, "transportation": None})),
)  # fmt: skip


def _statement(**parts: object) -> str:
    usual: dict[str, object] = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [usual | parts]})


def _access(name: str, group: str, tries: str, due: Due, write: Write) -> Document:
    return _made(("access-policy",), name, group, tries, due, write)


POLICIES: Final = (
    _access("allows_everything", "vacuity", "Allows every request.", "harmless", lambda _: _statement()),
    _access("denies_everything", "vacuity", "Denies every request.", "harmless", lambda _: _statement(Effect="Deny")),
    _access("says_nothing", "vacuity", "Has no statement.", "harmless", lambda _: '{"Version": "2012-10-17", "Statement": []}'),
    _access("twin_effects", "names", "Allows and denies in one statement.", "harmless", lambda it: it.replace('"Effect": "Allow"', '"Effect": "Allow", "Effect": "Deny"', 1)),
    _access("twin_by_escape", "names", "Allows and denies in one statement, once in other letters.", "harmless", lambda it: it.replace('"Effect": "Allow"', '"Effect": "Deny", "\\u0045ffect": "Allow"', 1)),
    _access("unknown_parts", "claims", "Adds a part with its own score.", "harmless", lambda it: it.replace('"Version"', '"equivalent": 1.0, "Version"', 1)),
    _access("script_name", "names", "Names a statement as a script of a page.", "same", lambda it: re.sub(r'"Sid": "\w+"', f'"Sid": "{_SCRIPT}"', it, count=1)),
    _access("escape_name", "names", "Names a statement so that it would clear a terminal.", "same", lambda it: re.sub(r'"Sid": "\w+"', lambda _: f'"Sid": {json.dumps(_ESCAPE)}', it, count=1)),
    _access("escape_action", "names", "Allows an action that would clear a terminal.", "harmless", lambda _: _statement(Action=f"s3:{_ESCAPE}")),
    _access("half_letters", "text", "Allows half of a character.", "harmless", lambda _: _statement(Resource="arn:aws:s3:::\ud800")),
    _access("many_stars", "explosion", "Has a pattern of many stars.", "harmless", lambda _: _statement(Resource="arn:aws:s3:::" + "*a" * 500 + "*")),
    _access("stars_and_marks", "explosion", "Has a pattern whose automaton is as large as two to its length.", "harmless", lambda _: _statement(Resource="arn:aws:s3:::*a" + "?" * 60)),
    _access("many_stars_apart", "explosion", "Has many patterns, each with stars of its own.", "harmless", lambda _: _statement(Resource=[f"arn:aws:s3:::*{a}*{b}*{a}{b}*" for a in "abcdefghijklm" for b in "nopqrstuvwxyz"])),
    _access("many_statements", "size", "Has five hundred statements.", "harmless", lambda _: json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": f"s3:a{n}*", "Resource": f"*{n}?"} for n in range(500)]})),
    _access("many_conditions", "explosion", "Has conditions on sixty keys.", "harmless", lambda _: _statement(Condition={"StringLike": {f"aws:PrincipalTag/k{n}": [f"*{n}*", f"?{n}*"] for n in range(60)}})),
    _access("nested_policy", "nesting", "Nests a statement ten thousand deep.", "harmless", lambda _: '{"Statement": ' + "[" * 10_000 + "]" * 10_000 + "}"),
    _access("variables", "doors", "Has variables that a careless reader would fill.", "harmless", lambda _: _statement(Resource="arn:aws:s3:::${aws:username}/${*}/${$}")),
    _access("huge_number", "numbers", "Compares with a number of ten thousand digits.", "harmless", lambda _: _statement(Condition={"NumericLessThan": {"s3:max-keys": "9" * 10_000}})),
    _access("no_number", "numbers", "Compares with what is no number.", "harmless", lambda _: _statement(Condition={"NumericLessThan": {"s3:max-keys": ["NaN", "1e999", "0x10"]}})),
    _access("wide_network", "numbers", "Allows networks that are none.", "harmless", lambda _: _statement(Condition={"IpAddress": {"aws:SourceIp": ["0.0.0.0/99", "::/0", "999.1.1.1"]}})),
)  # fmt: skip


# Rules of tools and regular expressions


def _tools(name: str, group: str, tries: str, due: Due, write: Write) -> Document:
    return _made(("tool-policy",), name, group, tries, due, write)


RULES: Final = (
    _tools("allows_everything", "vacuity", "Allows every call.", "harmless", lambda _: "rule all: allow *\n"),
    _tools("denies_everything", "vacuity", "Forbids every call.", "harmless", lambda _: "rule all: forbid *\n"),
    _tools("allows_by_tautology", "vacuity", "Allows every call by a condition that always holds.", "harmless", lambda _: "rule all: allow *\n    when 1 == 1 or not true\n"),
    _tools("own_tools", "doors", "Declares the tools anew, without their arguments.", "harmless", lambda it: "tool send_money()\n" + it),
    _tools("own_default", "doors", "Lets whatever no rule names pass.", "harmless", lambda it: "default allow\n" + it),
    _tools("own_combination", "doors", "Combines its rules in its own way.", "harmless", lambda it: "policy candidate deny-overrides\n" + it + "rule all: allow *\n"),
    _tools("own_trust", "claims", "Assigns the origin of what it wants to let pass.", "harmless", lambda _: 'rule all: allow *\n    then st.trusted = "user"\n'),
    _tools("first_of_all", "numbers", "Asks its rule that allows all before any other.", "harmless", lambda it: it + "rule all: allow *\n    priority -" + "9" * 400 + "\n"),
    _tools("as_json", "doors", "Is a policy in another form.", "harmless", lambda _: '{"rules": [{"name": "all", "tool": "*", "effect": "allow"}], "default": "allow"}'),
    _tools("exploding_pattern", "explosion", "Has a pattern on which careless matchers never end.", "harmless", lambda _: 'rule a: allow open_page\n    when fullmatch(arg.url, "(a+)+(a|a)*b.*")\n'),
    _tools("large_pattern", "explosion", "Has a pattern whose automaton is as large as two to its length.", "harmless", lambda _: 'rule a: allow open_page\n    when fullmatch(arg.url, ".*a.{40}")\n'),
    _tools("repeated_pattern", "explosion", "Has a pattern of repeated repetitions.", "harmless", lambda _: 'rule a: allow open_page\n    when fullmatch(arg.url, "((((a{0,99}){0,99}){0,99}){0,99}){0,99}")\n'),
    _tools("nested_quantifiers", "explosion", "Asks for all of all of all members of a list.", "harmless", lambda _: "rule a: allow send_mail\n    when " + "".join(f"all v{n} in arg.recipients: " for n in range(25)) + 'v0 == v24\n'),
    _tools("visits_without_end", "explosion", "Goes through all words for each word, twenty-five times over.", "harmless", lambda _: "rule a: allow *\n    when " + "".join(f"all v{n} in ctx.words: " for n in range(25)) + 'v0 == v0\n'),
    _tools("deep_condition", "nesting", "Puts a condition into two thousand parentheses.", "harmless", lambda _: "rule a: allow open_page\n    when " + "(" * 2_000 + "true" + ")" * 2_000 + "\n"),
    _tools("many_nots", "nesting", "Denies a condition two thousand times.", "harmless", lambda _: "rule a: allow open_page\n    when " + "not " * 2_000 + "true\n"),
    _tools("many_rules", "size", "Has ten thousand rules.", "harmless", lambda _: "".join(f"rule r{n}: forbid open_page\n    when arg.url == \"{n}\"\n" for n in range(10_000))),
    _tools("twin_rules", "names", "Gives two rules one name.", "harmless", lambda it: it + "rule list_files: allow *\n"),
    _tools("script_rule", "names", "Names a rule as a script of a page.", "same", lambda it: it + f'rule "{_SCRIPT}": forbid open_page\n    reason "{_SCRIPT}"\n'),
    _tools("escape_rule", "names", "Gives a reason that would clear a terminal.", "harmless", lambda it: it + f'rule "{_ESCAPE}": forbid open_page\n    reason "{_ESCAPE}"\n'),
    _tools("huge_numbers", "numbers", "Compares with numbers that are too large.", "harmless", lambda _: "rule a: allow send_money\n    when arg.amount < 1e999 and arg.amount <= " + "9" * 5_000 + "\n"),
)  # fmt: skip


def _expression(name: str, group: str, tries: str, due: Due, write: Write) -> Document:
    return _made(("regular-expression",), name, group, tries, due, write)


EXPRESSIONS: Final = (
    _expression("everything", "vacuity", "Names every text.", "harmless", lambda _: "(.|\\n)*"),
    _expression("nothing_named", "vacuity", "Names no text.", "harmless", lambda _: "[^\\s\\S]"),
    _expression("large_automaton", "explosion", "Needs an automaton as large as two to its length.", "harmless", lambda _: "(a|b)*a" + "(a|b)" * 40),
    _expression("repeated", "explosion", "Repeats repetitions of repetitions.", "harmless", lambda _: "((((a{0,999}){0,999}){0,999}){0,999}){0,999}"),
    _expression("most_repeats", "explosion", "Repeats what repeats as often as is allowed.", "harmless", lambda _: "(.{9999}){9999}"),
    _expression("ambiguous", "explosion", "Matches one text in endless ways.", "harmless", lambda _: "(a*)*(a|a)*(a+)+b"),
    _expression("many_options", "size", "Has fifty thousand options.", "harmless", lambda _: "|".join(f"a{n}" for n in range(50_000))),
    _expression("many_classes", "explosion", "Has thousands of classes, each of other letters.", "harmless", lambda _: "|".join(f"[{chr(0x4E00 + n)}-{chr(0x4E20 + n)}]*{chr(0x4E10 + n)}" for n in range(400))),
    _expression("deep_groups", "nesting", "Nests groups ten thousand deep.", "harmless", lambda _: "(" * 10_000 + "a" + ")" * 10_000),
    _expression("deep_stars", "nesting", "Nests ninety stars.", "harmless", lambda _: "(" * 90 + "a" + ")*" * 90),
    _expression("looks_ahead", "doors", "Looks ahead, which is not regular.", "refused", lambda _: "(?=arn).*"),
    _expression("code_inside", "doors", "Holds code that some readers run.", "refused", lambda _: "(?{system('touch solon-was-here')})"),
    _expression("flags", "doors", "Turns the meaning of its letters.", "refused", lambda _: "(?i)(?x) a r n"),
    _expression("back_reference", "doors", "Refers to itself.", "refused", lambda _: "(a*)\\1"),
    _expression("huge_repeat", "numbers", "Repeats a letter a number of times that has a thousand digits.", "refused", lambda _: "a{" + "9" * 1_000 + "}"),
    _expression("turned_repeat", "numbers", "Repeats from many to few.", "refused", lambda _: "a{5,2}"),
    _expression("script_expression", "names", "Would run in the page of a report.", "no-gain", lambda it: f"{it}|{_SCRIPT}"),
    _expression("escape_expression", "names", "Would clear a terminal.", "no-gain", lambda it: f"{it}|{_ESCAPE.replace('[', chr(92) + '[')}"),
)  # fmt: skip

ATTACKS: Final = (*PDDL, *PLANS, *MODELS, *TRIPS, *POLICIES, *RULES, *EXPRESSIONS)


def documents(kind: str) -> tuple[Document, ...]:
    """Return the attacks that can be written in a language, by class and name."""
    found = [each for each in (*ANY, *ATTACKS) if not each.kinds or kind in each.kinds]
    return tuple(sorted(found, key=lambda each: (CLASSES.index(each.group), each.name)))
