"""Builds the demo data space in a directory, through the same use cases that participants call.

    world.json   what the directory holds; another world asks for another directory
    data/        a folder for each owner, a Delta table for each product
    hub/         the marketplace's own records, log and keys
    profiles/    a file for each client (`profiles`)

Every step is skipped where its outcome is on record, so a space that was left half built, or is
opened again, becomes whole and nothing is there twice.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from deltalake import DeltaTable
from pydantic import ValidationError

from catalog.files import replace_private
from data_products.errors import ConfigurationError, ConflictError
from data_products.parties import Participant, ParticipantId, ProductId, Role, owner
from marketplace_api.dealings import Verdict, Wish
from marketplace_api.demo import declarations_kr, documents, questions
from marketplace_api.demo.questions import Agreement
from marketplace_api.demo.world import EDITION, SIZES, World
from marketplace_api.marketplace import Marketplace
from marketplace_api.settings import Settings
from policies.access import State

# As many different questions as a steward may care to look through.
MAX_QUERIES = 200
DAYS = 90
REASON = "the demo's question"


@dataclass(frozen=True)
class Space:
    """A demo data space: its directory, its size by name, and a folder of real declarations.

    The real declarations may be added to a space later; what is published stays.
    """

    directory: Path
    size: str
    real: Path | None = None

    @property
    def data(self) -> Path:
        """Where the owners' tables are."""
        return self.directory / "data"

    @cached_property
    def world(self) -> World:
        """The world that the tables are drawn from."""
        return World(SIZES[self.size])

    @property
    def products(self) -> tuple[ProductId, ...]:
        """Every product of the space."""
        real = () if self.real is None else (declarations_kr.PRODUCT,)
        return (*self.world.sources, *real)

    @property
    def agreements(self) -> tuple[Agreement, ...]:
        """Every agreement of the space."""
        real = () if self.real is None else questions.REAL_QUESTIONS
        return (*questions.agreements(), *(question.agreement for question in real))

    def settings(self, port: int) -> Settings:
        """The settings of the marketplace over the space.

        Raises:
            ConfigurationError: the environment sets something that does not go with a demo.
        """
        hub = self.directory / "hub"
        try:
            return Settings(data_directory=hub, data_roots=(self.data,), port=port)
        except ValidationError:
            raise ConfigurationError(
                "found settings in the environment that do not go with a demo, expected none",
                hint="unset the variables that begin with ENTREPOT_",
            ) from None

    def claim(self) -> None:
        """Takes the directory for this world, before anything is put there.

        Raises:
            ConflictError: it holds another world.
        """
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        marker = self.directory / "world.json"
        mine = {"size": self.size, "seed": self.world.seed, "edition": EDITION}
        # Written before anything else, so that a half built space is known for what it is.
        if not marker.exists():
            replace_private(marker, json.dumps(mine).encode())
        if _read(marker) != mine:
            raise ConflictError(
                f"{self.directory} holds another demo world, expected one of {mine}",
                hint="name another --directory, or delete this one",
            )

    def write(self) -> None:
        """Writes every table that is not there yet."""
        for product in self.world.sources:
            if not DeltaTable.is_deltatable(str(self._table(product))):
                self.world.write(product, self.data)
        if self.real is not None:
            self._write_real(self.real)

    def document(self, product: ProductId) -> str:
        """The contract of a product, as its owner publishes it."""
        if product != declarations_kr.PRODUCT:
            return documents.document(product)
        return declarations_kr.document(DeltaTable(self._table(product)).to_pyarrow_table())

    def _table(self, product: ProductId) -> Path:
        """Where a product's table is."""
        return self.data / product.replace(".", "/")

    def _write_real(self, folder: Path) -> None:
        """Writes the real declarations, if they are not there yet."""
        path = self._table(declarations_kr.PRODUCT)
        if not DeltaTable.is_deltatable(str(path)):
            declarations_kr.write(declarations_kr.read(folder), path)


def furnish(space: Space, marketplace: Marketplace) -> None:
    """Publishes every product, and has every agreement requested and approved."""
    published = {product.id for product in marketplace.catalogue()}
    # In the world's order, and through the use cases: what a demo shows is what participants do.
    for product in space.products:
        if product not in published:
            provider = participant(owner(product), Role.PROVIDER)
            location = f"delta:{product.replace('.', '/')}"
            marketplace.publish(provider, space.document(product), location)
    for agreement in space.agreements:
        if agreement not in _granted(marketplace, agreement):
            _agree(marketplace, agreement)


def participant(organisation: ParticipantId, role: Role) -> Participant:
    """Someone who acts for an organisation in a role; stewards are others than who requests."""
    name = f"{organisation}-steward" if role is Role.STEWARD else organisation
    return Participant(organisation, name, frozenset({role}))


def _granted(marketplace: Marketplace, agreement: Agreement) -> Iterator[Agreement]:
    """The agreements of the same consumer that grants in force stand for."""
    for record, _ in marketplace.budgets(participant(agreement.consumer, Role.CONSUMER)):
        yield Agreement(record.grant.consumer, record.grant.product, record.grant.purpose)


def _agree(marketplace: Marketplace, agreement: Agreement) -> None:
    """Has the consumer request what is agreed, unless it has, and the owner's steward approve."""
    consumer = participant(agreement.consumer, Role.CONSUMER)
    open_ones = [
        request.id
        for request in marketplace.access_requests(consumer)
        if request.state is State.REQUESTED
        and Agreement(request.consumer, request.product, request.purpose) == agreement
    ]
    wish = Wish(agreement.product, agreement.purpose, REASON)
    request = open_ones[0] if open_ones else marketplace.request_access(consumer, wish).id
    steward = participant(owner(agreement.product), Role.STEWARD)
    terms = marketplace.product(steward, agreement.product).contract.terms
    verdict = Verdict(
        approve=True,
        reason="within the contract",
        epsilon=terms.budgets.consumer,
        max_queries=MAX_QUERIES,
        days=DAYS,
    )
    marketplace.decide(steward, request, verdict)


def _read(marker: Path) -> object:
    """What a marker says; nothing where it is damaged."""
    try:
        found: object = json.loads(marker.read_bytes())
    except ValueError:
        return None
    return found
