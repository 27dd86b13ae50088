"""Follows a Python program over sets of cases, for the part of the language in which such programs are written.

``def`` at the top level, ``if``, ``return``, assignment; literals, comparisons of facts with constants, ``is None``,
``in`` with literals, ``and``, ``or``, ``not``, conditional expressions, sums of lists, calls of functions of the
program. Anything else raises ``Beyond``: such a program runs in the jail as any other, and nothing is proved of it.
"""

import ast
from typing import Final, TypeAlias, cast

from solon.contract import Value
from solon.tasks.guard.documents.symbols import Beyond, Cases, compared, equal, present

STEPS: Final = 20_000
TOGETHER: Final = 5_000_000  # steps of all runs of one proof
_LONGEST: Final = 1_000  # parts of a list, and of an answer with all that is in it
_DEEPEST: Final = 40
_SIGNS: Final[dict[type[ast.cmpop], str]] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
_TURNED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


class Held(Value, frozen=True):
    """The value of a fact that is there, whatever it is."""

    name: str


Form: TypeAlias = bool | int | float | str | Held | list["Form"] | dict[str, "Form"] | None
"""What a program returns: constants and facts in lists and dicts."""


class Raised(Exception):
    """Raised where the program would raise; the message says why."""


class _CaseItself:
    """The argument of the entry function."""


class _Returned(Exception):
    def __init__(self, value: object) -> None:
        super().__init__("return")
        self.value = value


class Interpreted:
    """A program that has been parsed; ``run`` follows it on a set of cases."""

    def __init__(self, source: str) -> None:
        """Raise Beyond for a program outside of the language."""
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise Beyond("the program is no valid Python") from None
        self._functions: dict[str, ast.FunctionDef] = {}
        self._constants: dict[str, ast.expr] = {}
        self._left = TOGETHER
        for part in tree.body:
            match part:
                case ast.FunctionDef(decorator_list=[]) if _plain(part):
                    self._functions[part.name] = part
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if _literal(value):
                    self._constants[name] = value
                case ast.Expr(value=ast.Constant()):
                    pass
                case _:
                    raise Beyond(f"line {part.lineno} is neither a function nor a constant")
        if "policy" not in self._functions:
            raise Beyond("the program defines no function policy")
        if self._functions.keys() & self._constants.keys():
            raise Beyond("the program uses a name for a function and for a constant")

    def run(self, cases: Cases) -> Form:
        """Return what the program returns for all of the cases. Raises Split, Beyond, Raised."""
        run = _Run(self._functions, self._constants, cases)
        try:
            return _formed(run.call("policy", [_CaseItself()], 0), [_LONGEST])
        except RecursionError:
            raise Beyond("the program is nested too deeply") from None
        finally:
            self._left -= run.steps
            if self._left < 0:
                raise Beyond(f"following the program takes more than {TOGETHER} steps")


def _formed(value: object, left: list[int]) -> Form:
    left[0] -= 1
    if left[0] < 0:
        raise Beyond(f"the program returns more than {_LONGEST} parts")
    if value is None or isinstance(value, bool | int | float | str | Held):
        return value
    if isinstance(value, list):
        return [_formed(one, left) for one in cast("list[object]", value)]
    if isinstance(value, dict):
        return {key: _formed(one, left) for key, one in cast("dict[str, object]", value).items()}
    raise Beyond("the program returns something that is not followed")


class _Run:
    def __init__(self, functions: dict[str, ast.FunctionDef], constants: dict[str, ast.expr], cases: Cases) -> None:
        self._functions, self._constants, self._cases = functions, constants, cases
        self._left = STEPS

    @property
    def steps(self) -> int:
        """How many steps the run has taken."""
        return STEPS - self._left

    def call(self, name: str, given: list[object], depth: int) -> object:
        """Return what a function of the program returns."""
        if depth > _DEEPEST:
            raise Beyond("the program calls functions too deeply")
        function = self._functions[name]
        spec = function.args
        if len(spec.args) != len(given) or spec.vararg or spec.kwarg or spec.kwonlyargs or spec.defaults:
            raise Beyond(f"line {function.lineno}: only plain parameters are followed")
        names: dict[str, object] = {it.arg: value for it, value in zip(spec.args, given, strict=True)}
        try:
            self._body(function.body, names, depth)
        except _Returned as found:
            return found.value
        return None

    def _body(self, body: list[ast.stmt], names: dict[str, object], depth: int) -> None:
        for part in body:
            self._left -= 1
            if self._left < 0:
                raise Beyond(f"the program takes more than {STEPS} steps")
            match part:
                case ast.If(test=test, body=then, orelse=other):
                    self._body(then if self._truth(test, names, depth) else other, names, depth)
                case ast.Return(value=value):
                    raise _Returned(None if value is None else self._value(value, names, depth))
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    if name in self._functions or name in self._constants:
                        raise Beyond(f"line {part.lineno} gives a name of the module another meaning")
                    names[name] = self._value(value, names, depth)
                case ast.Pass() | ast.Expr(value=ast.Constant()):
                    pass
                case _:
                    raise Beyond(f"line {part.lineno} holds a statement that is not followed")

    def _truth(self, part: ast.expr, names: dict[str, object], depth: int) -> bool:
        return self._true(self._value(part, names, depth), part)

    def _true(self, value: object, part: ast.expr) -> bool:
        if isinstance(value, Held):
            extent = self._cases[value.name]
            if extent.kind == "values" and all(isinstance(one, bool) for one in extent.values):
                return equal(value.name, value=True, cases=self._cases)
            raise Beyond(f"line {part.lineno} takes {value.name} for a truth value")
        return bool(value)

    def _value(  # noqa: C901, PLR0911 - one case a variant
        self, part: ast.expr, names: dict[str, object], depth: int
    ) -> object:
        self._left -= 1
        if self._left < 0:
            raise Beyond(f"the program takes more than {STEPS} steps")
        match part:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name):
                return self._named(name, part, names, depth)
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
                return [self._value(it, names, depth) for it in parts]
            case ast.Dict(keys=keys, values=values):
                return self._dict(keys, values, names, depth)
            case ast.BoolOp(op=op, values=parts):
                return self._joined(parts, names, depth, until=isinstance(op, ast.Or))
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                return not self._truth(inner, names, depth)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))):
                return -value
            case ast.IfExp(test=test, body=then, orelse=other):
                return self._value(then if self._truth(test, names, depth) else other, names, depth)
            case ast.Compare():
                return self._compared(part, names, depth)
            case _:
                return self._made(part, names, depth)

    def _joined(self, parts: list[ast.expr], names: dict[str, object], depth: int, *, until: bool) -> object:
        """Return the first operand whose truth decides, or else the last one, as Python does."""
        for part in parts[:-1]:
            value = self._value(part, names, depth)
            if self._true(value, part) == until:
                return value
        return self._value(parts[-1], names, depth)

    def _made(self, part: ast.expr, names: dict[str, object], depth: int) -> object:
        """Return the value of a look-up, a sum of lists or a call."""
        match part:
            case ast.Subscript(value=base, slice=ast.Constant(value=str(key))):
                if isinstance(self._value(base, names, depth), _CaseItself):
                    return self._fact(key, part)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                sides = self._value(left, names, depth), self._value(right, names, depth)
                if all(isinstance(side, list) for side in sides):
                    whole = [*cast("list[object]", sides[0]), *cast("list[object]", sides[1])]
                    if len(whole) > _LONGEST:
                        raise Beyond(f"line {part.lineno} makes a list of more than {_LONGEST} parts")
                    return whole
            case ast.Call(func=ast.Name(id=name), args=given, keywords=[]) if name in self._functions:
                return self.call(name, [self._value(it, names, depth) for it in given], depth + 1)
            case ast.Call(func=ast.Attribute(value=base, attr="get"), args=[ast.Constant(value=str(key))], keywords=[]):
                if isinstance(self._value(base, names, depth), _CaseItself):
                    return self._fact(key, part) if key in self._cases else None
            case _:
                pass
        raise Beyond(f"line {part.lineno} holds an expression that is not followed")

    def _named(self, name: str, part: ast.expr, names: dict[str, object], depth: int) -> object:
        if name in names:
            return names[name]
        if name in self._constants and name not in self._functions:
            return self._value(self._constants[name], {}, depth)
        raise Beyond(f"line {part.lineno} uses the name {name}, which is not followed")

    def _dict(
        self, keys: list[ast.expr | None], values: list[ast.expr], names: dict[str, object], depth: int
    ) -> dict[str, object]:
        found: dict[str, object] = {}
        for key, value in zip(keys, values, strict=True):
            if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                raise Beyond(f"line {value.lineno} holds a dict whose keys are no texts")
            found[key.value] = self._value(value, names, depth)
        return found

    def _fact(self, name: str, part: ast.expr) -> object:
        if name not in self._cases:
            raise Raised(f"line {part.lineno} raises KeyError: {name!r}")
        return Held(name) if present(name, self._cases) else None

    def _compared(self, part: ast.Compare, names: dict[str, object], depth: int) -> bool:
        left = self._value(part.left, names, depth)
        for op, comparator in zip(part.ops, part.comparators, strict=True):
            right = self._value(comparator, names, depth)
            if not self._one(op, left, right, part):
                return False
            left = right
        return True

    def _one(self, op: ast.cmpop, left: object, right: object, part: ast.expr) -> bool:
        if isinstance(op, ast.Is | ast.IsNot):
            if right is not None:
                raise Beyond(f"line {part.lineno} compares identity with something other than None")
            return (left is None) == isinstance(op, ast.Is)
        if isinstance(op, ast.In | ast.NotIn):
            if not isinstance(right, list):
                raise Beyond(f"line {part.lineno} looks into something that is no list of constants")
            inside = any(self._one(ast.Eq(), left, it, part) for it in cast("list[object]", right))
            return inside == isinstance(op, ast.In)
        return self._ordered(_SIGNS[type(op)], left, right, part)

    def _ordered(self, sign: str, left: object, right: object, part: ast.expr) -> bool:
        if isinstance(right, Held) and not isinstance(left, Held):
            left, right, sign = right, left, _TURNED[sign]
        if isinstance(left, Held):
            if right is None or isinstance(right, list | dict):
                if sign in ("==", "!="):
                    return sign == "!="
                raise Raised(f"line {part.lineno} raises TypeError: {left.name} has no order with {right!r}")
            if not isinstance(right, bool | int | str):
                raise Beyond(f"line {part.lineno} compares {left.name} with something other than a constant")
            return compared(left.name, sign, right, self._cases)
        if isinstance(left, list | dict) or isinstance(right, list | dict):
            raise Beyond(f"line {part.lineno} compares lists")
        return _constants(sign, left, right, part)


def _constants(sign: str, left: object, right: object, part: ast.expr) -> bool:
    if sign in ("==", "!="):
        return (left == right) == (sign == "==")
    if type(left) is not int or type(right) is not int:
        raise Raised(f"line {part.lineno} raises TypeError: no order between {left!r} and {right!r}")
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[sign]


def _plain(function: ast.FunctionDef) -> bool:
    """Return whether nothing in a function's head could raise or do something when the program is loaded."""
    spec = function.args
    notes = [function.returns, *(it.annotation for it in spec.args)]
    names = {node.id for note in notes if note is not None for node in ast.walk(note) if isinstance(node, ast.Name)}
    calls = any(isinstance(node, ast.Call | ast.Attribute) for note in notes if note for node in ast.walk(note))
    return not calls and names <= {"dict", "list", "str", "int", "bool", "object", "tuple"} and not spec.posonlyargs


def _literal(value: ast.expr) -> bool:
    try:
        ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True
