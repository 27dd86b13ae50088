"""The worded specifications: sentences, each with its condition, the code that keeps it and the code that does not.

A request is allowed if and only if every sentence holds. All of it is our own; the clinical and the web problem have
the shape of EICU-AC and Mind2Web-SC (roles by tables; profile rules of users), not their data.
"""

from functools import cached_property
from typing import Final, Literal

from solon.contract import Value
from solon.verify.requests.declare import read_fields
from solon.verify.requests.expression import Expression, Path, conjunction
from solon.verify.requests.meaning import Scope
from solon.verify.requests.schema import Record, Tool
from solon.verify.requests.syntax import read

Mistake = Literal["wrong bound", "missing role", "unanchored", "inverted flag", "missing default", "left out"]


class Sentence(Value, frozen=True):
    """One sentence of a specification; ``code`` are lines that return False where it is broken."""

    id: str
    words: str
    condition: str
    code: str = ""
    wrong: dict[Mistake, str] = {}  # lines with a mistake of this kind; an empty one leaves the sentence out


class Problem(Value, frozen=True, dict=True):
    """A specification: what is asked about, the state that is kept, and the sentences."""

    name: str
    title: str
    fields: str  # of the call, as in policy files
    sentences: tuple[Sentence, ...]
    state: str = ""
    updates: dict[str, str] = {}  # of the state after an allowed call
    invariant: str = "true"  # of the state, in every run
    values: dict[str, tuple[str, ...]] = {}  # texts that requests are made of

    @cached_property
    def scope(self) -> Scope:
        """What conditions may speak of."""
        return Scope(Tool(self.name, read_fields(self.fields)), state=read_fields(self.state))

    @cached_property
    def parameters(self) -> Record:
        """What the policy function is given: the arguments and the state."""
        return Record({**self.scope.tool.parameters.fields, **self.scope.state.fields})

    @cached_property
    def places(self) -> dict[str, Path]:
        """Where in a request each parameter is."""
        arguments = {name: Path("arg", (name,)) for name in self.scope.tool.parameters.fields}
        return arguments | {name: Path("st", (name,)) for name in self.scope.state.fields}

    @cached_property
    def conditions(self) -> dict[str, Expression]:
        """The condition of each sentence."""
        return {sentence.id: read(sentence.condition) for sentence in self.sentences}

    @cached_property
    def due(self) -> Expression:
        """When a request is to be allowed: every sentence holds."""
        return conjunction(*self.conditions.values())

    def source(self, mistakes: dict[str, Mistake] | None = None) -> str:
        """Return a policy with the code of each sentence, or with the mistake that is named for it."""
        lines = [f"def policy({', '.join(self.parameters.fields)}):"]
        for sentence in self.sentences:
            kind = (mistakes or {}).get(sentence.id)
            code = sentence.code if kind is None else sentence.wrong[kind]
            lines += [f"    # {sentence.id}", *(f"    {line}" for line in code.splitlines())]
        return "\n".join([*lines, "    return True", ""])


_CLINICAL = Problem(
    "clinical",
    "reading tables of a hospital's database",
    "role: text, table: text, columns: [text], emergency?: true-or-false, on_shift: true-or-false",
    (
        Sentence(
            "S1",
            "Only the roles nurse, doctor, pharmacist and auditor may read anything.",
            'arg.role in {"nurse", "doctor", "pharmacist", "auditor"}',
            'if role not in ("nurse", "doctor", "pharmacist", "auditor"):\n    return False',
            {"missing role": 'if role not in ("nurse", "doctor", "auditor"):\n    return False', "left out": ""},
        ),
        Sentence(
            "S2",
            "A nurse reads only the tables vitals, medication and patient.",
            'arg.role != "nurse" or arg.table in {"vitals", "medication", "patient"}',
            'if role == "nurse" and table not in ("vitals", "medication", "patient"):\n    return False',
            {
                "left out": "",
                "missing role": 'if role == "nurse" and table not in ("vitals", "patient"):\n    return False',
            },
        ),
        Sentence(
            "S3",
            "A pharmacist reads only the tables medication and allergy.",
            'arg.role != "pharmacist" or arg.table in {"medication", "allergy"}',
            'if role == "pharmacist" and table not in ("medication", "allergy"):\n    return False',
            {
                "left out": "",
                "inverted flag": 'if role == "pharmacist" and table in ("medication", "allergy"):\n    return False',
            },
        ),
        Sentence(
            "S4",
            "Nobody but a doctor reads the column ssn or the column psychiatric_note.",
            'arg.role == "doctor" or (all c in arg.columns: not c in {"ssn", "psychiatric_note"})',
            'for c in columns:\n    if role != "doctor" and c in ("ssn", "psychiatric_note"):\n        return False',
            {
                "left out": "",
                "missing role": 'for c in columns:\n    if role != "doctor" and c == "ssn":\n        return False',
            },
        ),
        Sentence(
            "S5",
            "Who is not on shift reads nothing, unless it is an emergency; that the flag is absent means no emergency.",
            "arg.on_shift or (present(arg.emergency) and arg.emergency)",
            "if not on_shift and (emergency is None or not emergency):\n    return False",
            {
                "inverted flag": "if on_shift and (emergency is None or not emergency):\n    return False",
                "missing default": "if not on_shift and emergency is not None and not emergency:\n    return False",
            },
        ),
        Sentence(
            "S6",
            "At least one and at most eight columns are read at a time.",
            "len(arg.columns) >= 1 and len(arg.columns) <= 8",
            "if len(columns) < 1 or len(columns) > 8:\n    return False",
            {"wrong bound": "if len(columns) > 8:\n    return False"},
        ),
    ),
    values={
        "role": ("nurse", "doctor", "pharmacist", "auditor", "visitor", "Nurse"),
        "table": ("vitals", "medication", "patient", "allergy", "billing", "lab"),
        "columns": ("age", "dose", "ssn", "psychiatric_note", "weight", "name"),
    },
)

_WEB = Problem(
    "web",
    "actions that a web agent takes for a user",
    "action: text, age: integer 0..150, member: true-or-false, region: text, licence?: text",
    (
        Sentence(
            "S1",
            "Only these actions are taken: buy_ticket, rent_car, buy_alcohol, stream, apply_job.",
            'arg.action in {"buy_ticket", "rent_car", "buy_alcohol", "stream", "apply_job"}',
            'if action not in ("buy_ticket", "rent_car", "buy_alcohol", "stream", "apply_job"):\n    return False',
            {
                "left out": "",
                "missing role": 'if action not in ("buy_ticket", "rent_car", "stream", "apply_job"):\n    return False',
            },
        ),
        Sentence(
            "S2",
            "Alcohol is bought only for users who are at least 21 years old.",
            'arg.action != "buy_alcohol" or arg.age >= 21',
            'if action == "buy_alcohol" and age < 21:\n    return False',
            {"wrong bound": 'if action == "buy_alcohol" and age < 20:\n    return False', "left out": ""},
        ),
        Sentence(
            "S3",
            "A car is rented only for users of 18 or more who have a licence, one capital letter and then six digits.",
            'arg.action != "rent_car" or (arg.age >= 18 and present(arg.licence) '
            'and fullmatch(arg.licence, "[A-Z][0-9]{6}"))',
            'if action == "rent_car" and (age < 18 or licence is None or not fullmatch(licence, "[A-Z][0-9]{6}")):\n'
            "    return False",
            {
                "missing default": 'if action == "rent_car" and (age < 18 or '
                '(licence is not None and not fullmatch(licence, "[A-Z][0-9]{6}"))):\n    return False',
                "unanchored": 'if action == "rent_car" and (age < 18 or licence is None or '
                'not fullmatch(licence, "[A-Z][0-9]{6}.*")):\n    return False',
                "wrong bound": 'if action == "rent_car" and (age <= 18 or licence is None or '
                'not fullmatch(licence, "[A-Z][0-9]{6}")):\n    return False',
            },
        ),
        Sentence(
            "S4",
            "Streams are for members only.",
            'arg.action != "stream" or arg.member',
            'if action == "stream" and not member:\n    return False',
            {"inverted flag": 'if action == "stream" and member:\n    return False', "left out": ""},
        ),
        Sentence(
            "S5",
            "Jobs are applied for only in the regions north and west.",
            'arg.action != "apply_job" or arg.region in {"north", "west"}',
            'if action == "apply_job" and region not in ("north", "west"):\n    return False',
            {"missing role": 'if action == "apply_job" and region != "north":\n    return False', "left out": ""},
        ),
    ),
    values={
        "action": ("buy_ticket", "rent_car", "buy_alcohol", "stream", "apply_job", "delete_account"),
        "region": ("north", "west", "south", "Northwest"),
        "licence": ("A123456", "B654321", "A1234567", "a123456", ""),
    },
)

_REFUND = Problem(
    "refund",
    "refunds by a shop's assistant",
    "cents: integer, days: integer, status: text, receipt?: text, manager: true-or-false",
    (
        Sentence(
            "S1",
            "A refund is at least 1 cent.",
            "arg.cents >= 1",
            "if cents < 1:\n    return False",
            {"wrong bound": "if cents < 0:\n    return False", "left out": ""},
        ),
        Sentence(
            "S2",
            "Without a manager a refund is at most 20000 cents; with one it is at most 100000.",
            "arg.cents <= 20000 or (arg.manager and arg.cents <= 100000)",
            "if cents > 20000 and (not manager or cents > 100000):\n    return False",
            {
                "wrong bound": "if cents > 20001 and (not manager or cents > 100000):\n    return False",
                "inverted flag": "if cents > 20000 and (manager or cents > 100000):\n    return False",
            },
        ),
        Sentence(
            "S3",
            "Refunds are given within 30 days, the thirtieth included, and never for days to come.",
            "arg.days >= 0 and arg.days <= 30",
            "if not 0 <= days <= 30:\n    return False",
            {"wrong bound": "if days > 30:\n    return False", "left out": ""},
        ),
        Sentence(
            "S4",
            "Only what was delivered or returned is refunded.",
            'arg.status in {"delivered", "returned"}',
            'if status not in ("delivered", "returned"):\n    return False',
            {"missing role": 'if status != "delivered":\n    return False', "left out": ""},
        ),
        Sentence(
            "S5",
            "Above 5000 cents a receipt is needed: R- and then eight digits.",
            'arg.cents <= 5000 or (present(arg.receipt) and fullmatch(arg.receipt, "R-[0-9]{8}"))',
            'if cents > 5000 and (receipt is None or not fullmatch(receipt, "R-[0-9]{8}")):\n    return False',
            {
                "missing default": 'if cents > 5000 and receipt is not None and not fullmatch(receipt, "R-[0-9]{8}"):\n'
                "    return False",
                "unanchored": 'if cents > 5000 and (receipt is None or not fullmatch(receipt, ".*R-[0-9]{8}.*")):\n'
                "    return False",
            },
        ),
    ),
    values={
        "status": ("delivered", "returned", "shipped", "pending", "Delivered"),
        "receipt": ("R-12345678", "R-00000000", "R-123456789", "xR-12345678", "", "R-1234567"),
    },
)

_MAIL = Problem(
    "mail",
    "messages that an assistant sends",
    "to: [text], cc?: [text], attachment: true-or-false, subject: text",
    (
        Sentence(
            "S1",
            "Every recipient has an address of letters, digits and dots at corp.example or at lab.corp.example.",
            'all r in arg.to: fullmatch(r, r"[a-z0-9.]+@(lab\\.)?corp\\.example")',
            'for r in to:\n    if not fullmatch(r, r"[a-z0-9.]+@(lab\\.)?corp\\.example"):\n        return False',
            {
                "unanchored": 'for r in to:\n    if not fullmatch(r, r".*@(lab\\.)?corp\\.example.*"):\n'
                "        return False",
                "missing role": 'for r in to:\n    if not fullmatch(r, r"[a-z0-9.]+@corp\\.example"):\n'
                "        return False",
            },
        ),
        Sentence(
            "S2",
            "There are one to five recipients.",
            "len(arg.to) >= 1 and len(arg.to) <= 5",
            "if not 1 <= len(to) <= 5:\n    return False",
            {"wrong bound": "if not 1 <= len(to) <= 6:\n    return False", "left out": ""},
        ),
        Sentence(
            "S3",
            "Copies, if there are any, go to addresses that end in @corp.example.",
            'not present(arg.cc) or (all r in arg.cc: ends(r, "@corp.example"))',
            'if cc is not None and any(not r.endswith("@corp.example") for r in cc):\n    return False',
            {
                "unanchored": 'if cc is not None and any(not r.endswith("corp.example") for r in cc):\n'
                "    return False",
                "missing default": 'if cc is None or any(not r.endswith("@corp.example") for r in cc):\n'
                "    return False",
            },
        ),
        Sentence(
            "S4",
            "A message with an attachment has a subject that starts with [checked].",
            'not arg.attachment or starts(arg.subject, "[checked]")',
            'if attachment and not subject.startswith("[checked]"):\n    return False',
            {
                "inverted flag": 'if not attachment and not subject.startswith("[checked]"):\n    return False',
                "left out": "",
            },
        ),
    ),
    values={
        "to": (
            "ada@corp.example",
            "b.c@lab.corp.example",
            "eve@corp.example.evil",
            "eve@evil.example",
            "x@corpXexample",
        ),
        "cc": ("ada@corp.example", "eve@notcorp.example", "eve@evil.example"),
        "subject": ("[checked] plan", "plan", "re: [checked]", ""),
    },
)

_LIMIT = Problem(
    "limit",
    "payments with a limit on the day, kept by the monitor",
    "payee: text, cents: integer",
    (
        Sentence(
            "S1",
            "A payment is 1 to 30000 cents.",
            "arg.cents >= 1 and arg.cents <= 30000",
            "if cents < 1 or cents > 30000:\n    return False",
            {"wrong bound": "if cents > 30000:\n    return False", "left out": ""},
        ),
        Sentence(
            "S2",
            "All payments of a day, this one included, come to at most 50000 cents.",
            "st.spent + arg.cents <= 50000",
            "if spent + cents > 50000:\n    return False",
            {"wrong bound": "if spent > 50000:\n    return False", "left out": ""},
        ),
        Sentence(
            "S3",
            "At most four payments are made in a day.",
            "st.count < 4",
            "if count >= 4:\n    return False",
            {"wrong bound": "if count > 4:\n    return False", "left out": ""},
        ),
        Sentence(
            "S4",
            "Payees are rent, power and water.",
            'arg.payee in {"rent", "power", "water"}',
            'if payee not in {"rent", "power", "water"}:\n    return False',
            {"missing role": 'if payee not in {"rent", "water"}:\n    return False', "left out": ""},
        ),
    ),
    state="spent: integer 0..1000000 = 0, count: integer 0..1000 = 0",
    updates={"spent": "st.spent + arg.cents", "count": "st.count + 1"},
    invariant="st.spent >= 0 and st.spent <= 50000 and st.count <= 4",
    values={"payee": ("rent", "power", "water", "casino", "Rent")},
)

_FILES = Problem(
    "files",
    "files that an agent touches",
    "path: text, mode: text, bytes?: integer 0..",
    (
        Sentence(
            "S1",
            "Only paths below /work/ are touched.",
            'starts(arg.path, "/work/")',
            'if not path.startswith("/work/"):\n    return False',
            {
                "unanchored": 'if not glob(path, "*/work/*"):\n    return False',
                "wrong bound": 'if not path.startswith("/work"):\n    return False',
            },
        ),
        Sentence(
            "S2",
            "No path holds two dots in a row.",
            r'not fullmatch(arg.path, r".*\.\..*")',
            'if glob(path, "*..*"):\n    return False',
            {"left out": "", "unanchored": 'if glob(path, "../*"):\n    return False'},
        ),
        Sentence(
            "S3",
            "The mode is read, write or append.",
            'arg.mode in {"read", "write", "append"}',
            'if mode not in ("read", "write", "append"):\n    return False',
            {"missing role": 'if mode not in ("read", "write"):\n    return False', "left out": ""},
        ),
        Sentence(
            "S4",
            "Nothing below /work/.git/ is written or appended to.",
            'arg.mode == "read" or not starts(arg.path, "/work/.git/")',
            'if mode != "read" and path.startswith("/work/.git/"):\n    return False',
            {
                "missing role": 'if mode == "write" and path.startswith("/work/.git/"):\n    return False',
                "left out": "",
            },
        ),
        Sentence(
            "S5",
            "Whoever writes or appends says how many bytes, at most 1000000.",
            'arg.mode == "read" or (present(arg.bytes) and arg.bytes <= 1000000)',
            'if mode != "read" and (bytes is None or bytes > 1000000):\n    return False',
            {
                "missing default": 'if mode != "read" and bytes is not None and bytes > 1000000:\n    return False',
                "wrong bound": 'if mode != "read" and (bytes is None or bytes > 1000001):\n    return False',
            },
        ),
    ),
    values={
        "path": (
            "/work/a.txt",
            "/work/.git/config",
            "/work/../etc/passwd",
            "/etc/passwd",
            "/home/work/x",
            "/workshop/x",
        ),
        "mode": ("read", "write", "append", "delete", "Read"),
    },
)

PROBLEMS: Final = {problem.name: problem for problem in (_CLINICAL, _WEB, _REFUND, _MAIL, _LIMIT, _FILES)}
"""The problems by name."""
