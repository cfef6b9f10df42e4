"""The problems that the service answers with, one class for each code."""

from entrepot.errors.own import EntrepotError


class ServiceError(EntrepotError):
    """The service answered with a problem that this version of the SDK has no class for.

    Read its message and hint; a newer SDK may know the code.
    """


class RequestError(ServiceError):
    """The request is not in the form it must have: a field is missing, unknown or mistyped.

    The message names the field, what was found and what was expected; correct it and send it again.
    """

    code = "REQUEST_INVALID"


class AuthenticationError(ServiceError):
    """No token was sent, or it has expired, or it was not issued by this service.

    Check client_id and client_secret in the profile file; ask the operator to renew them.
    """

    code = "UNAUTHENTICATED"


class ContractError(ServiceError):
    """The contract document is not a valid ODCS 3.1 contract with privacy terms.

    Run `entrepot product check FILE`: each complaint names the path and what is expected there.
    """

    code = "CONTRACT_INVALID"


class SchemaMismatchError(ContractError):
    """The data does not have the columns or types that its contract promises.

    Correct the contract, or publish a version of the data that keeps the promise.
    """

    code = "SCHEMA_MISMATCH"


class NotFoundError(ServiceError):
    """There is no such product, request, grant, release or log entry, or it is not yours to see.

    `entrepot search` lists the products, `entrepot requests list` your requests.
    """

    code = "NOT_FOUND"


class ConflictError(ServiceError):
    """The thing is not in a state that allows this step, such as a request that is already decided.

    Look at its present state first; if a query with the same key still runs, wait and ask again.
    """

    code = "CONFLICT"


class AccessDeniedError(ServiceError):
    """No role or grant of yours allows this.

    Ask for access with `entrepot requests new PRODUCT --purpose P --reason R`; its steward decides.
    """

    code = "ACCESS_DENIED"


class PurposeNotAgreedError(AccessDeniedError):
    """You hold a grant for the product, but not for this purpose.

    A grant covers one purpose and those beneath it. Request the new purpose; the steward decides.
    """

    code = "PURPOSE_NOT_AGREED"


class PurposeProhibitedError(AccessDeniedError):
    """The provider's contract forbids this purpose to everyone; no steward can allow it.

    Use the data for another purpose, or speak with the provider about the contract.
    """

    code = "PURPOSE_PROHIBITED"


class QueryRejectedError(ServiceError):
    """The query asks for what no grant can allow.

    Change it as the hint says; where a rewrite is given, it passes as it stands.
    """

    code = "QUERY_REJECTED"


class QueryTooLargeError(QueryRejectedError):
    """The query is too long, too deeply nested or has too many tokens to be read.

    Write it shorter; long lists of literals are better joined or grouped.
    """

    code = "QUERY_TOO_LARGE"


class GrammarError(QueryRejectedError):
    """The query is not SQL, or uses SQL outside what a clean room answers.

    Use SELECT with group columns and the aggregates that the hint lists.
    """

    code = "SQL_NOT_ANSWERED"


class RawRowsError(QueryRejectedError):
    """The query asks for rows. Rows never leave a clean room; only aggregates over many units do.

    Ask for COUNT, SUM or AVG by a group column; the rewrite shows one that passes.
    """

    code = "RAW_ROWS"


class BindingError(QueryRejectedError):
    """The query names a table or a column that no contract has.

    The hint lists the names there are; `entrepot search PRODUCT` shows the columns.
    """

    code = "UNKNOWN_NAME"


class LimitError(QueryRejectedError):
    """The query asks for more dimensions, cells or columns than the contract allows.

    Group by fewer or coarser columns; `entrepot query --explain` shows the number of cells.
    """

    code = "LIMIT_EXCEEDED"


class UseError(QueryRejectedError):
    """The query uses a column in a way that its contract forbids.

    A column may be a dimension, a measure, a join key, the privacy unit, or none of these.
    """

    code = "COLUMN_USE"


class IdentifierError(UseError):
    """The query groups by a column that names single companies, so each group would be one of them.

    Group by what they have in common, as the rewrite does.
    """

    code = "GROUP_BY_IDENTIFIER"


class PersonalUnitError(UseError):
    """The query groups by a column that names single people.

    Group by time, place or kind instead, as the rewrite does.
    """

    code = "PERSONAL_UNIT"


class DifferencingError(UseError):
    """The query's predicate singles out a privacy unit, or two answers would when subtracted.

    There is no rewrite for this one; speak with the product's steward about what you need.
    """

    code = "DIFFERENCING_RISK"


class ColumnFilterError(UseError):
    """The query compares a column with a literal that its contract does not let it meet.

    Leave the predicate out, or group by the column and read the group you want from the answer.
    """

    code = "POLICY_COLUMN_FILTER"


class SensitivityError(UseError):
    """The query uses a column that is closed for its classification.

    Use the coarser column that the rewrite names.
    """

    code = "SENSITIVITY_CLASS"


class WithheldError(ServiceError):
    """The query may be asked, but nothing in its answer may be shown. What it cost is spent.

    Ask for coarser groups, as the rewrite does where there is one.
    """

    code = "WITHHELD"


class ThresholdError(WithheldError):
    """Every group of the answer holds fewer privacy units than the threshold, or none.

    Use coarser groups, a longer period or a wider filter.
    """

    code = "BELOW_THRESHOLD"


class DominanceError(WithheldError):
    """Every group that passes the threshold is made up by too few privacy units (the p% rule).

    Use coarser groups, so that no one or two of them can be estimated from the total.
    """

    code = "DOMINANCE"


class BudgetExhaustedError(ServiceError):
    """The privacy budget or the number of questions left does not cover this query.

    `entrepot budget` shows what is left. Questions already answered stay free; a steward can grant
    more.
    """

    code = "BUDGET_EXHAUSTED"


class ExecutionError(ServiceError):
    """The clean room could not finish the query. For the provider's sake it does not say why.

    Give the request id to the provider, whose own log has the details; what it cost is spent.
    """

    code = "EXECUTION_FAILED"


class ConnectorError(ExecutionError):
    """The provider's data could not be read where it lies.

    Nothing is wrong with the query; give the request id to the provider.
    """

    code = "SOURCE_UNREADABLE"


class IntegrityError(ServiceError):
    """A digest, proof or signature in the service's own records does not verify.

    Stop relying on new answers, keep your receipts, and tell the operator and an auditor.
    """

    code = "INTEGRITY_FAILED"


class ConfigurationError(ServiceError):
    """A setting of the service is wrong or a plug-in is missing.

    Give the operator the message and the request id.
    """

    code = "MISCONFIGURED"


class InternalError(ServiceError):
    """The service met a fault of its own that it had no better word for.

    Nothing you sent explains it; give the operator the request id.
    """

    code = "INTERNAL"
