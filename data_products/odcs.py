"""Reads and writes contracts as Open Data Contract Standard documents, v3.1.0.

What is read: the tenant is the owner, the one schema object's name is the product's, `name` is the
title and `description.purpose` the description; properties are columns (`column_words`), and the
custom property `privacyTerms` holds the terms (`privacy_terms`). Everything else that the standard
allows is let be. A word that begins with "privacy" and is not ours, or not in its place, is
refused: its writer believes that it protects something.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import islice

import yaml
from jsonschema import Draft201909Validator, ValidationError

from data_products import column_words, privacy_terms
from data_products.column import Column, ColumnType
from data_products.contract import Contract
from data_products.digest import Json
from data_products.errors import ContractError, expect
from data_products.fields import Fields
from data_products.parties import ProductId
from data_products.terms import PrivacyUnit, Terms
from data_products.yaml_text import kind, read

WRITTEN = "v3.1.0"
# The schema of 3.2 takes all of these; it also takes 2.2, whose words are others.
ACCEPTED = ("v3.0.0", "v3.0.1", "v3.0.2", "v3.1.0", "v3.2.0")
MOST_ERRORS = 20

_SCHEMA = json.loads((files("open_data_contract_standard") / "schema.json").read_text("utf-8"))
_STRUCTURE = Draft201909Validator(_SCHEMA)


@dataclass(frozen=True)
class _Gathering:
    """The errors that were met, so that a provider is told of them together."""

    errors: list[ContractError] = field(default_factory=list)

    @contextmanager
    def under(self, path: str) -> Iterator[None]:
        """Keeps an error of the block instead of raising it."""
        try:
            yield
        except ContractError as error:
            self.errors.append(error.under(path) if path else error)

    def close(self) -> None:
        """Raises what was met, if anything."""
        if self.errors:
            raise ContractError.of(self.errors[:MOST_ERRORS])


def load(text: str) -> Contract:
    """The contract in an ODCS document, YAML or JSON.

    Raises:
        ContractError: one error that says all that was found, each with its path; `errors` has
            them singly.
    """
    # 1. Is it one plain document, valid by the standard's own schema?
    document = read(text)
    table = _table(document)
    _check_structure(document)
    # 2. Does every word of ours stand where it has a meaning?
    _check_words(document)
    # 3. Is each column right, and are the terms? All are looked at before any error is raised.
    met, columns, terms = _Gathering(), list[Column](), list[tuple[PrivacyUnit, Terms]]()
    for i, values in enumerate(_mappings(table, "properties")):
        with met.under(f"schema[0].properties[{i}]"):
            columns.append(column_words.read_column(values))
    with met.under(""):
        terms.append(privacy_terms.read_terms(column_words.customs(document)))
    met.close()
    # 4. Do they fit together? That is the contract's own to say.
    own = Fields(document, "")
    product = f"{own.text('tenant')}.{Fields(table, 'schema[0]').text('name')}"
    return Contract(
        product=ProductId(product),
        version=own.text("version"),
        title=own.text("name", product),
        description=own.inner("description", {}).text("purpose", ""),
        columns=tuple(columns),
        unit=terms[0][0],
        terms=terms[0][1],
    )


def dump(contract: Contract) -> str:
    """The ODCS document of a contract, as YAML; `load` gives the same contract back."""
    return yaml.safe_dump(document(contract), sort_keys=False, allow_unicode=True, width=100)


def document(contract: Contract) -> dict[str, Json]:
    """The ODCS document of a contract, as plain values: what a contract's digest is taken of."""
    tenant, _, name = contract.product.partition(".")
    return {
        "apiVersion": WRITTEN,
        "kind": "DataContract",
        "id": contract.product,
        "name": contract.title,
        "version": contract.version,
        # Where a product stands in its life is the catalog's to say, and not part of its contract.
        "status": "active",
        "tenant": tenant,
        "description": {"purpose": contract.description},
        "schema": [
            {
                "name": name,
                "logicalType": "object",
                "properties": [column_words.write_column(column) for column in contract],
            }
        ],
        "customProperties": column_words.as_customs(
            {privacy_terms.WORD: privacy_terms.write_terms(contract.unit, contract.terms)}
        ),
    }


def _check_structure(document: dict[str, Json]) -> None:
    """Refuses what the standard's own JSON schema refuses, and other versions of the standard."""
    found = document.get("apiVersion")
    expect(
        found in ACCEPTED,
        f"found {str(found)[:60]!r}, expected one of {', '.join(ACCEPTED)}",
        where="apiVersion",
        hint=f"write apiVersion: {WRITTEN}",
    )
    # Finding every error of a large and bad document takes half a minute; the first tell enough.
    errors = list(islice(_STRUCTURE.iter_errors(document), MOST_ERRORS))
    # What fails within counts as unevaluated without, so that error is only worth saying alone.
    said = [error for error in errors if error.validator != "unevaluatedProperties"] or errors
    if said:
        raise ContractError.of([_structural(error) for error in said])


def _structural(error: ValidationError) -> ContractError:
    """An error of the JSON schema in our words."""
    expected = {
        "type": f"expected {error.validator_value}",
        "enum": f"expected one of {error.validator_value}",
        "required": "expected all required fields",
        "additionalProperties": "expected only fields of the standard",
        "unevaluatedProperties": "expected only fields of the standard",
    }.get(str(error.validator), "expected what the standard says")
    # The validator's own text for a wrong type holds the value, which may be the whole document.
    said = f"found {kind(error.instance)}" if error.validator == "type" else error.message[:200]
    return ContractError(
        f"{said}, {expected}",
        where=error.json_path.removeprefix("$").removeprefix(".") or "document",
        hint="see the Open Data Contract Standard v3.1.0; put your own fields in customProperties",
    )


def _check_words(document: dict[str, Json]) -> None:
    """Refuses words of ours that are unknown, misplaced or given twice."""
    met = _Gathering()
    for path, owner in _owners(document, ""):
        place = path.rpartition(".")[2]
        words = column_words.WORDS if place.startswith("properties[") else ()
        with met.under(path):
            _check_customs(owner, words if path else (privacy_terms.WORD,))
    met.close()


def _check_customs(owner: dict[str, Json], words: tuple[str, ...]) -> None:
    """Refuses custom properties that look like ours and are not, where only `words` may stand."""
    given = [str(entry.get("property")) for entry in _mappings(owner, "customProperties")]
    # Whatever the case: privacyuse and Privacy_Use are meant for us, and would say nothing.
    ours = [word for word in given if word.casefold().startswith("privacy")]
    Fields(dict.fromkeys(ours), "customProperties").known(words)
    expect(
        len(set(ours)) == len(ours),
        "found a privacy word twice, expected each once",
        where="customProperties",
        hint="keep one of the two",
    )


def _owners(value: Json, path: str) -> Iterator[tuple[str, dict[str, Json]]]:
    """Everything in the document that has custom properties, with its path."""
    if isinstance(value, dict):
        if "customProperties" in value:
            yield path, value
        for key, inner in value.items():
            yield from _owners(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _owners(inner, f"{path}[{i}]")


def _mappings(owner: dict[str, Json], key: str) -> list[dict[str, Json]]:
    """The mappings that a field lists; the standard's schema has seen to their form."""
    found = owner.get(key)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _table(document: dict[str, Json]) -> dict[str, Json]:
    """The one schema object, whose columns have types.

    The standard's schema takes a property without a type for one of each type, and says so oddly.
    """
    tables = _mappings(document, "schema")
    expect(
        len(tables) == 1,
        f"found {len(tables)} schema objects, expected one",
        where="schema",
        hint="publish a contract for each table",
    )
    for i, values in enumerate(_mappings(tables[0], "properties")):
        expect(
            "logicalType" in values,
            "found nothing, expected text",
            where=f"schema[0].properties[{i}].logicalType",
            hint=f"write one of {', '.join(ColumnType)}",
        )
    return tables[0]
