import pytest
from harbour import TABLE, select
from sqlglot import exp

from clean_room import grammar
from clean_room.parsing import parse, position, whole
from data_products.errors import GrammarError, QueryTooLargeError

COUNTED = select("COUNT(*)")


def condition(text):
    return parse(f"{COUNTED} WHERE {text}").select.args["where"].this


@pytest.mark.parametrize(
    "table",
    [
        TABLE,
        "CUSTOMS_BE.Import_Declarations",
        '"customs-be"."import_declarations"',
        '"customs_be".import_declarations',
        f"{TABLE} AS p",
        f"{TABLE} p",
    ],
)
def test_table_is_owner_and_product(table):
    assert parse(select("COUNT(*)", table=table)).tables == ("customs-be.import_declarations",)


@pytest.mark.parametrize(
    ("table", "alias"),
    [(TABLE, "import_declarations"), (f"{TABLE} AS P", "p"), (f"{TABLE} d", "d")],
)
def test_alias_is_lower_case(table, alias):
    assert parse(select("COUNT(*)", table=table)).alias == alias


@pytest.mark.parametrize(
    "sql",
    [
        f"{COUNTED};",
        f"{COUNTED} ; ;",
        f"{COUNTED} -- done",
        f"/* a */ {COUNTED} /* b */",
        f"\n\t{COUNTED}\r\n",
        COUNTED.lower(),
    ],
)
def test_surroundings_change_nothing(sql):
    assert parse(sql).select.sql() == parse(COUNTED).select.sql()


def test_comments_are_dropped():
    tree = parse(select("/*+ h */ COUNT(*) /* in */", "/* p */")).select
    assert not any(node.comments for node in tree.walk())


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("", "nothing"),
        (";;", "nothing"),
        ("-- only a comment", "nothing"),
        ("SELECT 1 FROM a.b; SELECT 2 FROM a.b", "several statements"),
        ("DROP TABLE x", "DROP"),
        (f"FROM {TABLE}", "FROM"),
        (f"({COUNTED})", "("),
        (f"WITH a AS ({COUNTED}) {COUNTED}", "WITH"),
        (f"EXPLAIN {COUNTED}", "EXPLAIN"),
        (f"{COUNTED} UNION ALL {COUNTED}", "UNION"),
    ],
)
def test_one_select_is_answered(sql, found):
    with pytest.raises(GrammarError) as refusal:
        parse(sql)
    assert str(refusal.value).startswith(f"{found}; exactly one SELECT")


@pytest.mark.parametrize("table", ["b", "a.b.c", "a.b, a.c", "a.b JOIN a.c USING (x)"])
def test_one_product_is_answered(table):
    with pytest.raises(GrammarError):
        parse(select("COUNT(*)", table=table))


def test_query_without_product_is_refused():
    with pytest.raises(GrammarError, match=r"^0 table"):
        parse("SELECT COUNT(*)")


@pytest.mark.parametrize("more", ["AS t(x, y)", "TABLESAMPLE 10%", "FOR SYSTEM_TIME AS OF 'x'"])
def test_product_has_no_more(more):
    with pytest.raises(GrammarError):
        parse(f"{COUNTED} {more}")


def test_size_is_capped_before_reading():
    with pytest.raises(QueryTooLargeError, match="65537 bytes"):
        parse("x" * (grammar.MAX_BYTES + 1))


def test_bytes_are_counted_not_letters():
    with pytest.raises(QueryTooLargeError, match="bytes"):
        parse(f"{COUNTED} WHERE hs2 = '{'é' * (grammar.MAX_BYTES // 2)}'")


def test_tokens_are_capped():
    with pytest.raises(QueryTooLargeError, match="tokens"):
        parse(f"{COUNTED} WHERE hs2 IN ({', '.join(['1'] * grammar.MAX_TOKENS)})")


def test_nodes_are_capped():
    with pytest.raises(QueryTooLargeError, match="names and operators"):
        parse(f"{COUNTED} WHERE {' OR '.join(['hs2 = 1'] * grammar.MAX_NODES)}")


def test_long_list_is_read():
    listed = condition(f"hs2 IN ({', '.join(['1'] * 4_000)})")
    assert len(listed.expressions) == 4_000


@pytest.mark.parametrize(
    "text",
    [
        "(" * 21 + "hs2 = 1" + ")" * 21,
        "(" * 5_000 + "1" + ")" * 5_000,
        "NOT " * 5_000 + "TRUE",
        "- " * 5_000 + "1",
        "1" + " + 1" * 4_000,
        "1" + " + 1" * 60,
        "COALESCE(" * 21 + "1" + ")" * 21,
    ],
)
def test_depth_is_capped(text):
    with pytest.raises(QueryTooLargeError, match="levels"):
        condition(text)


def test_long_chain_is_not_deep():
    assert len(list(condition(" AND ".join(["hs2 = 1"] * 110)).flatten())) == 110


@pytest.mark.parametrize("word", ["DATE", "DECIMAL", "ROW", "STRUCT", "UNION", "INTERVAL", "MAP"])
def test_bracket_bomb_is_refused_unread(word):
    with pytest.raises(GrammarError, match=rf"^{word}\(…\) at line 1"):
        condition(f"{word}(" * 20 + "1" + ")" * 20)


@pytest.mark.parametrize("bracket", ["[", "{"])
def test_other_brackets_are_refused(bracket):
    with pytest.raises(GrammarError, match="is not answered"):
        condition(f"hs2 IN {bracket}'85'")


@pytest.mark.parametrize("opener", ["", "AVG", "COALESCE", "COUNT", "HOUR", "NOT", "ROUND", "SUM"])
def test_nested_openers_are_read(opener):
    text = f"{opener} (" * 20 + "1" + ")" * 20
    assert condition(text).sql().count("(") == 20


@pytest.mark.parametrize("text", ["\x00", "\x07", "\x1b[31m", "\x7f", "\ud800"])
def test_control_characters_are_refused(text):
    with pytest.raises(GrammarError, match="control character"):
        condition(f"hs2 = '{text}'")


@pytest.mark.parametrize(
    "text",
    [
        "\N{CYRILLIC SMALL LETTER EM}ode = 'sea'",
        "hs\N{FULLWIDTH DIGIT TWO} = '85'",
        "\N{KELVIN SIGN} = 1",
        "channel = \N{FULLWIDTH DIGIT ONE}",
        "hs2\N{ZERO WIDTH SPACE} = '85'",
        "\N{LATIN SMALL LETTER LONG S}UM(1) = 1",
        '"naïve" = 1',
    ],
)
def test_homoglyph_is_refused(text):
    with pytest.raises(GrammarError, match="not ASCII"):
        condition(text)


def test_text_may_be_any_language():
    assert condition("origin = 'Curaçao 象牙'").expression.name == "Curaçao 象牙"


@pytest.mark.parametrize("text", ["'open", '"open', "hs2 = $$open"])
def test_open_quote_is_refused(text):
    with pytest.raises(GrammarError, match="cannot be split"):
        condition(text)


def test_unreadable_text_says_where():
    with pytest.raises(GrammarError, match="cannot be read at line 1, column"):
        condition("hs2 = = 1")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("date BETWEEN SYMMETRIC '2020-02-01' AND '2020-01-01'", "SYMMETRIC"),
        ("hs2 LIKE '8%'", "LIKE"),
        ("DATE_TRUNC('month', date, 'Asia/Tokyo') < '2020-01-01'", "text in quotes"),
        ("hs2 = ?", "PLACEHOLDER"),
        ("hs2 = $1", "PLACEHOLDER"),
        ("date < TRY_CAST('2020-01-01' AS DATE)", "TRY_CAST"),
        ("CASE WHEN hs2 = '1' THEN TRUE END", "IF|CASE"),
    ],
)
def test_unlisted_thing_is_named(text, what):
    with pytest.raises(GrammarError, match=what):
        condition(text)


@pytest.mark.parametrize(
    ("clause", "what"),
    [
        ("GROUP BY hs2 WITH TOTALS", "TOTALS"),
        ("GROUP BY hs2 WITH ROLLUP", "ROLLUP"),
        ("ORDER BY 1 NULLS FIRST", "NULLS_FIRST"),
        ("LIMIT 1 OFFSET 1", "OFFSET"),
        ("QUALIFY TRUE", "QUALIFY"),
        ("WINDOW w AS (ORDER BY 1)", "AS"),
        ("FOR UPDATE", "LOCKS"),
        ("LIMIT 5 PERCENT", "LIMIT_OPTIONS"),
    ],
)
def test_unlisted_clause_is_named(clause, what):
    with pytest.raises(GrammarError, match=what):
        parse(f"{COUNTED} {clause}")


def test_distinct_is_refused():
    with pytest.raises(GrammarError, match="DISTINCT"):
        parse(select("DISTINCT hs2"))


def test_position_is_in_the_text():
    assert position(condition("\n hs2 = 1")).startswith(" at line 2, column ")


def test_position_of_nothing_is_blank():
    assert position(exp.true()) == ""


@pytest.mark.parametrize(
    ("node", "number"),
    [
        (exp.Literal.number(12), 12),
        (exp.Literal.number("0"), 0),
        (exp.Literal.string("12"), None),
        (exp.Literal.number("1.5"), None),
        (exp.Literal.number("9" * 5_000), None),
        (exp.Literal(this="\N{SUPERSCRIPT TWO}", is_string=False), None),
        (exp.column("a"), None),
        (None, None),
    ],
)
def test_whole_is_plain_digits(node, number):
    assert whole(node) == number
