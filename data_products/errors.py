"""Every error that Entrepot raises on purpose.

EntrepotError
    RequestError                REQUEST_INVALID       a request is not in the form it must have
    AuthenticationError         UNAUTHENTICATED       no token, or one that does not verify
    ContractError               CONTRACT_INVALID      the contract document is not a valid contract
        SchemaMismatchError     SCHEMA_MISMATCH       the data lacks what the contract promises
    NotFoundError               NOT_FOUND             no such product, request, grant or release
    ConflictError               CONFLICT              the thing is not in a state for this step
    AccessDeniedError           ACCESS_DENIED         no role or grant allows this
        PurposeNotAgreedError   PURPOSE_NOT_AGREED    there is a grant, but not for this purpose
        PurposeProhibitedError  PURPOSE_PROHIBITED    the contract forbids this purpose to everyone
    QueryRejectedError          QUERY_REJECTED        the query asks for what no grant can allow
        QueryTooLargeError      QUERY_TOO_LARGE       too long, too deep or too many tokens
        GrammarError            SQL_NOT_ANSWERED      SQL outside the clean room's grammar
        RawRowsError            RAW_ROWS              it asks for rows, not for aggregates
        BindingError            UNKNOWN_NAME          a name that no contract has
        LimitError              LIMIT_EXCEEDED        more groups or cells than the contract allows
        UseError                COLUMN_USE            a column used as its contract forbids
            IdentifierError     GROUP_BY_IDENTIFIER   groups that are single companies
            PersonalUnitError   PERSONAL_UNIT         groups that are single people
            DifferencingError   DIFFERENCING_RISK     a predicate that singles out a privacy unit
            ColumnFilterError   POLICY_COLUMN_FILTER  a column that may not meet this literal
            SensitivityError    SENSITIVITY_CLASS     a column closed for its classification
    WithheldError               WITHHELD              nothing in the answer may be shown
        ThresholdError          BELOW_THRESHOLD       every group is under the threshold
        DominanceError          DOMINANCE             few units make up every group
    BudgetExhaustedError        BUDGET_EXHAUSTED      the privacy budget does not cover the plan
    ExecutionError              EXECUTION_FAILED      the clean room could not finish the plan
        ConnectorError          SOURCE_UNREADABLE     a source could not be read
    IntegrityError              INTEGRITY_FAILED      a digest, proof or signature does not verify
    ConfigurationError          MISCONFIGURED         a setting is wrong or a plug-in is missing

Messages say what was found and what was expected; a hint says what to do next; a rewrite, where
there is one, is SQL that passes. None of them ever holds a value read from a provider's data.
"""

from collections.abc import Sequence
from typing import ClassVar, Self


class EntrepotError(Exception):
    """Root of the tree above; `code` is stable and becomes the code of the HTTP problem."""

    code: ClassVar[str] = "ERROR"

    def __init__(self, message: str, *, hint: str = "", rewrite: str = "") -> None:
        super().__init__(message)
        self.hint = hint
        self.rewrite = rewrite


class RequestError(EntrepotError):
    """A request is not in the form it must have."""

    code = "REQUEST_INVALID"


class AuthenticationError(EntrepotError):
    """No token, or one that does not verify."""

    code = "UNAUTHENTICATED"


class ContractError(EntrepotError):
    """The contract document is not a valid contract.

    `where` is the path of what is wrong, such as `schema[0].properties[3].name`, and `errors` are
    all that were found, this one alone unless it was made by `of`.

    >>> str(ContractError("found 5, expected text", where="tenant").under("schema[0]"))
    'schema[0].tenant: found 5, expected text'
    """

    code = "CONTRACT_INVALID"

    def __init__(self, message: str, *, where: str = "", hint: str = "", rewrite: str = "") -> None:
        text = f"{where}: {message}" if where else message
        super().__init__(text, hint=hint, rewrite=rewrite)
        self.where = where
        self.message = message
        self.errors: tuple[ContractError, ...] = (self,)

    def under(self, path: str) -> Self:
        """The same error, seen from a level higher in the document."""
        where = f"{path}.{self.where}" if self.where else path
        return type(self)(self.message, where=where, hint=self.hint, rewrite=self.rewrite)

    @staticmethod
    def of(errors: "Sequence[ContractError]") -> "ContractError":
        """One error that says all of one or more, each once, on a line with its hint."""
        # A validator that looks from several sides meets the same error more than once.
        distinct = {f"{error} ({error.hint})": error for error in errors}
        if len(distinct) == 1:
            return errors[0]
        together = ContractError("\n".join(distinct), hint=errors[0].hint)
        together.errors = tuple(distinct.values())
        return together


class SchemaMismatchError(ContractError):
    """The data does not have the columns or types that the contract promises."""

    code = "SCHEMA_MISMATCH"


class NotFoundError(EntrepotError):
    """No such product, request, grant, release or log entry."""

    code = "NOT_FOUND"


class ConflictError(EntrepotError):
    """The thing is not in a state that allows this step."""

    code = "CONFLICT"


class AccessDeniedError(EntrepotError):
    """No role or grant allows this."""

    code = "ACCESS_DENIED"


class PurposeNotAgreedError(AccessDeniedError):
    """The consumer holds a grant for the product, but not for this purpose."""

    code = "PURPOSE_NOT_AGREED"


class PurposeProhibitedError(AccessDeniedError):
    """The contract forbids this purpose to everyone."""

    code = "PURPOSE_PROHIBITED"


class QueryRejectedError(EntrepotError):
    """The query asks for what no grant can allow."""

    code = "QUERY_REJECTED"


class QueryTooLargeError(QueryRejectedError):
    """The query is too long, too deep or has too many tokens to be read."""

    code = "QUERY_TOO_LARGE"


class GrammarError(QueryRejectedError):
    """The query uses SQL outside the clean room's grammar."""

    code = "SQL_NOT_ANSWERED"


class RawRowsError(QueryRejectedError):
    """The query asks for rows; only aggregates leave."""

    code = "RAW_ROWS"


class BindingError(QueryRejectedError):
    """The query names a table or column that no contract has."""

    code = "UNKNOWN_NAME"


class LimitError(QueryRejectedError):
    """The query asks for more dimensions, cells or columns than the contract allows."""

    code = "LIMIT_EXCEEDED"


class UseError(QueryRejectedError):
    """The query uses a column in a way that the contract forbids."""

    code = "COLUMN_USE"


class IdentifierError(UseError):
    """The query groups by a column that names single companies."""

    code = "GROUP_BY_IDENTIFIER"


class PersonalUnitError(UseError):
    """The query groups by a column that names single people."""

    code = "PERSONAL_UNIT"


class DifferencingError(UseError):
    """The query's predicate singles out a privacy unit."""

    code = "DIFFERENCING_RISK"


class ColumnFilterError(UseError):
    """The query compares a column with a literal that its contract does not let it meet."""

    code = "POLICY_COLUMN_FILTER"


class SensitivityError(UseError):
    """The query uses a column that is closed for its classification."""

    code = "SENSITIVITY_CLASS"


class WithheldError(EntrepotError):
    """Nothing in the answer may be shown."""

    code = "WITHHELD"


class ThresholdError(WithheldError):
    """Every group of the answer holds fewer privacy units than the threshold, or none."""

    code = "BELOW_THRESHOLD"


class DominanceError(WithheldError):
    """Every group of the answer that passes the threshold is made up by too few privacy units."""

    code = "DOMINANCE"


class BudgetExhaustedError(EntrepotError):
    """The privacy budget does not cover the plan."""

    code = "BUDGET_EXHAUSTED"


class ExecutionError(EntrepotError):
    """The clean room could not finish the plan."""

    code = "EXECUTION_FAILED"


class ConnectorError(ExecutionError):
    """A source could not be read."""

    code = "SOURCE_UNREADABLE"


class IntegrityError(EntrepotError):
    """A digest, proof or signature does not verify."""

    code = "INTEGRITY_FAILED"


class ConfigurationError(EntrepotError):
    """A setting is wrong or a plug-in is missing."""

    code = "MISCONFIGURED"


def expect(holds: bool, message: str, *, where: str, hint: str) -> None:
    """Refuses a contract in which a rule does not hold.

    Raises:
        ContractError: it does not hold; `where` is the path of what is wrong.
    """
    if not holds:
        raise ContractError(message, where=where, hint=hint)
