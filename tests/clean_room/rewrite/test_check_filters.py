import pytest
from harbour import COLUMNS, relation, select

from clean_room.expressions import ColumnValue, Constant, Kind
from clean_room.operators import Comparison
from clean_room.rewrite.check_filters import atoms, check_filter
from data_products.errors import ColumnFilterError

DATE = ColumnValue(next(column for column in COLUMNS if column.name == "date"))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("hs2 = '85'", 1),
        ("NOT hs2 = '85'", 1),
        ("inspected", 1),
        ("hs2 = '85' AND NOT (origin = 'CN' OR mode = 'sea')", 3),
        ("date BETWEEN '2020-01-01' AND '2020-01-31'", 2),
    ],
)
def test_atoms_are_found_at_any_depth(text, number):
    assert len(list(atoms(relation(select("COUNT(*)", f"WHERE {text}")).where))) == number


def test_line_without_time_is_refused():
    with pytest.raises(ColumnFilterError, match="off its grid"):
        check_filter(Comparison("<", DATE, Constant("2020-01-01", Kind.STRING)))
