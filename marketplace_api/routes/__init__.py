"""The REST API, a module to a resource: first its wire models, then its routes; no rules."""
