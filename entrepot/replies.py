"""What the service answered, and the error that it stands for where it is one."""

from dataclasses import dataclass

from entrepot.errors import BY_CODE, ReplyError, ServiceError, UnreachableError
from entrepot.proofs import fields
from entrepot.proofs.canonical import Json, MalformedError, parse
from entrepot.proofs.fields import Document

PROBLEM = "application/problem+json"
GATEWAY = frozenset({502, 503, 504})
"""Statuses by which something before the service says that the service did not answer."""
LONGEST_SENTENCE = 8000
"""Characters of a problem's text that are kept; a rewrite is SQL and may be long."""
_SUCCESS, _REDIRECT, _ERROR = 200, 300, 400


@dataclass(frozen=True)
class Reply:
    """What came back: the status, the media type without parameters, and the bytes."""

    status: int
    kind: str
    body: bytes

    @property
    def problem(self) -> bool:
        """Whether it is a problem document (RFC 9457), that is, the service's own words."""
        return self.kind == PROBLEM

    @property
    def unanswered(self) -> bool:
        """Whether a gateway answered in the service's place."""
        return self.status in GATEWAY and not self.problem

    def json(self) -> Json:
        """The body as JSON.

        Raises:
            ReplyError: it is not strict JSON.
        """
        try:
            return parse(self.body)
        except MalformedError as error:
            raise ReplyError(f"the service's reply does not fit: {error}") from error

    def text(self) -> str:
        """The body as UTF-8 text.

        Raises:
            ReplyError: it is not UTF-8.
        """
        try:
            return self.body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ReplyError("the service's reply is not UTF-8 text") from error

    def accepted(self) -> "Reply":
        """The reply itself, where it is an answer.

        Raises:
            ServiceError: it is a problem; the class is that of the problem's code.
            UnreachableError: a gateway answered in the service's place.
            ReplyError: it is something else, such as a redirect.
        """
        if _SUCCESS <= self.status < _REDIRECT:
            return self
        # Followed, a redirect would take credentials and questions to another place.
        if self.status < _ERROR:
            raise ReplyError(
                f"the service answered with status {self.status}, which is no answer",
                hint="give the service's own address; redirects are not followed",
            )
        # Without a problem document it was not our service that spoke.
        if self.unanswered:
            raise UnreachableError(
                f"the service did not answer (status {self.status})", hint="try again later"
            )
        if self.problem:
            raise _problem(self.json())
        raise ReplyError(f"status {self.status} came without a problem document")


def _problem(body: Json) -> ServiceError:
    """The error that a problem document stands for."""
    try:
        document = fields.as_object(body, "the problem document")
        code, title, detail, hint, rewrite, request_id = (
            fields.text(document, name, "")[:LONGEST_SENTENCE]
            for name in ("code", "title", "detail", "hint", "rewrite", "request_id")
        )
        complaints = "".join(
            f"\n  {_complaint(fields.as_object(item, 'errors'))}"
            # A contract can have many faults, and all in one go are corrected in one go.
            for item in fields.as_list(document.get("errors") or [], "errors")[:100]
        )
    except MalformedError as error:
        raise ReplyError(f"the service's problem document does not fit: {error}") from error
    # A service may not speak with the SDK's own codes, such as that of a receipt that is fine.
    known = BY_CODE.get(code, ServiceError)
    kind = known if issubclass(known, ServiceError) else ServiceError
    said = kind(
        (detail or title or code) + complaints, hint=hint, rewrite=rewrite, request_id=request_id
    )
    said.code = code or kind.code
    return said


def _complaint(item: Document) -> str:
    """One of a problem's several complaints: where, and what."""
    where = fields.text(item, "pointer", "") or fields.text(item, "parameter", "")
    return f"{where[:200]}: {fields.text(item, 'detail', '')[:500]}".removeprefix(": ")
