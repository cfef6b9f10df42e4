"""Every error of the SDK, each with a stable code that `entrepot explain CODE` explains.

EntrepotError
    ServiceError                        the service answered with a problem document
        RequestError                    REQUEST_INVALID
        AuthenticationError             UNAUTHENTICATED
        ContractError                   CONTRACT_INVALID
            SchemaMismatchError         SCHEMA_MISMATCH
        NotFoundError                   NOT_FOUND
        ConflictError                   CONFLICT
        AccessDeniedError               ACCESS_DENIED
            PurposeNotAgreedError       PURPOSE_NOT_AGREED
            PurposeProhibitedError      PURPOSE_PROHIBITED
        QueryRejectedError              QUERY_REJECTED
            QueryTooLargeError          QUERY_TOO_LARGE
            GrammarError                SQL_NOT_ANSWERED
            RawRowsError                RAW_ROWS
            BindingError                UNKNOWN_NAME
            LimitError                  LIMIT_EXCEEDED
            UseError                    COLUMN_USE
                IdentifierError         GROUP_BY_IDENTIFIER
                PersonalUnitError       PERSONAL_UNIT
                DifferencingError       DIFFERENCING_RISK
                ColumnFilterError       POLICY_COLUMN_FILTER
                SensitivityError        SENSITIVITY_CLASS
        WithheldError                   WITHHELD
            ThresholdError              BELOW_THRESHOLD
            DominanceError              DOMINANCE
        BudgetExhaustedError            BUDGET_EXHAUSTED
        ExecutionError                  EXECUTION_FAILED
            ConnectorError              SOURCE_UNREADABLE
        IntegrityError                  INTEGRITY_FAILED
        ConfigurationError              MISCONFIGURED
        InternalError                   INTERNAL
    UnreachableError                    UNREACHABLE
    ReplyError                          REPLY_INVALID
    ProfileError                        PROFILE_INVALID
    InputError                          INPUT_INVALID
    MissingExtraError                   EXTRA_MISSING
    ChildError                          SERVER_FAILED
    EvidenceError                       EVIDENCE_INVALID
        ReceiptError                    RECEIPT_INVALID
        LogError                        LOG_INVALID
        SnapshotError                   SNAPSHOT_DIFFERS
"""

from collections.abc import Iterator

from entrepot.errors.own import (
    ChildError,
    EntrepotError,
    EvidenceError,
    InputError,
    LogError,
    MissingExtraError,
    ProfileError,
    ReceiptError,
    ReplyError,
    SnapshotError,
    UnreachableError,
)
from entrepot.errors.service import (
    AccessDeniedError,
    AuthenticationError,
    BindingError,
    BudgetExhaustedError,
    ColumnFilterError,
    ConfigurationError,
    ConflictError,
    ConnectorError,
    ContractError,
    DifferencingError,
    DominanceError,
    ExecutionError,
    GrammarError,
    IdentifierError,
    IntegrityError,
    InternalError,
    LimitError,
    NotFoundError,
    PersonalUnitError,
    PurposeNotAgreedError,
    PurposeProhibitedError,
    QueryRejectedError,
    QueryTooLargeError,
    RawRowsError,
    RequestError,
    SchemaMismatchError,
    SensitivityError,
    ServiceError,
    ThresholdError,
    UseError,
    WithheldError,
)


def _beneath(root: type[EntrepotError]) -> Iterator[type[EntrepotError]]:
    """The class and every class under it."""
    yield root
    for child in root.__subclasses__():
        yield from _beneath(child)


BY_CODE: dict[str, type[EntrepotError]] = {
    error.code: error for error in _beneath(EntrepotError) if "code" in vars(error)
}
"""The class of each code, the service's and the SDK's own."""

__all__ = [
    "BY_CODE",
    "AccessDeniedError",
    "AuthenticationError",
    "BindingError",
    "BudgetExhaustedError",
    "ChildError",
    "ColumnFilterError",
    "ConfigurationError",
    "ConflictError",
    "ConnectorError",
    "ContractError",
    "DifferencingError",
    "DominanceError",
    "EntrepotError",
    "EvidenceError",
    "ExecutionError",
    "GrammarError",
    "IdentifierError",
    "InputError",
    "IntegrityError",
    "InternalError",
    "LimitError",
    "LogError",
    "MissingExtraError",
    "NotFoundError",
    "PersonalUnitError",
    "ProfileError",
    "PurposeNotAgreedError",
    "PurposeProhibitedError",
    "QueryRejectedError",
    "QueryTooLargeError",
    "RawRowsError",
    "ReceiptError",
    "ReplyError",
    "RequestError",
    "SchemaMismatchError",
    "SensitivityError",
    "ServiceError",
    "SnapshotError",
    "ThresholdError",
    "UnreachableError",
    "UseError",
    "WithheldError",
]
