"""Rooms that serve several families."""
