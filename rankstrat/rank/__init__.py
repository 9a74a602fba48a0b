"""From a chart to a certified rank: search, bounds, certificate, checker."""
