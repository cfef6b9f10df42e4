"""Why data is used: purposes form a tree, and a grant for one covers those beneath it.

Terms under `dpv:` are from the W3C Data Privacy Vocabulary 2.3 (only those that trade needs and
their ancestors); terms under `ent:` extend it for ports and customs, each beneath a `dpv:` parent.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from data_products.errors import RequestError

PARENT: dict[str, str] = {
    "dpv:Purpose": "",
    "dpv:ResearchAndDevelopment": "dpv:Purpose",
    "dpv:AcademicResearch": "dpv:ResearchAndDevelopment",
    "dpv:EnforceSecurity": "dpv:Purpose",
    "dpv:FraudPreventionAndDetection": "dpv:EnforceSecurity",
    "dpv:Verification": "dpv:EnforceSecurity",
    "dpv:FulfilmentOfObligation": "dpv:Purpose",
    "dpv:LegalCompliance": "dpv:FulfilmentOfObligation",
    "dpv:Marketing": "dpv:Purpose",
    "dpv:DirectMarketing": "dpv:Marketing",
    "dpv:OrganisationGovernance": "dpv:Purpose",
    "dpv:OrganisationRiskManagement": "dpv:OrganisationGovernance",
    "dpv:HumanResourceManagement": "dpv:Purpose",
    "dpv:PersonnelManagement": "dpv:HumanResourceManagement",
    "dpv:PersonnelPerformanceMonitoring": "dpv:PersonnelManagement",
    "dpv:Personalisation": "dpv:Purpose",
    "dpv:PublicBenefit": "dpv:Purpose",
    "dpv:CombatClimateChange": "dpv:PublicBenefit",
    "dpv:ImproveTransportMobility": "dpv:PublicBenefit",
    "dpv:ProtectionOfPublicSecurity": "dpv:PublicBenefit",
    "dpv:ProvideOfficialStatistics": "dpv:PublicBenefit",
    "dpv:ServiceProvision": "dpv:Purpose",
    "dpv:ServiceOptimisation": "dpv:ServiceProvision",
    "dpv:InternalResourceOptimisation": "dpv:ServiceOptimisation",
    "dpv:SellDataToThirdParties": "dpv:Purpose",
    "ent:BerthPlanning": "dpv:ServiceOptimisation",
    "ent:JustInTimeArrival": "dpv:ImproveTransportMobility",
    "ent:CapacityPlanning": "dpv:InternalResourceOptimisation",
    "ent:ESGReporting": "dpv:LegalCompliance",
    "ent:EmissionsResearch": "dpv:CombatClimateChange",
    "ent:TradeStatistics": "dpv:ProvideOfficialStatistics",
    "ent:CustomsRiskProfiling": "dpv:FraudPreventionAndDetection",
    "ent:CertificateVerification": "dpv:Verification",
    "ent:WildlifeCrimeInterdiction": "dpv:ProtectionOfPublicSecurity",
    "ent:SupplyChainVisibility": "dpv:ServiceProvision",
    "ent:InsuranceUnderwriting": "dpv:OrganisationRiskManagement",
    "ent:CyberDefence": "dpv:EnforceSecurity",
}


@dataclass(frozen=True)
class Purpose:
    """A purpose by its term, such as `ent:TradeStatistics`.

    Raises:
        RequestError: the term is not in the vocabulary.

    >>> Purpose("dpv:ProvideOfficialStatistics").covers(Purpose("ent:TradeStatistics"))
    True
    >>> Purpose("ent:TradeStatistics").covers(Purpose("dpv:ProvideOfficialStatistics"))
    False
    """

    term: str

    def __post_init__(self) -> None:
        """Refuses a term that nobody has defined: it would match nothing, or everything."""
        if self.term not in PARENT:
            raise RequestError(
                f"{self.term[:60]!r} is not a purpose of the vocabulary",
                hint="write one such as ent:TradeStatistics; docs/reference/purposes.md lists them",
            )

    def __str__(self) -> str:
        """The term."""
        return self.term

    def ancestry(self) -> Iterator[str]:
        """The term and its ancestors, from the narrowest to the widest."""
        term = self.term
        while term:
            yield term
            term = PARENT[term]

    def covers(self, other: "Purpose") -> bool:
        """Whether a grant for this purpose allows use for the other: the same, or beneath it."""
        return self.term in other.ancestry()
