"""What every test runs under."""

from hypothesis import HealthCheck, settings

# A busy machine is slow, and that is no fault of the code.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
