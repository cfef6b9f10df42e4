"""Where a permitted query meets the data, and only a release leaves."""
