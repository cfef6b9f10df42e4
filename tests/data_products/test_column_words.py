import pytest

from data_products.column import Column, ColumnType, Use
from data_products.column_words import WORDS, customs, read_column, write_column
from data_products.errors import ContractError
from tests.data_products.examples import COLUMNS


def described(*words, **own):
    entries = [{"property": word, "value": value} for word, value in words]
    return {"name": "a", "logicalType": "string", "customProperties": entries, **own}


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_written_column_reads_back(column):
    assert read_column(write_column(column)) == column


def test_bare_property_is_never_used():
    column = read_column({"name": "a", "logicalType": "integer"})
    assert column == Column("a", ColumnType.INTEGER, Use.NEVER)


def test_bare_column_says_its_use():
    written = write_column(Column("a", ColumnType.STRING, Use.NEVER))
    assert written["customProperties"] == [{"property": "privacyUse", "value": "never"}]


def test_column_called_none_stays_coarser():
    column = Column("a", ColumnType.STRING, Use.DIMENSION, coarser="none")
    assert read_column(write_column(column)).coarser == "none"


def test_words_are_those_documented():
    said = read_column.__globals__["__doc__"]
    assert all(f"\n{word} " in said for word in WORDS)


def test_foreign_words_are_let_be():
    values = described(("privacyUse", "join"), ("retention", {"days": 3}))
    assert customs(values).values == {"privacyUse": "join"}


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("privacyUse", "Dimension"),
        ("privacyUse", None),
        ("privacyFilter", "like"),
        ("privacyDomain", "BE"),
        ("privacyDomain", [1]),
        ("privacyStep", "minute"),
        ("privacyStep", None),
        ("privacyRange", ["2026-01-01"]),
        ("privacyRange", ["2026-01-01", "soon"]),
        ("privacyRange", ["2026-01-01", "2027-01-01"]),
        ("privacyBounds", [0]),
        ("privacyBounds", [0, 1.5]),
        ("privacyBounds", [False, True]),
        ("privacyBounds", {"low": 0, "high": 1}),
        ("privacyScale", "2"),
        ("privacyCoarser", ["flag"]),
        ("privacyRestricted", "yes"),
    ],
)
def test_wrong_value_names_its_word(word, value):
    with pytest.raises(ContractError) as caught:
        read_column(described((word, value)))
    assert caught.value.where.startswith(f"customProperties.{word}")


@pytest.mark.parametrize(
    ("own", "path"), [({"logicalType": "array"}, "logicalType"), ({"required": "no"}, "required")]
)
def test_wrong_field_names_its_path(own, path):
    with pytest.raises(ContractError, match=f"^{path}: found"):
        read_column(described(**own))
