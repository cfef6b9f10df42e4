import json
from contextlib import suppress
from datetime import date
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft201909Validator

from data_products import odcs
from data_products.column import Column, ColumnType, Filter, Use
from data_products.contract import Contract
from data_products.errors import ContractError
from data_products.grid import Bounds, Grid
from data_products.terms import Budgets, Mode, UnitKind
from data_products.time_grid import Step
from tests.data_products.examples import CARRIER, DOCUMENT, contract, edited, terms, unit

SCHEMA = json.loads((files("open_data_contract_standard") / "schema.json").read_text("utf-8"))
TABLE, OWN = "schema[0].properties", "customProperties"
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,39}", fullmatch=True).filter(
    lambda name: name != "carrier"
)
LINES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40)
TEXTS = st.lists(LINES | st.just(""), max_size=4).map("\n".join)
GRIDS = {
    ColumnType.STRING: st.lists(LINES, unique=True, max_size=4).map(lambda keys: Grid((*keys,))),
    ColumnType.BOOLEAN: st.sampled_from([Grid(), Grid(("true", "false"))]),
    ColumnType.DATE: st.sampled_from([Grid(step=step) for step in Step if step is not Step.HOUR]),
    ColumnType.TIMESTAMP: st.builds(
        Grid,
        step=st.sampled_from(Step),
        start=st.just(date(2026, 1, 1)),
        end=st.just(date(2027, 1, 1)),
    ),
}


@st.composite
def columns(draw):
    """Columns of any kind, with whatever their kind allows."""
    name, text, flag = draw(NAMES), draw(TEXTS), draw(st.booleans())
    common = {"description": text, "required": flag, "physical_name": draw(LINES)}
    kind = draw(st.sampled_from(ColumnType))
    if kind in GRIDS:
        wordless = Filter.EQUALS if flag else Filter.NONE
        grid = draw(GRIDS[kind])
        return Column(name, kind, Use.DIMENSION, wordless, grid, restricted=flag, **common)
    scale = draw(st.integers(0, 9)) if kind is ColumnType.NUMBER else 0
    bounds = Bounds(draw(st.integers(-(10**8), 0)), draw(st.integers(1, 10**8)))
    return Column(name, kind, Use.MEASURE, Filter.RANGE, bounds=bounds, scale=scale, **common)


@st.composite
def contracts(draw):
    """Contracts of some columns, on any terms."""
    unique = (lambda column: column.name, lambda column: column.physical_name.casefold())
    drawn = draw(st.lists(columns(), max_size=4, unique_by=unique))
    mode = draw(st.sampled_from(Mode))
    budgets = Budgets(*sorted(draw(st.tuples(*[st.integers(1, 10**9)] * 3))))
    return contract(
        title=draw(LINES),
        description=draw(TEXTS),
        columns=(CARRIER, *(c for c in drawn if c.physical_name.casefold() != "carrier")),
        unit=unit(kind=draw(st.sampled_from(UnitKind))),
        terms=terms(mode=mode, budgets=budgets, suggested=()),
    )


def test_document_is_the_contract():
    assert odcs.load(DOCUMENT) == contract()


@given(contracts())
def test_round_trip_keeps_the_contract(made):
    assert odcs.load(odcs.dump(made)) == made


@given(contracts())
def test_dump_is_valid_odcs(made):
    assert not [*Draft201909Validator(SCHEMA).iter_errors(odcs.document(made))]


def test_json_reads_like_yaml():
    assert odcs.load(json.dumps(odcs.document(contract()))) == contract()


@pytest.mark.parametrize("version", ["v3.0.0", "v3.0.1", "v3.0.2", "v3.1.0", "v3.2.0"])
def test_versions_of_the_standard(version):
    assert odcs.load(edited("v3.1.0", version)) == contract()


@pytest.mark.parametrize("field", ["name: Port calls\n", "description: {purpose: Calls"])
def test_title_and_description_may_be_absent(field):
    lines = [line for line in DOCUMENT.splitlines(keepends=True) if not line.startswith(field)]
    made = odcs.load("".join(lines))
    assert made.columns == contract().columns
    assert (made.title, made.description) != (contract().title, contract().description)


@pytest.mark.parametrize(
    ("old", "new", "where", "said"),
    [
        ("v3.1.0", "v2.2.2", "apiVersion", "found 'v2.2.2'"),
        ("apiVersion: v3.1.0\n", "", "apiVersion", "found 'None'"),
        ("id: beanr.port_calls\n", "", "document", "'id' is a required property"),
        ("version: 1.0.0", "version: 1.0", "version", "found a number, expected string"),
        ("version: 1.0.0", "version: 1.0.x", "version", "expected a semantic version"),
        ("kind: DataContract", "kind: Data", "kind", "expected one of"),
        ("status: active", "statos: active", "document", "'statos' was unexpected"),
        ("tenant: beanr\n", "", "tenant", "found nothing, expected text"),
        ("tenant: beanr", "tenant: Beanr", "tenant", "expected owner.name"),
        ("tenant: beanr", "tenant: [beanr]", "tenant", "found a list, expected string"),
        ("- name: port_calls", "- name: Port-Calls", "tenant", "expected owner.name"),
        ("schema:\n", "schema:\n- name: other\n", "schema", "found 2 schema objects"),
        ("- name: flag\n    log", "- log", f"{TABLE}[1]", "'name' is a required"),
        ("    logicalType: number\n", "", f"{TABLE}[4].logicalType", "found nothing"),
        ("logicalType: number", "logicalType: map", f"{TABLE}[4]", "required"),
        ("logicalType: number", "logicalType: array", f"{TABLE}[4].logicalType", "'array'"),
        ("required: true", "required: 'yes'", f"{TABLE}[0].required", "found text"),
        ("required: true", "requires: true", f"{TABLE}[0]", "'requires' was unexpected"),
        ("value: unit", "value: units", f"{TABLE}[0].{OWN}.privacyUse", "'units'"),
        ("value: unit", "value: join", TABLE, "found 0 columns with privacyUse unit"),
        ("[0, 45000]", "[9, 1]", f"{TABLE}[4].{OWN}.privacyBounds", "low under high"),
        ("2026-03-01]", "2025-01-01]", f"{TABLE}[3].{OWN}.privacyRange", "in order"),
        ("value: flag}", "value: port}", f"{TABLE}[2].{OWN}.privacyCoarser", "'port'"),
        ("suggested: [flag]", "suggested: [hs2]", f"{OWN}.privacyTerms.suggested", "hs2"),
        ("column: carrier", "column: flag", f"{OWN}.privacyTerms.unit.column", "'flag'"),
    ],
)
def test_wrong_document_names_its_path(old, new, where, said):
    with pytest.raises(ContractError) as caught:
        odcs.load(edited(old, new))
    assert caught.value.where == where
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        (
            "privacyDomain",
            "privacyDomian",
            "schema[0].properties[1].customProperties.privacyDomian",
        ),
        ("privacyUse", "PrivacyUse", "schema[0].properties[0].customProperties.PrivacyUse"),
        ("reviewedBy", "privacyUse", "schema[0].properties[0].customProperties"),
        ("reviewedBy", "privacyTerms", "schema[0].properties[0].customProperties.privacyTerms"),
        ("property: privacyTerms", "property: privacy_terms", "customProperties.privacy_terms"),
        (
            "  physicalName: calls\n",
            "  customProperties: [{property: privacyUse, value: never}]\n",
            "schema[0].customProperties.privacyUse",
        ),
        (
            "usage: Port statistics.",
            "customProperties: [{property: privacyMinUnits, value: 20}]",
            "description.customProperties.privacyMinUnits",
        ),
        (
            "status: active",
            "roles: [{role: r, customProperties: [{property: privacyUse, value: unit}]}]",
            "roles[0].customProperties.privacyUse",
        ),
    ],
)
def test_misplaced_privacy_word_is_refused(old, new, where):
    with pytest.raises(ContractError) as caught:
        odcs.load(edited(old, new))
    assert caught.value.where == where


def test_every_error_is_told():
    text = edited("value: unit", "value: units").replace("[0, 45000]", "[9, 1]")
    with pytest.raises(ContractError) as caught:
        odcs.load(text.replace("maxGroups: 4", "maxGroups: 0"))
    assert [error.where.rpartition(".")[2] for error in caught.value.errors] == [
        "privacyUse",
        "privacyBounds",
        "maxGroups",
    ]
    assert str(caught.value).count("\n") == 2


def test_errors_are_told_within_reason():
    many = "".join(f"  - {{name: c{i}, logicalType: number, required: 5}}\n" for i in range(90))
    with pytest.raises(ContractError) as caught:
        odcs.load(edited("  properties:\n", f"  properties:\n{many}"))
    assert len(caught.value.errors) == odcs.MOST_ERRORS


def test_anchor_in_contract_is_refused():
    with pytest.raises(ContractError, match="line 3: found an anchor"):
        odcs.load(edited("id: ", "id: &a "))


OTHERS = """\
domain: logistics
tags: [ports, "2026"]
servers: [{server: lake, type: local, path: /data/calls, format: delta}]
team: {name: data office, members: [{username: harbour, role: owner}]}
roles: [{role: analyst, access: read}]
price: {priceAmount: 9.95, priceCurrency: EUR, priceUnit: month}
slaProperties: [{property: latency, value: 1, unit: d}]
support: [{channel: mail, url: "mailto:data@example.org"}]
contractCreatedTs: "2026-11-25T10:00:00Z"
"""


def test_rest_of_the_standard_is_let_be():
    assert odcs.load(DOCUMENT + OTHERS) == contract()


def test_quality_of_a_column_is_let_be():
    quality = "    quality: [{metric: nullValues, mustBe: 0}]\n    classification: internal\n"
    text = edited("    logicalType: number\n", f"    logicalType: number\n{quality}")
    assert odcs.load(text) == contract()


def test_too_many_values_are_refused_quickly():
    many = "".join(f"  - {{name: c{i}}}\n" for i in range(10_000))
    with pytest.raises(ContractError, match="over 20000 values"):
        odcs.load(edited("  properties:\n", f"  properties:\n{many}"))


@pytest.mark.parametrize("domain", ["[NO, SE]", "[0803, 0804]", "['1', '2']", "[on, off]"])
def test_codes_stay_text(domain):
    keys = odcs.load(edited("[BE, NO]", domain)).column("flag").grid.values
    assert keys == tuple(domain.replace("'", "").strip("[]").split(", "))


@pytest.mark.parametrize("domain", ["[1, 2]", "[true]", "[1.5]", "[~]"])
def test_unquoted_values_are_refused(domain):
    with pytest.raises(ContractError, match=r"privacyDomain\[0\]: found .*, expected text"):
        odcs.load(edited("[BE, NO]", domain))


@given(st.text(max_size=300))
def test_any_text_is_a_contract_error(text):
    with pytest.raises(ContractError):
        odcs.load(text)


@given(st.integers(0, len(DOCUMENT) - 1), st.integers(1, 40), st.text(max_size=3))
def test_damaged_contract_is_never_a_foreign_error(start, length, put):
    damaged = DOCUMENT[:start] + put + DOCUMENT[start + length :]
    with suppress(ContractError):
        assert isinstance(odcs.load(damaged), Contract)
