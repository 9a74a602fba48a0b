"""Every point."""
