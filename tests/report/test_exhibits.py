"""The panels of a family: texts, steps and tables of the arms, side by side; nothing of them runs as markup."""

from html.parser import HTMLParser

from solon.playback import Exhibit, Frame, Recording
from solon.report import Shown, player_page
from solon.report.exhibits import exhibits

HOSTILE = "</script><img src=x onerror=alert(1)>"


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)


def everywhere(words: str) -> Exhibit:
    return Exhibit(words, words, (words,), (words,), ((words,),))


def test_exhibits_of_one_title_stand_beside_each_other() -> None:
    page = exhibits({"winner": [Exhibit("Plan", steps=("a", "b"))], "control": [Exhibit("Plan", steps=("c",))]})
    assert page.count("<h3>") == 1
    assert page.count('class="exhibit"') == 2
    assert page.index("winner") < page.index("control")


def test_what_all_arms_share_is_shown_once_and_named_by_none() -> None:
    same = Exhibit("Words", "four blocks")
    page = exhibits({"winner": [same], "control": [same]})
    assert page.count("four blocks") == 1
    assert "winner" not in page
    assert exhibits({"winner": [same], "control": []}).count("winner") == 1


def test_a_panel_without_content_says_so() -> None:
    assert "none" in exhibits({"winner": [Exhibit("Plan", steps=("a",))], "control": [Exhibit("Plan")]})


def test_what_went_wrong_is_marked() -> None:
    table = Exhibit(
        "Requests", head=("request", "answer"), rows=(("read", "allowed"), ("pay", "allowed")), trouble=(1,)
    )
    page = exhibits({"winner": [table]})
    assert page.count('<tr class="trouble">') == 1
    assert page.index("trouble") > page.index("read")


def test_nothing_that_a_program_says_becomes_markup() -> None:
    found = Tags()
    found.feed(exhibits({HOSTILE: [everywhere(HOSTILE)], "other": [everywhere(HOSTILE)]}))
    assert set(found.seen) <= {"h3", "div", "p", "pre", "code", "ol", "li", "table", "thead", "tbody", "tr", "th", "td"}


def test_long_exhibits_are_cut_and_say_so() -> None:
    page = exhibits({"winner": [Exhibit("Plan", text="x" * 1_000_000, steps=("s",) * 1000)]})
    assert len(page) < 100_000
    assert "and 600 more" in page


def test_a_page_that_plays_an_episode_shows_them_and_does_not_carry_them_twice() -> None:
    words = "a formal problem that is told once"
    recording = Recording((Frame(caption="solved"),), exhibits=(Exhibit("Problem", words),))
    page = player_page("planning", [Shown("winner", 0, recording)])
    assert page.count(words) == 1
    assert "exhibits" in page


def test_a_recording_without_steps_has_its_panels_and_no_player() -> None:
    page = player_page("guard", [Shown("winner", 0, Recording((), exhibits=(Exhibit("Policy", "deny all"),)))])
    assert "deny all" in page
    assert 'id="player"' not in page


def test_tables_of_many_columns_stand_below_each_other() -> None:
    def panel(columns: int) -> str:
        table = Exhibit("Proof", head=("a",) * columns, rows=(("b",) * columns,))
        return exhibits({"winner": [table], "control": []})

    assert 'class="exhibits"' in panel(3)
    assert 'class="exhibits wide"' in panel(4)


def test_a_long_word_of_a_cell_may_be_broken_and_a_short_one_nowhere() -> None:
    page = exhibits({"winner": [Exhibit("Requests", head=("a",), rows=(("proved arn:aws:lambda:<b>:" + "x" * 30,),))]})
    assert "<td>proved arn:<wbr>aws:<wbr>lambda:<wbr>&lt;<wbr>b&gt;<wbr>" in page
    assert "x" * 24 + "<wbr>" + "x" * 6 + "</td>" in page
