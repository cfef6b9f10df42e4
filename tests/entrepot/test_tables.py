import pytest

from entrepot.tables import html_table, printable, text_table, width


@pytest.mark.parametrize(
    "text",
    ["\x1b[31m", "\x07", "a\nb", "a\rb", "\x9b1m", "\u202e", "\u2066", "\u200f", "\x00", "\x7f"],
)
def test_terminal_is_not_obeyed(text):
    assert printable(text).isprintable()


def test_plain_text_stays():
    assert (
        printable("Port of Callao, \u00f1 \u00b112 \u6e2f")
        == "Port of Callao, \u00f1 \u00b112 \u6e2f"
    )


def test_wide_letters_take_two_columns():
    assert (width("\u6e2f\u53e3"), width("n\u0303"), width("abc")) == (4, 1, 3)


def test_columns_align():
    table = text_table(["port", "n"], [["\u6e2f", "5"], ["Callao", "12"]], right=[False, True])
    assert table == "port     n\n\u6e2f       5\nCallao  12"


def test_no_rows_is_header():
    assert text_table(["a", "b"], []) == "a  b"


def test_html_has_note_and_no_control():
    html = html_table(["a"], [["\x1b<"]], note="1 & more")
    assert html.startswith("<table><caption>1 &amp; more</caption>")
    assert "<td>\\x1b&lt;</td>" in html
