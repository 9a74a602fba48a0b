"""Generic rank."""
