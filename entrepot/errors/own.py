"""The root of the errors, and what the SDK itself finds wrong without the service saying so."""

import inspect
from typing import Literal

Part = Literal["format", "statement", "entry", "checkpoint", "proof", "result", "question"]
"""Which part of a receipt differs, in the order in which they are looked at."""


class EntrepotError(Exception):
    """Something that Entrepot says no to, with what to do next.

    `code` is stable and looked up with `entrepot explain CODE`; `hint` is the next step; `rewrite`,
    where there is one, is SQL that passes; `request_id` is what the service's operator asks for.
    """

    code: str = "ERROR"

    def __init__(
        self, message: str, *, hint: str = "", rewrite: str = "", request_id: str = ""
    ) -> None:
        super().__init__(message)
        self.hint = hint
        self.rewrite = rewrite
        self.request_id = request_id

    @classmethod
    def explanation(cls) -> str:
        """What the code means and what to do about it: the class's own docstring, as paragraphs."""
        return inspect.cleandoc(cls.__doc__ or "")


class UnreachableError(EntrepotError):
    """The service did not answer: no connection, or none within the time limit.

    Check the url in the profile file and that the service runs; `entrepot demo` starts one here.
    """

    code = "UNREACHABLE"


class ReplyError(EntrepotError):
    """The service answered, but not in the form it should: too long, not JSON, or fields missing.

    Something between you and the service may answer in its place, or the versions do not fit.
    """

    code = "REPLY_INVALID"


class ProfileError(EntrepotError):
    """The profile file is missing, open to others, or not in its form.

    It is a JSON object with url, client_id, client_secret, organisation, log_key and room_key, and
    only its owner may read it (chmod 600 FILE). Your operator issues it.
    """

    code = "PROFILE_INVALID"


class InputError(EntrepotError):
    """A file, address or argument that was given cannot be used.

    The message names it; correct it and run the command again.
    """

    code = "INPUT_INVALID"


class MissingExtraError(EntrepotError):
    """Something that is not part of the plain installation is needed for this.

    Install the extra that the hint names, such as `pip install "entrepot[demo]"`.
    """

    code = "EXTRA_MISSING"


class ChildError(EntrepotError):
    """The service that was started on this machine ended, or did not get ready in time.

    The message ends with its last lines; they name the setting or file to look at.
    """

    code = "SERVER_FAILED"


class EvidenceError(EntrepotError):
    """Evidence that should hold does not. Nothing derived from it should be relied on.

    Keep what you have, and tell the operator and an auditor.
    """

    code = "EVIDENCE_INVALID"


class ReceiptError(EvidenceError):
    """The receipt does not verify: it was changed, is for something else, or was never in the log.

    The message says what differs. Get the receipt again from the service; if it still differs, keep
    both and tell an auditor.
    """

    code = "RECEIPT_INVALID"

    def __init__(self, part: Part, message: str, *, hint: str = "") -> None:
        super().__init__(f"{part}: {message}", hint=hint)
        self.part = part


class LogError(EvidenceError):
    """The service's log does not fit its signed checkpoint, or an earlier one that you kept.

    An entry was changed, removed or added out of order. Keep the checkpoint and tell an auditor.
    """

    code = "LOG_INVALID"


class SnapshotError(EvidenceError):
    """The table is not, or is no longer, the one that the receipt's answer was computed from.

    The message says what differs. Compare with the provider's own copy of that version.
    """

    code = "SNAPSHOT_DIFFERS"
