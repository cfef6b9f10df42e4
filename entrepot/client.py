"""The client: one method for each thing that a provider, a consumer or a steward does."""

import uuid
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Self, TypeVar

from entrepot.access import AccessRequest, Approval, Grant, Refusal
from entrepot.answer import Answer
from entrepot.errors import InputError, ReceiptError
from entrepot.log import Copy, RemoteLog, still_holds, verify_log
from entrepot.models import Budget, Explanation, Product, listed
from entrepot.profile import Profile
from entrepot.proofs.canonical import Json
from entrepot.proofs.fields import Document
from entrepot.receipts import Keys, Receipt
from entrepot.transport import Access, Call, Transport, segment

Read = TypeVar("Read")


def connect(
    where: str | Path | None = None, *, token: str = "", log_key: str = "", room_key: str = ""
) -> "Client":
    """A connection to a marketplace: by a profile file, or by a URL and an access token.

    Without an argument the profile file is the one that the environment variable ENTREPOT_PROFILE
    names. By a URL, receipts can be verified only where `log_key` and `room_key` are given: keys
    that the service itself names would prove nothing.

    Raises:
        ProfileError: the profile file is missing, open to others, or not in its form.
        InputError: the URL, the token or a key cannot be used.
    """
    # A relative path may contain anything but these beginnings.
    if isinstance(where, str) and where.startswith(("http://", "https://")):
        keys = Keys.parse(log_key, room_key) if log_key or room_key else None
        return Client(Transport(where, Access(token=token)), keys=keys)
    if token or log_key or room_key:
        raise InputError("a token and keys go with a url; a profile file has its own")
    profile = Profile.find(where)
    access = Access(profile.client_id, profile.client_secret)
    return Client(
        Transport(profile.url, access), keys=profile.keys, organisation=profile.organisation
    )


class Client:
    """A connection to a marketplace, as one organisation.

    `keys` are what receipts are verified with; `organisation`, where it is known, is whom they must
    be made out to. Every method may raise what `Transport.send` does.
    """

    def __init__(
        self, transport: Transport, *, keys: Keys | None = None, organisation: str = ""
    ) -> None:
        self.transport = transport
        self.keys = keys
        self.organisation = organisation

    def __enter__(self) -> Self:
        """The client itself."""
        return self

    def __exit__(self, *raised: object) -> None:
        """Closes the connections."""
        self.close()

    def close(self) -> None:
        """Closes the connections."""
        self.transport.close()

    def search(self, words: str = "") -> list[Product]:
        """The products whose name, title, description or purposes have every one of the words."""
        products = self._get("/v1/products", lambda item: listed(item, "products", Product.read))
        return [product for product in products if product.mentions(words)]

    def product(self, name: str) -> Product:
        """A product with its columns, by its name, such as `customs-be.import_declarations`."""
        return self._get(f"/v1/products/{segment(name)}", Product.read)

    def contract(self, name: str) -> str:
        """A product's contract as it was published: ODCS 3.1 in YAML."""
        return self.transport.send(Call("GET", f"/v1/products/{segment(name)}/contract")).text()

    def publish(self, contract: str, location: str) -> Product:
        """Publishes a version of a product: its contract in YAML, and where its data lies.

        `location` is a path beneath the provider's own roots, such as `delta:declarations`.
        """
        body = {"contract": contract, "location": location}
        return self._post("/v1/products", body, Product.read)

    def request_access(self, product: str, *, purpose: str, reason: str) -> AccessRequest:
        """Asks a product's stewards for a grant."""
        body = {"product": product, "purpose": purpose, "reason": reason}
        return self._post("/v1/access-requests", body, AccessRequest.read)

    def requests(self) -> list[AccessRequest]:
        """What one's organisation has asked for, and what was asked of it."""
        return self._get(
            "/v1/access-requests", lambda item: listed(item, "requests", AccessRequest.read)
        )

    def decide(self, request: str, decision: Approval | Refusal) -> AccessRequest:
        """Decides on an access request, as a steward of the product's owner."""
        path = f"/v1/access-requests/{segment(request)}/decision"
        return self._post(path, decision.wire(), AccessRequest.read)

    def grants(self) -> list[Grant]:
        """The grants that one's organisation holds, and has given."""
        return self._get("/v1/grants", lambda item: listed(item, "grants", Grant.read))

    def revoke(self, grant: str) -> Grant:
        """Ends a grant at once and for good."""
        return self.transport.fetch(Call("DELETE", f"/v1/grants/{segment(grant)}"), Grant.read)

    def budgets(self) -> list[Budget]:
        """What is left under each grant in force."""
        return self._get("/v1/budgets", lambda item: listed(item, "budgets", Budget.read))

    def explain(
        self, sql: str, *, purpose: str, max_epsilon: Decimal | str | None = None
    ) -> Explanation:
        """What a query would cost and how its answer would be protected; spends nothing."""
        question = _question(sql, purpose, max_epsilon)
        return self._post("/v1/queries:explain", question, Explanation.read)

    def query(
        self,
        sql: str,
        *,
        purpose: str,
        max_epsilon: Decimal | str | None = None,
        verify: bool = True,
    ) -> Answer:
        """Asks a question, and verifies the answer's receipt against the pinned keys.

        `max_epsilon` is the most privacy loss that it may cost. The same question on the same data
        gets the same answer again, at no further cost.

        Raises:
            ReceiptError: the receipt does not verify, or is for another question or answer.
            InputError: no keys are pinned, and `verify` is not False; nothing was asked.
        """
        # Asked before anything is spent: an answer that cannot be verified is not worth its price.
        if verify:
            self._pinned()
        question = _question(sql, purpose, max_epsilon)
        # The key lets a try whose answer was lost be repeated without being charged again.
        call = Call("POST", "/v1/queries", question, key=str(uuid.uuid4()))
        answer = self.transport.fetch(call, lambda item: Answer.read(item, self.keys))
        if verify:
            answer.receipt.verify()
            self._check_question(answer, sql, purpose)
        return answer

    def receipt(self, release: str) -> Receipt:
        """The receipt of a release, under the log's newest checkpoint; not yet verified."""
        path = f"/v1/receipts/{segment(release)}"
        return self._get(path, lambda item: Receipt.read(item, self.keys))

    def verify_log(self, *, earlier: Copy | None = None) -> Copy:
        """A copy of the whole log, once it is verified, and found to continue an earlier copy.

        Raises:
            LogError: it does not verify; names the entry where that can be told.
        """
        return verify_log(RemoteLog(self.transport), self._pinned().log, earlier=earlier)

    def verify_receipt(self, document: Document) -> None:
        """Verifies a receipt, and that its entry is still in the service's log today.

        Raises:
            ReceiptError: the receipt does not verify.
            LogError: the log no longer holds its entry.
        """
        keys = self._pinned()
        Receipt(document, keys).verify()
        still_holds(RemoteLog(self.transport), keys.log, document)

    def _get(self, path: str, read: Callable[[Json], Read]) -> Read:
        """What is at a path."""
        return self.transport.fetch(Call("GET", path), read)

    def _post(self, path: str, body: Document, read: Callable[[Json], Read]) -> Read:
        """What becomes of a body sent to a path."""
        return self.transport.fetch(Call("POST", path, body), read)

    def _pinned(self) -> Keys:
        """The keys to verify with."""
        if self.keys is None:
            raise InputError(
                "no keys are pinned to verify with, so nothing was asked",
                hint="connect with a profile file, or give log_key and room_key",
            )
        return self.keys

    def _check_question(self, answer: Answer, sql: str, purpose: str) -> None:
        """Checks that the receipt is for what was asked, by whom it was asked."""
        if answer.receipt.kind != "release":
            raise ReceiptError("question", f"the receipt is of a {answer.receipt.kind[:20]}")
        answer.receipt.answers(purpose=purpose)
        # By URL and token we do not know as whom we ask; a profile says so.
        if self.organisation:
            answer.receipt.answers(consumer=self.organisation)
        answer.receipt.answers(sql=sql)


def _question(sql: str, purpose: str, most: Decimal | str | None) -> Document:
    """A question as the service wants it."""
    # Text, for a binary fraction is not the decimal that was meant.
    text = format(most, "f") if isinstance(most, Decimal) else most
    limit = {} if text is None else {"max_epsilon": text}
    return {"sql": sql, "purpose": purpose, **limit}
