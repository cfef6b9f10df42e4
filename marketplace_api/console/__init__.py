"""The pages that anyone may read: the catalog's public facts, the log's head, the error codes.

They are rendered here, without a script, from what contracts say in public. No page shows a
release, a request or a location.
"""
