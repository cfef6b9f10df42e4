"""The contracts of the demo's products, as ODCS documents.

`contracts/` has a file for each kind of product. A port's is filled in with its owner, and a domain
that a file names, instead of listing it, with the codes of that name.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

import yaml

from data_products import yaml_text
from data_products.contract import Contract
from data_products.digest import Json
from data_products.odcs import load
from data_products.parties import ProductId, owner
from marketplace_api.demo import codes, ships

Domains = Mapping[str, Sequence[str]]

DOMAINS: Domains = {
    "aeo_bands": codes.AEO_BANDS,
    "aeo_statuses": codes.AEO_STATUSES,
    "berths": codes.BERTHS,
    "carriers": ships.SCACS,
    "certificate_kinds": codes.CERTIFICATES,
    "channels": codes.CHANNELS,
    "countries": codes.ORIGINS,
    "fills": codes.FILLS,
    "flags": tuple(codes.FLAGS),
    "fuels": codes.FUELS,
    "hs2": codes.HS2,
    "hs4": codes.HS4,
    "hs6": codes.HS6,
    "imdg_classes": codes.IMDG_CLASSES,
    "iso_types": codes.ISO_TYPES,
    "liners": ships.SCACS[: ships.LINERS],
    "length_bands": codes.LENGTH_BANDS,
    "methods": codes.METHODS,
    "modes": codes.MODES,
    "move_kinds": codes.MOVE_KINDS,
    "offices": codes.OFFICES,
    "process_types": codes.PROCESS_TYPES,
    "reasons": codes.REASONS,
    "results": codes.RESULTS,
    "ship_types": codes.SHIP_TYPES,
    "stowages": codes.STOWAGES,
    "terminals": codes.TERMINALS,
    "un_numbers": codes.UN_NUMBERS,
}


@cache
def contract(product: ProductId) -> Contract:
    """The contract of one of the demo world's products."""
    return load(document(product))


def document(product: ProductId) -> str:
    """The ODCS document of one of the demo world's products, as YAML."""
    port = owner(product).upper()
    own: Domains = {
        "other_ports": codes.OTHER_PORTS.get(port, ()),
        "own_port": (port,),
    }
    return filled(product.partition(".")[2], product, {**DOMAINS, **own})


def filled(kind: str, product: ProductId, domains: Domains) -> str:
    """The contract file of that kind as a document of the product's owner, its domains listed."""
    # Read by the house's own rules, so that a code such as NO stays text.
    text = (files(__package__) / "contracts" / f"{kind}.yaml").read_text("utf-8")
    document = {**yaml_text.read(text), "id": product, "tenant": owner(product)}
    for custom in _domains(document):
        named = custom["value"]
        if isinstance(named, str):
            custom["value"] = list(domains[named])
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)


def _domains(value: Json) -> Iterator[dict[str, Json]]:
    """Every custom property of the document that says what a column's domain is."""
    if isinstance(value, dict):
        if value.get("property") == "privacyDomain":
            yield value
        for inner in value.values():
            yield from _domains(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _domains(inner)
