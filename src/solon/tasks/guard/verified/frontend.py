"""A small part of Python as conditions: one function of named parameters that returns True, False or raises.

The function is executed for all requests at once: each path through it carries the condition under which it is taken.
The result is true exactly of the requests for which the function returns True; a function that raises, or returns
anything else, allows nothing. What does not fit is refused by a sentence that names the line, and then the function
can still run, but nothing is proved of it.
"""

import ast
import builtins
import math
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final, cast

from solon.contract import Value
from solon.verify.requests.expression import (
    FALSE,
    TRUE,
    Among,
    Arithmetic,
    Compare,
    Comparison,
    Constant,
    Expression,
    Length,
    Matches,
    Path,
    Present,
    Quantified,
    Scalar,
    Scaled,
    conjunction,
    disjunction,
    negation,
)
from solon.verify.requests.meaning import always
from solon.verify.requests.schema import Items, Number, Record, Shape, Text, Truth
from solon.verify.requests.text import Form

PATHS: Final = 2000
_SIGNS: Final[dict[type[ast.cmpop], Comparison]] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
_CALLS: Final[frozenset[str]] = frozenset(("fullmatch", "glob", "starts", "ends"))
_METHODS: Final[dict[str, Form]] = {"startswith": "starts", "endswith": "ends"}
MEANT: Final[frozenset[str]] = _CALLS | {"all", "any", "len"}  # names that no program may give another meaning
_TAKEN: Final = (
    ast.Module, ast.FunctionDef, ast.arguments, ast.arg, ast.Return, ast.If, ast.For, ast.Assign, ast.AnnAssign,
    ast.Expr, ast.Pass, ast.Raise, ast.Constant, ast.Name, ast.expr_context, ast.BoolOp, ast.boolop, ast.UnaryOp,
    ast.unaryop, ast.Compare, ast.cmpop, ast.BinOp, ast.operator, ast.Call, ast.GeneratorExp, ast.comprehension,
    ast.Subscript, ast.Tuple, ast.List, ast.Set, ast.Dict,
)  # fmt: skip
"""All that a policy is made of; of calls and attributes only those in ``_only_taken``."""


class NotCompiled(ValueError):
    """Raised for Python that the front end does not take; one sentence with the line."""


class _Term(Value, frozen=True):
    """A value: an expression with its shape, or a constant of the host; ``missing`` if it may be None."""

    expression: Expression | None = None
    shape: Shape | None = None
    missing: Expression = FALSE  # when it is None
    raises: Expression = FALSE  # when its computation raises
    constant: object = None


class _Truth(Value, frozen=True):
    """A truth value and when its computation raises; ``holds`` counts only where it does not."""

    holds: Expression
    raises: Expression = FALSE


_Names = Mapping[str, _Term | _Truth]
_Path = tuple[Expression, _Names]  # the condition under which it is taken, and the names on it


def compile_policy(source: str, parameters: Record, places: Mapping[str, Path], entry: str = "policy") -> Expression:
    """Return when a policy function returns True. Raises NotCompiled.

    ``places`` says where in the request each of its parameters is; their shapes are those of ``parameters``.
    """
    try:
        tree = ast.parse(source)
        compile(source, "policy.py", "exec", dont_inherit=True)  # which knows more mistakes, such as a name taken twice
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise NotCompiled(f"the source is not valid Python ({error})") from None
    try:
        found = _Compiler(parameters, places).module(tree, entry)
        _only_taken(tree)
    except RecursionError:
        raise NotCompiled("the function is nested too deeply; flatten it") from None
    return found


def blocking_lines(
    source: str, parameters: Record, places: Mapping[str, Path], entry: str = "policy"
) -> list[tuple[int, Expression]]:
    """Return the lines at which the function returns False, each with the condition for it. Raises NotCompiled."""
    compiler = _Compiler(parameters, places)
    compiler.module(ast.parse(source), entry)
    return compiler.denied


class _Compiler:
    def __init__(self, parameters: Record, places: Mapping[str, Path]) -> None:
        self.denied: list[tuple[int, Expression]] = []
        self._parameters = parameters
        self._places = places
        self._bound = 0

    def module(self, tree: ast.Module, entry: str) -> Expression:
        constants: dict[str, _Term | _Truth] = {}
        function: ast.FunctionDef | None = None
        for statement in tree.body:
            match statement:
                case ast.FunctionDef(name=name) if name == entry and function is None:
                    function = statement
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self._name(statement, name, (entry,))
                    constants[name] = _Term(constant=_constant(value))
                case ast.Expr(value=ast.Constant(value=str())):
                    pass
                case _:
                    raise _refuse(statement, "only constants and the policy function may stand at the top level")
        if function is None:
            raise NotCompiled(f"there is no function {entry!r}; define it")
        return self._function(function, constants)

    def _function(self, function: ast.FunctionDef, constants: dict[str, _Term | _Truth]) -> Expression:
        given = function.args
        if given.vararg or given.kwarg or given.kwonlyargs or given.posonlyargs or given.defaults:
            raise _refuse(function, "the parameters must be plain names without defaults")
        if not all(_harmless(note) for note in (function.returns, *(each.annotation for each in given.args))):
            raise _refuse(function, "an annotation may only name a type, such as str or list[str]")
        if function.decorator_list:
            raise _refuse(function, "decorators are not taken")
        for node in ast.walk(function):  # what is assigned anywhere in a function is no constant anywhere in it
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                self._name(node, node.id, constants)
        names: dict[str, _Term | _Truth] = dict(constants)
        if {each.arg for each in given.args} != set(self._places):
            raise NotCompiled(f"the parameters must be {', '.join(self._places)}")
        for each in given.args:
            self._name(function, each.arg, ())
            names[each.arg] = self._parameter(each.arg)
        allowed: list[Expression] = []
        self._block(function.body, [(TRUE, names)], allowed)
        return disjunction(*allowed)

    def _parameter(self, name: str) -> _Term | _Truth:
        path, field = self._places[name], self._parameters.fields[name]
        missing = FALSE if always(field) else negation(Present(path))
        return _Term(path, field.shape, missing)

    # Statements

    def _block(self, body: Sequence[ast.stmt], paths: list[_Path], allowed: list[Expression]) -> list[_Path]:
        """Execute statements on all paths; what returns True goes to ``allowed``, what ends otherwise is dropped."""
        for statement in body:
            if len(paths) > PATHS or len(allowed) > PATHS:
                raise _refuse(statement, f"there are more than {PATHS} paths; simplify the conditions")
            after: list[_Path] = []
            for path in paths:
                after += self._statement(statement, path, allowed)
            paths = after
            if not paths:
                break
        return paths

    def _statement(self, statement: ast.stmt, path: _Path, allowed: list[Expression]) -> list[_Path]:  # noqa: PLR0911 - one case a variant
        condition, names = path
        match statement:
            case ast.Return(value=None):
                return []
            case ast.Return(value=value):
                truth = self._truth(cast("ast.expr", value), names)
                fine = conjunction(condition, negation(truth.raises))
                allowed.append(conjunction(fine, truth.holds))
                self.denied.append((statement.lineno, conjunction(fine, negation(truth.holds))))
                return []
            case ast.If(test=test, body=body, orelse=orelse):
                truth = self._truth(test, names)
                fine = conjunction(condition, negation(truth.raises))
                yes, not_ = conjunction(fine, truth.holds), conjunction(fine, negation(truth.holds))
                after = self._block(body, [(yes, names)], allowed) if yes != FALSE else []
                return after + (self._block(orelse, [(not_, names)], allowed) if not_ != FALSE else [])
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.expr() as value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                return [(condition, {**names, name: self._either(value, names)})]
            case ast.For():
                return self._loop(statement, path, allowed)
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                return [path]
            case ast.Raise(exc=raised, cause=None):
                _plainly_raised(statement, raised)
                return []
            case _:
                raise _refuse(statement, "this statement is not taken; use if, for over a list, assignment and return")

    def _loop(self, loop: ast.For, path: _Path, allowed: list[Expression]) -> list[_Path]:
        """Take a loop whose body only returns one and the same constant under conditions."""
        condition, names = path
        found: list[ast.expr] = []
        results: set[bool] = set()
        for statement in loop.body:
            match statement:
                case ast.If(test=test, body=[ast.Return(value=ast.Constant(value=bool(value)))], orelse=[]):
                    found.append(test)
                    results.add(value)
                case _:
                    raise _refuse(statement, "a loop may only hold: if CONDITION: return True (or False)")
        if len(results) != 1 or loop.orelse:
            raise _refuse(loop, "all returns of a loop must give the same constant, and it has no else")
        any_ = self._elements(loop.target, loop.iter, names, "any", lambda inner: self._or(found, inner))
        fine = conjunction(condition, negation(any_.raises))
        if results == {True}:
            allowed.append(conjunction(fine, any_.holds))
        else:
            self.denied.append((loop.lineno, conjunction(fine, any_.holds)))
        return [(conjunction(fine, negation(any_.holds)), names)]

    @staticmethod
    def _name(node: ast.AST, name: str, taken: Collection[str]) -> None:
        """Refuse to give a name another meaning."""
        if name in MEANT or name in taken:
            raise _refuse(node, f"{name} already means something else; choose another name")

    def _or(self, tests: Sequence[ast.expr], names: _Names) -> _Truth:
        truths = [self._truth(test, names) for test in tests]
        return _Truth(disjunction(*(each.holds for each in truths)), disjunction(*(each.raises for each in truths)))

    def _elements(
        self, target: ast.expr, iterable: ast.expr, names: _Names, kind: str, body: Callable[[_Names], _Truth]
    ) -> _Truth:
        listed = self._term(iterable, names)
        if not isinstance(target, ast.Name) or not isinstance(listed.expression, Path):
            raise _refuse(iterable, "only a list parameter can be gone through, by one name")
        self._name(target, target.id, ())
        if target.id in names:  # after a loop the name keeps the last element
            raise _refuse(target, f"{target.id} already means something else; choose another name")
        if not isinstance(listed.shape, Items):
            raise _refuse(iterable, "this is no list")
        self._bound += 1
        variable = f"x{self._bound}"
        inner = body({**names, target.id: _Term(Path("var", (variable,)), listed.shape.item)})
        if inner.raises != FALSE:
            raise _refuse(iterable, "what is asked of the elements may raise; ask for None first")
        holds = Quantified("all" if kind == "all" else "any", variable, listed.expression, inner.holds)
        return _Truth(conjunction(negation(listed.missing), holds), listed.missing)

    # Conditions

    def _either(self, node: ast.expr, names: _Names) -> _Term | _Truth:
        if (
            isinstance(node, ast.BoolOp | ast.Compare)
            or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not))
            or (isinstance(node, ast.Call) and not (isinstance(node.func, ast.Name) and node.func.id == "len"))
        ):
            truth = self._truth(node, names)
            if truth.raises != FALSE:
                raise _refuse(node, "this may raise; compute it in the condition itself")
            return truth
        term = self._term(node, names)
        if term.raises != FALSE:
            raise _refuse(node, "this may raise; compute it in the condition itself")
        return term

    def _truth(self, node: ast.expr, names: _Names) -> _Truth:  # noqa: PLR0911 - one case a variant
        match node:
            case ast.Constant(value=bool(value)):
                return _Truth(Constant(value))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                inner = self._truth(operand, names)
                return _Truth(negation(inner.holds), inner.raises)
            case ast.BoolOp(op=operator, values=values):
                return self._joined(
                    [self._truth(value, names) for value in values], every=isinstance(operator, ast.And)
                )
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                sides = [left, *comparators]
                parts = [self._compare(node, op, sides[at], sides[at + 1], names) for at, op in enumerate(ops)]
                return self._joined(parts, every=True)
            case ast.Call():
                return self._call(node, names)
            case ast.Name(id=name) if isinstance(names.get(name), _Truth):
                return cast("_Truth", names[name])
            case _:
                term = self._term(node, names)
                if isinstance(term.constant, bool):
                    return _Truth(Constant(term.constant))
                if not isinstance(term.shape, Truth) or not isinstance(term.expression, Path):
                    raise _refuse(node, "this is no truth value; compare it with something")
                return _Truth(conjunction(negation(term.missing), term.expression))  # None counts as false

    def _joined(self, parts: Sequence[_Truth], *, every: bool) -> _Truth:
        """Join truths from left to right, as ``and`` (``every``) and ``or`` do: what decides ends it."""
        raises: Expression = FALSE
        reached: Expression = TRUE
        for part in parts:
            raises = disjunction(raises, conjunction(reached, part.raises))
            reached = conjunction(reached, negation(part.raises), part.holds if every else negation(part.holds))
        holds = [part.holds for part in parts]
        return _Truth(conjunction(*holds) if every else disjunction(*holds), raises)

    def _compare(self, node: ast.expr, op: ast.cmpop, left: ast.expr, right: ast.expr, names: _Names) -> _Truth:
        match op:
            case ast.Is() | ast.IsNot():
                if not (isinstance(right, ast.Constant) and right.value is None):
                    raise _refuse(node, "is can only ask for None")
                term = self._term(left, names)
                if not isinstance(term.expression, Path):
                    raise _refuse(node, "only a parameter can be asked whether it is None")
                return _Truth(term.missing if isinstance(op, ast.Is) else negation(term.missing))
            case ast.In():
                return self._member(node, left, right, names)
            case ast.NotIn():
                inner = self._member(node, left, right, names)
                return _Truth(negation(inner.holds), inner.raises)
            case _:
                return self._order(node, _SIGNS[type(op)], self._term(left, names), self._term(right, names))

    def _order(self, node: ast.expr, sign: Comparison, left: _Term, right: _Term) -> _Truth:
        one, other = _expression(left, node), _expression(right, node)
        missing = disjunction(left.missing, right.missing)
        kinds = _kind(left, node), _kind(right, node)
        if sign not in {"==", "!="}:
            if kinds != ("number", "number"):
                raise _refuse(node, "only numbers and lengths have an order here")
            return _Truth(Compare(sign, one, other), disjunction(missing, left.raises, right.raises))
        if not {*kinds} <= {"number", "text", "truth value"}:
            raise _refuse(node, f"a {next(kind for kind in kinds if kind in {'list', 'thing'})} is compared")
        if kinds[0] != kinds[1]:
            raise _refuse(node, f"a {kinds[0]} is compared with a {kinds[1]}")
        if FALSE not in (left.missing, right.missing):
            raise _refuse(node, "both sides may be None; ask for None first")
        equal = conjunction(negation(missing), Compare("==", one, other))
        return _Truth(equal if sign == "==" else negation(equal), disjunction(left.raises, right.raises))

    def _member(self, node: ast.expr, left: ast.expr, right: ast.expr, names: _Names) -> _Truth:
        table = self._table(right, names)
        item = self._term(left, names)
        if item.raises != FALSE:
            raise _refuse(left, "this may raise; ask for None first")
        if table is not None:
            key, entries, default = table
            cases = [
                conjunction(Compare("==", key, Constant(each)), _among(item, values, node))
                for each, values in entries.items()
            ]
            known = Among(key, tuple(entries))
            if default is None:
                return _Truth(disjunction(*cases), negation(known))
            return _Truth(disjunction(*cases, conjunction(negation(known), _among(item, default, node))))
        group = self._term(right, names)
        if isinstance(group.constant, tuple | list | set | frozenset):
            return _Truth(_among(item, cast("Iterable[object]", group.constant), node))
        if isinstance(group.shape, Items) and isinstance(group.expression, Path):
            self._bound += 1
            variable = f"x{self._bound}"
            if item.missing != FALSE:
                raise _refuse(node, "what is looked for may be None; ask for None first")
            same = Compare("==", Path("var", (variable,)), _expression(item, node))
            holds = conjunction(negation(group.missing), Quantified("any", variable, group.expression, same))
            return _Truth(holds, group.missing)
        raise _refuse(node, "membership is taken in constants, in tables of constants and in list parameters")

    def _table(
        self, node: ast.expr, names: _Names
    ) -> tuple[Expression, dict[Scalar, Iterable[object]], Iterable[object] | None] | None:
        """Return key, entries and default of ``TABLE[key]`` or ``TABLE.get(key, default)``, if it is one."""
        match node:
            case ast.Subscript(value=ast.Name(id=name), slice=key):
                default = None
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="get"), args=[key, other], keywords=[]):
                group = self._term(other, names).constant
                if not isinstance(group, tuple | list | set | frozenset):
                    raise _refuse(node, "what stands for a key that is not there must be a group of constants")
                default = cast("Iterable[object]", group)
            case _:
                return None
        known = names.get(name)
        if not isinstance(known, _Term) or not isinstance(known.constant, dict):
            raise _refuse(node, f"{name} is no table of constants at the top level")
        term = self._term(key, names)
        if term.missing != FALSE or term.raises != FALSE:
            raise _refuse(node, "the key may be None; ask for None first")
        return _expression(term, node), cast("dict[Scalar, Iterable[object]]", known.constant), default

    def _call(self, node: ast.Call, names: _Names) -> _Truth:
        match node:
            case ast.Call(func=ast.Name(id=name), args=[subject, pattern], keywords=[]) if name in _CALLS:
                return self._form(cast("Form", name), subject, pattern, names)
            case ast.Call(func=ast.Attribute(value=subject, attr=name), args=[pattern], keywords=[]) if (
                name in _METHODS
            ):
                return self._form(_METHODS[name], subject, pattern, names)
            case ast.Call(
                func=ast.Name(id=("all" | "any") as kind),
                args=[
                    ast.GeneratorExp(
                        elt=body, generators=[ast.comprehension(target=target, iter=iterable, ifs=ifs, is_async=0)]
                    )
                ],
                keywords=[],
            ):

                def inner(known: _Names) -> _Truth:
                    truth = self._truth(body, known)
                    extra = [self._truth(test, known) for test in ifs]
                    if any(each.raises != FALSE for each in extra):
                        raise _refuse(node, "the filter may raise; ask for None first")
                    kept = conjunction(*(each.holds for each in extra))
                    if kind == "all":
                        return _Truth(disjunction(negation(kept), truth.holds), truth.raises)
                    return _Truth(conjunction(kept, truth.holds), truth.raises)

                return self._elements(target, iterable, names, kind, inner)
            case _:
                raise _refuse(
                    node, f"{ast.unparse(node.func)} is not taken; use fullmatch, glob, starts, ends, all, any or len"
                )

    def _form(self, kind: Form, subject: ast.expr, pattern: ast.expr, names: _Names) -> _Truth:
        term, text = self._term(subject, names), self._term(pattern, names).constant
        if not isinstance(term.expression, Path) or not isinstance(term.shape, Text):
            raise _refuse(subject, "only a text parameter has a form")
        options = cast("tuple[object, ...]", text) if isinstance(text, tuple) else (text,)
        if not all(isinstance(each, str) for each in options):
            raise _refuse(pattern, "the pattern must be a constant text")
        found = [Matches(kind, term.expression, str(each)) for each in options]
        return _Truth(disjunction(*found), term.missing)

    # Values

    def _term(self, node: ast.expr, names: _Names) -> _Term:
        match node:
            case ast.Name(id=name):
                known = names.get(name)
                if not isinstance(known, _Term):
                    raise _refuse(node, f"{name} is no value that is known here")
                return known
            case ast.Call(func=ast.Name(id="len"), args=[inner], keywords=[]):
                term = self._term(inner, names)
                if not isinstance(term.expression, Path) or not isinstance(term.shape, Text | Items):
                    raise _refuse(node, "only a text or a list parameter has a length")
                return _Term(Length(term.expression), Number(whole=True), raises=term.missing)
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
                return self._sum(node, "+" if isinstance(op, ast.Add) else "-", left, right, names)
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                one, other = self._term(left, names), self._term(right, names)
                factor, rest = (one, other) if one.expression is None else (other, one)
                if not _is_number(factor.constant):
                    raise _refuse(node, "one side of a product must be a constant number")
                if not _is_whole(factor) or not _is_whole(rest):
                    raise _refuse(node, "floating point rounds, and a proof would not; compute with whole numbers")
                scaled = Scaled(cast("int", factor.constant), _expression(rest, node))
                return _Term(scaled, Number(whole=True), raises=disjunction(rest.missing, rest.raises))
            case _:
                return _Term(constant=_constant(node))

    def _sum(self, node: ast.expr, sign: str, left: ast.expr, right: ast.expr, names: _Names) -> _Term:
        one, other = self._term(left, names), self._term(right, names)
        if {_kind(one, node), _kind(other, node)} != {"number"}:
            raise _refuse(node, "only numbers can be added here")
        if not _is_whole(one) or not _is_whole(other):
            raise _refuse(node, "floating point rounds, and a proof would not; compute with whole numbers")
        raises = disjunction(one.missing, one.raises, other.missing, other.raises)
        found = Arithmetic("+" if sign == "+" else "-", _expression(one, node), _expression(other, node))
        return _Term(found, Number(whole=True), raises=raises)


def _among(item: _Term, values: object, node: ast.expr) -> Expression:
    if not isinstance(values, tuple | list | set | frozenset | dict):  # in a text it would look for a part
        raise _refuse(node, "membership is taken in a group of constants, and this is none")
    return _in_group(item, cast("Iterable[object]", values), node)


def _in_group(item: _Term, values: Iterable[object], node: ast.expr) -> Expression:
    found = tuple(cast("Scalar", value) for value in values)
    kind = _kind(item, node)
    if any(_kind(_Term(constant=value), node) != kind for value in found):
        raise _refuse(node, f"a {kind} is looked for among values of another type")
    if isinstance(values, set | frozenset):
        found = tuple(sorted(found, key=repr))
    return conjunction(negation(item.missing), Among(_expression(item, node), found))


def _expression(term: _Term, node: ast.expr) -> Expression:
    if term.expression is not None:
        return term.expression
    if not isinstance(term.constant, bool | int | float | str):
        raise _refuse(node, "a number, a text or a truth value is due")
    return Constant(term.constant)


def _kind(term: _Term, node: ast.expr) -> str:
    if term.expression is None:
        value = term.constant
        return (
            "truth value"
            if isinstance(value, bool)
            else "number"
            if _is_number(value)
            else "text"
            if isinstance(value, str)
            else "thing"
        )
    kinds = {Text: "text", Number: "number", Truth: "truth value", Items: "list"}
    found = next((kind for shape, kind in kinds.items() if isinstance(term.shape, shape)), None)
    if found is None:
        raise _refuse(node, "this has no type that conditions know")
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _plainly_raised(statement: ast.Raise, raised: ast.expr | None) -> None:
    """Refuse to raise anything whose making could do something else."""
    if isinstance(raised, ast.Call) and not raised.keywords:
        told = [_constant(argument) for argument in raised.args]
        raised = raised.func if all(isinstance(each, str) for each in told) else None
    if not isinstance(raised, ast.Name):
        raise _refuse(statement, 'only an error by name may be raised, such as ValueError("text")')


def _only_taken(tree: ast.Module) -> None:
    """Refuse what no policy is made of, also where it is never reached: other provers run the file."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    named = {call.func for call in calls if isinstance(call.func, ast.Attribute)}
    for node in ast.walk(tree):
        if not isinstance(node, _TAKEN) and node not in named:
            raise _refuse(node, f"{type(node).__name__} is not taken, not even where it is never reached")
    for call in calls:
        match call.func:
            case ast.Name(id=name) if name in MEANT or name == "set" or _is_error(name):
                pass
            case ast.Attribute(attr=name) if name in _METHODS or name == "get":
                pass
            case _:
                raise _refuse(call, f"{ast.unparse(call.func)} is not taken, not even where it is never reached")


def _is_error(name: str) -> bool:
    known: object = getattr(builtins, name, None)
    return isinstance(known, type) and issubclass(known, BaseException)


def _is_whole(term: _Term) -> bool:
    if term.expression is None:
        return isinstance(term.constant, int) and not isinstance(term.constant, bool)
    return isinstance(term.shape, Number) and term.shape.whole


def _harmless(note: ast.expr | None) -> bool:
    """Return whether an annotation does nothing when it is evaluated, as it is when the function is defined."""
    match note:
        case None | ast.Name() | ast.Constant():
            return True
        case ast.Subscript(value=ast.Name(), slice=inner) | ast.Tuple(elts=[inner]):
            return _harmless(inner)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _harmless(left) and _harmless(right)
        case ast.Tuple(elts=parts):
            return all(map(_harmless, parts))
        case _:
            return False


def _constant(node: ast.expr) -> object:
    try:
        found = cast("object", ast.literal_eval(node))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        raise _refuse(node, "this is neither a constant nor an operation that is taken") from None
    for part in ast.walk(node):
        value = part.value if isinstance(part, ast.Constant) else None
        if isinstance(value, float) and not math.isfinite(value):
            raise _refuse(node, "this number is too large; write a smaller one")
        if isinstance(value, str) and not unicodedata.is_normalized("NFC", value):
            raise _refuse(node, "this text is not in Unicode's composed form, as requests are; compose it")
    return found


def _refuse(node: ast.AST, why: str) -> NotCompiled:
    return NotCompiled(f"line {getattr(node, 'lineno', '?')}: {why}")
