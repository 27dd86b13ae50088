"""Signs in a program's text that a person should look at: tables, hidden code, ways into the interpreter.

Read from the syntax tree; nothing is run and nothing is forbidden. A program that wants to look harmless can: the jail
is the boundary, and this only points a reader to the odd ones among thousands of programs.
"""

import ast
import re
from collections.abc import Iterator
from typing import Literal

from solon.contract import Finding, Program

TABLE_ENTRIES = 8  # of a table that is looked up by a hash or by a seed
LARGE_TABLE = 256  # constants in one literal
BLOB_CHARACTERS = 400  # of one unreadable literal
CHARACTER_CODES = 6  # chr() calls or escapes that spell a text
HASH_BITS = 24  # whole numbers of at least so many bits look like hashes

_INTERNAL_NAMES = frozenset(
    (
        *("__subclasses__", "__globals__", "__code__", "__closure__", "__builtins__", "__mro__", "__base__"),
        *("__bases__", "__traceback__", "__loader__", "__spec__", "__getattribute__", "__reduce__"),
        *("__reduce_ex__", "__self__", "__wrapped__", "__kwdefaults__", "tb_frame", "tb_next", "f_back"),
        *("f_globals", "f_locals", "f_builtins", "gi_frame", "gi_code", "cr_frame", "ag_frame", "co_consts"),
        *("co_code", "_getframe", "_current_frames", "settrace", "setprofile", "addaudithook", "meta_path"),
    )
)
_INTERNAL_MODULES = frozenset(
    ("gc", "ctypes", "_ctypes", "inspect", "builtins", "importlib", "_thread", "faulthandler", "code", "dis")
)
_SYSTEM_MODULES = frozenset(
    (
        *("os", "posix", "pathlib", "io", "shutil", "tempfile", "glob", "socket", "ssl", "http", "urllib"),
        *("subprocess", "multiprocessing", "threading", "concurrent", "asyncio", "signal", "resource", "fcntl"),
        *("mmap", "select", "pty", "sys"),
    )
)
_DECODERS = frozenset(("base64", "binascii", "zlib", "gzip", "bz2", "lzma", "marshal", "pickle", "codecs"))
_HASHES = frozenset(
    (
        *("hash", "md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "blake2s", "crc32", "adler32"),
        *("digest", "hexdigest"),
    )
)
_RUNNERS = frozenset(("exec", "eval", "compile", "__import__"))
_DECODING = frozenset(("b64decode", "b85decode", "a85decode", "unhexlify", "fromhex", "decompress", "loads"))
_HEXADECIMAL = re.compile(r"(?=.*[0-9])[0-9a-fA-F]{8,}")
_SEEDS = re.compile(r"(^|_)seeds?(_|$)", re.IGNORECASE)
_ESCAPES = re.compile(r"\\x[2-7][0-9a-fA-F]|\\u00[2-7][0-9a-fA-F]")

Severity = Literal["note", "warning"]
Sign = tuple[str, Severity, str, ast.AST]


def signs(program: Program, subject: str) -> Iterator[Finding]:
    """Yield at most one finding of each kind and severity; none for files that are no Python."""
    seen: dict[tuple[str, Severity], list[str]] = {}
    for name, text in program.files:
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for kind, severity, what, node in _of_tree(tree, text):
            place = f"{name}:{getattr(node, 'lineno', 1)}"
            seen.setdefault((kind, severity), []).append(f"{place} {what}")
    warned = {kind for kind, severity in seen if severity == "warning"}
    for (kind, severity), places in seen.items():
        if severity == "warning" or kind not in warned:
            first = places[0].partition(" ")[2]
            more = f" and {len(places) - 1} more" if len(places) > 1 else ""
            yield Finding(kind, severity, f"{subject}: {first}{more}", "; ".join(places[:8]))


def _of_tree(tree: ast.AST, text: str) -> Iterator[Sign]:
    nodes = list(ast.walk(tree))
    for node in nodes:
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Constant(value=str(name)):
                yield from _named(node, name)
            case ast.Import() | ast.ImportFrom():
                yield from _imports(node)
            case ast.Call():
                yield from _calls(node)
            case ast.Dict() | ast.List() | ast.Tuple() | ast.Set() if len(_elements(node)) >= TABLE_ENTRIES // 2:
                yield from _large_table(node)
            case _:
                pass
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            yield from _large_text(node, node.value)
    yield from _looked_up(nodes)
    if len(_ESCAPES.findall(text)) >= CHARACTER_CODES:
        yield "obfuscation", "warning", "plain letters are written as escapes", tree


def _named(node: ast.AST, name: str) -> Iterator[Sign]:
    """Yield signs in one name, or in a text that may be one, as in ``getattr(x, "__globals__")``."""
    if name in _INTERNAL_NAMES:
        yield "internals", "warning", f"reaches for {name}", node
    if name in _RUNNERS and isinstance(node, ast.Name):
        yield "obfuscation", "warning", f"{name}() makes code at run time", node


def _imports(node: ast.Import | ast.ImportFrom) -> Iterator[Sign]:
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    for module in (name.partition(".")[0] for name in names):
        if module in _INTERNAL_MODULES:
            yield "internals", "warning", f"imports {module}", node
        if module in _DECODERS:
            yield "obfuscation", "note", f"imports the decoder {module}", node
        if module in _SYSTEM_MODULES:
            yield "system", "note", f"imports {module}, which is of no use in the jail", node


def _calls(node: ast.Call) -> Iterator[Sign]:
    """Yield signs that a text is decoded or spelled by character codes, and that files are wanted."""
    called = _called(node)
    if called == "join" and any(_spells(argument) for argument in node.args):
        yield "obfuscation", "warning", "spells a text by character codes", node
    if called == "decode" and isinstance(node.func, ast.Attribute) and _is_codes(node.func.value):
        yield "obfuscation", "warning", "spells a text by character codes", node
    if called in _DECODING and any(_is_long_text(it) for it in ast.walk(node)):
        yield "obfuscation", "warning", f"{called}() of a literal", node
    if called == "open" and isinstance(node.func, ast.Name):
        yield "system", "note", "opens a file", node


def _large_table(node: ast.AST) -> Iterator[Sign]:
    constants = _constants(node)
    if constants >= LARGE_TABLE:
        yield "table", "note", f"a literal of {constants} constants", node


def _large_text(node: ast.AST, value: str | bytes) -> Iterator[Sign]:
    """Yield a note about a long text that no person wrote to be read."""
    if len(value) >= BLOB_CHARACTERS:
        text = value if isinstance(value, str) else value.decode("latin-1")
        if sum(map(str.isspace, text)) < len(text) / 20:
            yield "table", "note", f"an unreadable literal of {len(text)} characters", node


def _is_long_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str | bytes) and len(node.value) >= 16


def _spells(node: ast.AST) -> bool:
    """Tell whether an argument of join makes letters of numbers, as in ``chr(code) for code in ...``."""
    names = {it.id for it in ast.walk(node) if isinstance(it, ast.Name)}
    return "chr" in names


def _is_codes(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Call) and _called(node) in ("bytes", "bytearray") and node.args):
        return False
    return _constants(node.args[0]) >= CHARACTER_CODES or isinstance(node.args[0], ast.GeneratorExp | ast.ListComp)


def _looked_up(nodes: list[ast.AST]) -> Iterator[Sign]:
    """Yield warnings about tables whose keys are hashes or seeds, or that are looked up by a hash of what was seen."""
    tables: dict[str, ast.AST] = {}
    hashed: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Dict) and sum(_looks_hashed(key) for key in node.keys) >= TABLE_ENTRIES:
            yield "table", "warning", "a table whose keys look like hashes", node
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = [target.id for target in targets if isinstance(target, ast.Name)]
        if _is_table(node.value):
            tables.update((name, node) for name in names)
        elif _hashes(node.value, frozenset()):
            hashed.update(names)
    for name, node in tables.items():
        if _SEEDS.search(name):
            yield "table", "warning", f"{name} looks like a table of seeds", node
    for node in nodes:
        key = _key_into(node, tables)
        if key is not None and _hashes(key, frozenset(hashed)):
            yield "table", "warning", "a literal table is looked up by a hash", node


def _key_into(node: ast.AST, tables: dict[str, ast.AST]) -> ast.AST | None:
    """Return the key by which a node looks something up in one of the tables, if it does."""
    match node:
        case ast.Subscript(value=ast.Name(id=name), slice=key) if name in tables:
            return key
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="get"), args=[key, *_]) if name in tables:
            return key
        case ast.Compare(left=key, ops=[ast.In() | ast.NotIn()], comparators=[ast.Name(id=name)]) if name in tables:
            return key
        case _:
            return None


def _hashes(node: ast.AST, names: frozenset[str]) -> bool:
    """Tell whether an expression calls a hash function or uses a name that holds a hash."""
    return any(
        (isinstance(it, ast.Call) and _called(it) in _HASHES) or (isinstance(it, ast.Name) and it.id in names)
        for it in ast.walk(node)
    )


def _looks_hashed(key: ast.expr | None) -> bool:
    if not isinstance(key, ast.Constant):
        return False
    if isinstance(key.value, int):
        return key.value.bit_length() >= HASH_BITS
    if isinstance(key.value, bytes):
        return len(key.value) >= 8
    return isinstance(key.value, str) and _HEXADECIMAL.fullmatch(key.value) is not None


def _elements(node: ast.Dict | ast.List | ast.Tuple | ast.Set) -> list[ast.expr]:
    return node.values if isinstance(node, ast.Dict) else node.elts


def _is_table(node: ast.expr) -> bool:
    return isinstance(node, ast.Dict | ast.List | ast.Tuple | ast.Set) and len(_elements(node)) >= TABLE_ENTRIES


def _constants(node: ast.AST) -> int:
    return sum(isinstance(it, ast.Constant) for it in ast.walk(node))


def _called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
