"""The schema's history, a module to a step; once released, a step is never changed."""
