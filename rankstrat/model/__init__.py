"""What a question is about: models, charts, exact values, model files."""
