"""What is checked before a product is published, and where its data may lie.

Under every data root an organisation has a folder of its own name. It publishes from there and from
nowhere else: or else one provider could publish another's data under a contract that protects
nobody.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from connectors import Location, connect
from data_products import odcs
from data_products.errors import AccessDeniedError, ConnectorError, RequestError
from data_products.parties import ParticipantId, owner
from data_products.product import DataProduct
from data_products.schema import conform


class Publication:
    """Prepares products whose data lie beneath these roots, each in its owner's folder."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self.roots = tuple(root.resolve() for root in roots)

    def prepare(
        self, provider: ParticipantId, document: str, location: str
    ) -> tuple[DataProduct, str]:
        """The product that the document and the location make, and its snapshot's digest.

        Raises:
            ContractError: the document is no valid contract, or the data do not keep it.
            AccessDeniedError: the product is another organisation's.
            RequestError: the location is not one of the provider's.
            ConnectorError: the data cannot be read.
        """
        # Whose product it is comes before where its data lie: only the owner learns about them.
        contract = odcs.load(document)
        if owner(contract.product) != provider:
            raise AccessDeniedError(
                f"found tenant {owner(contract.product)!r}, expected {provider!r}",
                hint="an organisation publishes only products of its own",
            )
        snapshot = connect(self._location(provider, location))
        conform(snapshot.schema, contract)
        return DataProduct(contract, location), snapshot.digest

    def _location(self, provider: ParticipantId, text: str) -> Location:
        """The location, if it is in a folder of the provider.

        Raises:
            RequestError: it is not; whether there is anything at another's is not told.
        """
        elsewhere = RequestError(
            f"found no such data in a folder of {provider}",
            hint=f"write a path beneath a data root, such as delta:{provider}/table",
        )
        try:
            location = Location.parse(text, self.roots)
        except ConnectorError:
            raise elsewhere from None
        if not any(location.path.is_relative_to(root / provider) for root in self.roots):
            raise elsewhere
        return location


@contextmanager
def without_locations() -> Iterator[None]:
    """Lets a consumer know that data cannot be read, and not where they were looked for.

    Raises:
        ConnectorError: in the place of one that says more.
    """
    try:
        yield
    except ConnectorError:
        raise ConnectorError(
            "the product's data cannot be read at the moment",
            hint="nothing was spent; ask again later, and tell the provider if it stays so",
        ) from None
